// What becomes of a stage that does not stop: ten more tries, then a look whether it runs at all
// (heartbeat-resources 7.2). Not the doing: that is group.ts.

import type { Level } from "../effect.ts";

/** heartbeat-resources 7.2: a stop that failed is tried ten more times, a second apart. */
const stopRetryCountMax = 10;
export const stopRetryMs = 1_000;

export interface Sentence<Next> {
  readonly next: Next;
  readonly level: Level;
  readonly text: string;
}

/** After a stop that failed: again, ask whether it runs, or go on without it. */
export function afterFailedStop(
  what: string,
  tries: number,
  stage: { readonly isScript: boolean; readonly reason: string },
): Sentence<"again" | "ask" | "on"> {
  if (tries < stopRetryCountMax) {
    const left = stopRetryCountMax - tries;
    const more = left === 1 ? "one more try" : `${left} more tries`;
    return { next: "again", level: "warn", text: `${what} did not stop, ${more}: ${stage.reason}` };
  }
  const text = `${what} did not stop in ${tries + 1} tries: ${stage.reason}`;
  if (stage.isScript) return { next: "ask", level: "error", text };
  return { next: "on", level: "error", text: `${text}; going on` };
}

/** After its status was asked: go on, or reboot where the configuration says so. */
export function afterLastLook(
  what: { readonly resource: string; readonly group: string },
  runs: boolean,
  onStopFailure: "ignore" | "reboot",
): Sentence<"on" | "reboot"> {
  const { resource, group } = what;
  if (!runs) {
    const text = `${resource} is not running although its stop failed, going on`;
    return { next: "on", level: "warn", text };
  }
  if (onStopFailure === "reboot") {
    const text = `${resource} of group ${group} still runs and cannot be stopped`;
    return { next: "reboot", level: "error", text };
  }
  const text = `${resource} STILL RUNS and cannot be stopped; on_stop_failure is ignore, going on`;
  return { next: "on", level: "error", text };
}
