// Two masters of one virtual router: of two that hear each other one yields within an advert, so one that goes
// on sending does not hear this host.

import type { RouterView } from "../../core/snapshot.ts";
import { advertIntervalMs } from "../../wire/carp/timing.ts";

/** Who goes on sending as a master while this host is one. */
export function otherMaster({ state, sinceMs, heard }: RouterView): string | undefined {
  if (state !== "master" || heard === undefined) return undefined;
  const intervalMs = advertIntervalMs(heard);
  return sinceMs > 3 * intervalMs && heard.agoMs < 2 * intervalMs ? heard.from : undefined;
}
