// A whole virtual router for tests that are about something else: a test changes what it is about.

import { type RouterConfig, routerName } from "../src/config/router.ts";

/** Shares 10.77.0.252 on eth0 with vhid 42, as ucarp's captures do; hb puts the address up itself. */
export const plainRouter: RouterConfig = {
  name: routerName("eth0", 42),
  device: "eth0",
  vhid: 42,
  password: "love",
  addresses: [{ family: 4, address: "10.77.0.252" }],
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
