// Beginning anew in place (SIGUSR1), after an upgrade: the agent ends without leaving, the service manager starts the
// installed one, and that adopts what is up. It is a crash in good order: between scripts, with the log written.

import type { Log } from "./log.ts";

const lookEveryMs = 50;
/** More than the pause between the last heartbeat of one agent and the first of the next. */
const pauseMsMax = 2_000;

export interface Circumstances {
  /** A service manager started this agent, and starts the next one. */
  readonly isSupervised: boolean;
  readonly isLeaving: boolean;
  readonly deadtimeMs: number;
}

/** Why this agent must go on instead; undefined when nothing would move. */
export function obstacle(facts: Circumstances): string | undefined {
  const { isSupervised, isLeaving, deadtimeMs } = facts;
  if (isLeaving) return "it is leaving the cluster";
  if (!isSupervised) return "no service manager would start the next agent: restart it by hand";
  if (deadtimeMs >= pauseMsMax) return undefined;
  const short = `others would take over meanwhile: deadtime is ${deadtimeMs} ms, less than ${pauseMsMax} ms`;
  return `${short}. Use "hb standby", then restart the service`;
}

export interface Beginning {
  readonly log: Log;
  /** A script runs. */
  isBusy(): boolean;
  circumstances(): Circumstances;
  end(): void;
}

/** Ends this agent between two scripts, or says why not. */
export async function beginAnew({ log, isBusy, circumstances, end }: Beginning): Promise<void> {
  // A script that is ended in the middle has done its work, or not.
  while (isBusy()) await Bun.sleep(lookEveryMs);
  const why = obstacle(circumstances());
  if (why === undefined) {
    log.warn("Beginning anew in place: what is up here stays up", "anew");
    end();
    return;
  }
  log.warn(`This agent goes on, of the version that it was started as: ${why}`, "anew");
}
