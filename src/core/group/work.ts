// What a group on this node is doing right now, and what it was told to become (group.ts).

import type { Input } from "../input.ts";
import type { Ascent } from "./ascent.ts";
import type { Descent } from "./descent.ts";
import type { Search } from "./search.ts";

export interface GroupRules {
  readonly resourceTimeoutMs: number;
  readonly onStopFailure: "ignore" | "reboot";
}

/** `still`: touch nothing, this node does not know any more whether it is the holder. */
export type Goal = "up" | "down" | "still";

/** How a job ended. */
export type Result = Extract<Input, { readonly on: "result" }>;

export type Work =
  | { readonly at: "rest" | "rebooting" }
  | { readonly at: "adopting" | "repairing"; readonly job: number }
  /** Nobody knows what is up here. */
  | { readonly at: "seeking"; readonly by: Search }
  | { readonly at: "ascending"; readonly by: Ascent }
  | { readonly at: "descending"; readonly by: Descent };

/** A job for one stage, as it is told. */
export type StepKind = "asking" | "starting" | "stopping" | "checking";

/** No job is under way. */
export function isFree(work: Work): boolean {
  return work.at === "rest" || (work.at === "ascending" && work.by.isWaiting);
}

/** It is this job that is under way. */
export function waitsFor(work: Work, job: number): boolean {
  if ("by" in work) return work.by.waitsFor(job);
  return "job" in work && work.job === job;
}
