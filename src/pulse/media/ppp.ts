// ppp TTY LOCAL:REMOTE: every heartbeat to the other end of a PPP link, as ucast sends it.
//
// The desk runs pppd and tells interface and addresses while the link is up; without them there is
// nothing to open. The interface's name may be another one each time.

import type { PppMedium } from "../../config/medium.ts";
import type { Carrier, Surroundings } from "./carrier.ts";
import { openUcast } from "./ucast.ts";

export function openPpp(medium: PppMedium, surroundings: Surroundings): Carrier {
  const { line, reason } = surroundings.ppp(medium.device);
  if (line === undefined) throw new Error(reason);
  const { device, remote: peer } = line;
  return { ...openUcast({ kind: "ucast", device, peer, port: medium.port }), medium };
}
