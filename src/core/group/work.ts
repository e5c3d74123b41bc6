// What a group on this node is doing right now, and what it was told to become (group.ts).

import type { Input } from "../input.ts";
import type { Instant } from "../instant.ts";

/** `still`: touch nothing, this node does not know any more whether it is the holder. */
export type Goal = "up" | "down" | "still";

/** How a job ended. */
export type Result = Extract<Input, { readonly on: "result" }>;

export type Work =
  | { readonly at: "rest" | "rebooting" }
  | { readonly at: "adopting" | "repairing"; readonly job: number }
  | {
      readonly at: "asking" | "starting" | "checking";
      readonly job: number;
      readonly stage: number;
    }
  | {
      readonly at: "stopping";
      readonly job: number;
      readonly stage: number;
      readonly tries: number;
    }
  | {
      readonly at: "pausing";
      readonly until: Instant;
      readonly stage: number;
      readonly tries: number;
    };
