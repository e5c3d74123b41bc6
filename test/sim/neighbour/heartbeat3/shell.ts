// How the shell scripts of Heartbeat 3 are written here: generators that yield whatever takes time and
// go on with its result.

import type { Resource } from "../../../../src/config/resource.ts";

export type Step =
  | { readonly step: "pause"; readonly ms: number }
  | {
      readonly step: "status" | "start" | "stop";
      readonly group: string;
      readonly resource: Resource;
    };

/** Every step gives true or false: it runs; it succeeded. */
export type Script = Generator<Step, void, boolean>;

/** A script that tells its caller how it went. */
export type Errand<Result> = Generator<Step, Result, boolean>;

/** What a shell takes before it does anything: fork, interpreter, reading its files. Measured deaths need
 *  0.16–0.26 s for the four shells between the verdict and the address (heartbeat-resources 13). */
export const SHELL_MS = 40;

export function pause(ms: number): Step {
  return { step: "pause", ms };
}
