// What a virtual router is when nobody says otherwise: the values that ucarp and BSD share, and hb's own.

import type { RouterConfig } from "../router.ts";

type Own = "name" | "device" | "vhid" | "password" | "addresses";
type Absent = "source" | "upScript" | "downScript" | "xparam" | "group";

/** Everything that has a usual value. */
type Standard = Omit<RouterConfig, Own | Absent>;

export const routerDefaults: Standard = {
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
};
