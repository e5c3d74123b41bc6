// What the end of a program beside the agent means, and when it is started again (heartbeat-api 10).
// Only the rules: who follows them is keptchild.ts.

import type { Child } from "../../config/child.ts";

/** How a program ended; nobody sees the end of one that another agent started. */
export type End =
  | { readonly code: number }
  | { readonly signal: string }
  | { readonly unseen: true };

/** Why it was to end: the node leaves, or ha.cf does not name it any more. */
export type Order = "leave" | "remove";

/** By which a program says that it has nothing to do here. */
const restCode = 100;

/**
 * What follows an end.
 *
 * A `failfast` program that dies of what it was not asked for reboots this host also while the node
 * leaves: what it held may still be up here, and others take it over. SIGTERM is what it is asked with. An
 * end that nobody saw is no reason: who was connected to an agent that died ends too.
 */
export function meaningOf(
  kind: Child["kind"],
  end: End,
  order: Order | undefined,
): "again" | "rest" | "reboot" {
  const isFast = kind === "failfast";
  if (order === "remove") return "rest";
  if (order === "leave") {
    return isFast && "signal" in end && end.signal !== "SIGTERM" ? "reboot" : "rest";
  }
  if ("unseen" in end) return "again";
  if (isFast) return "code" in end && end.code === 0 ? "again" : "reboot";
  return "code" in end && end.code === restCode ? "rest" : "again";
}

/** For a person. */
export function endText(end: End): string {
  if ("unseen" in end) return "nobody saw how";
  return "code" in end ? `exit code ${end.code}` : `killed by ${end.signal}`;
}

/** A life shorter than this is short. */
const shortMs = 30_000;
/** More short lives in a row than this: it will not get better. */
export const shortMax = 10;
const pauseMs = 1_000;

/** Counts the lives of one program. */
export class Lives {
  #short = 0;

  /** The pause after a life of so long, in milliseconds; undefined: there is none after it. */
  next(livedMs: number): number | undefined {
    if (livedMs >= shortMs) {
      this.#short = 0;
      return 0;
    }
    this.#short += 1;
    return this.#short > shortMax ? undefined : pauseMs;
  }
}
