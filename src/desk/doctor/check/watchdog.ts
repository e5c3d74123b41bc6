// Whether the watchdog that ha.cf names watches.

import type { WatchdogView } from "../../../core/snapshot.ts";
import { about, type Finding } from "../finding.ts";

export interface WatchdogFacts {
  /** As ha.cf names it; absent: it names none. */
  readonly device?: string;
  readonly isThere: boolean;
  /** The agent's, when it runs. */
  readonly view?: WatchdogView;
}

export function judgeWatchdog({ device, isThere, view }: WatchdogFacts): Finding[] {
  const { ok, warn, fail } = about("watchdog");
  if (device === undefined) return [ok("ha.cf names none: a host that hangs is not reset")];
  if (!isThere) return [fail(`There is no ${device}`, { fix: "modprobe softdog" })];
  if (view?.trouble !== undefined) {
    const isTaken = view.trouble.includes("EBUSY");
    const hint = isTaken
      ? 'Does systemd hold it? "RuntimeWatchdogSec=off" in /etc/systemd/system.conf gives it back'
      : 'Look at "hb events"';
    return [fail(`It does not watch: ${view.trouble}`, { hint })];
  }
  if (view?.nowayout === true) {
    const hint = "Load its module with nowayout=0";
    return [warn(`${device} cannot be stopped: leaving the cluster resets this host`, { hint })];
  }
  if (view === undefined) return [ok(`${device} is there`)];
  const { timeoutS, identity = "unknown" } = view;
  return [ok(`${device} (${identity}) resets this host after ${timeoutS ?? "?"} s`)];
}
