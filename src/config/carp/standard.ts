// What a virtual router is when nobody says otherwise: the values that ucarp and BSD share, and hb's own.

import type { RouterConfig } from "../router.ts";

/** A buffer of 20 bytes with the NUL that the C programs need: 19 bytes (carp.md 2). */
export const passwordBytesMax = 19;

export const routerDefaults = {
  advbase: 1,
  advskew: 0,
  deadratio: 3,
  preempt: false,
  neutral: false,
  multicast: "224.0.0.18",
  broadcast: false,
  peers: [],
  dialect: "ucarp",
  seal: "auto",
  sourceMac: "ucarp",
  vmac: false,
  ignoreIfState: false,
  holdsAddresses: true,
  scriptTimeoutMs: 60_000,
  shutdown: true,
  likeUcarp: false,
  track: [],
  announceIntervalMs: 60_000,
} as const satisfies Partial<RouterConfig>;
