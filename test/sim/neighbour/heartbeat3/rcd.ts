// The scripts of rc.d: what a message makes Heartbeat 3 run (heartbeat-resources 7.1, 7.3, 5.4, 6).

import type { GroupSpec } from "../../../../src/config/resource.ts";
import type { Fields, Master } from "./master.ts";
import { givegroup, groupsOf, hbStandby, isRunning, takegroup } from "./resourcemanager.ts";
import { pause, type Script, SHELL_MS } from "./shell.ts";

/** rc.d/status of a dead node. */
export function* machDown(master: Master, node: string): Script {
  yield pause(2 * SHELL_MS);
  const isNice = master.config.autoFailback !== "legacy";
  for (const group of groupsOf(master, (owner) => owner === node)) {
    master.log("info", `Taking over resource group ${group.key}`);
    yield* takegroup(master, group);
  }
  if (isNice) {
    master.log("info", "mach_down: nice_failback: foreign resources acquired");
    master.say({ t: "resource", rsc_hold: "foreign", info: "mach_down" });
  }
  master.log("info", `mach_down takeover complete for node ${node}.`);
}

/** rc.d/ip-request: another node wants a group. */
export function* ipRequest(master: Master, key: string, from: string): Script {
  yield pause(SHELL_MS);
  const group = groupCalled(master, key);
  const isHere = group !== undefined && (yield* isRunning(group));
  if (isHere) yield* givegroup(master, group);
  const weown = isHere ? "yes" : "no";
  master.say({ t: "ip-request-resp", dest: from, ipaddr: key, weown, ok: "OK" });
}

/** rc.d/ip-request-resp: the answer, or this node's leave to itself. */
export function* ipRequestResp(master: Master, fields: Fields): Script {
  const { ipaddr = "", ok = "", weown = "" } = fields;
  yield pause(SHELL_MS);
  master.log("info", `received ip-request-resp ${ipaddr} ${ok} ${weown}`);
  const group = groupCalled(master, ipaddr);
  if (ok === "OK" && group !== undefined) yield* takegroup(master, group);
}

/** rc.d/hb_takeover: another node wants everything, or one of the two sets. */
export function* hbTakeover(master: Master, set: string): Script {
  yield pause(SHELL_MS);
  // `failback` is not translated: hb_standby is called without a word, which means everything.
  const words: Fields = { local: "foreign", foreign: "local" };
  yield* hbStandby(master, words[set] ?? "all");
}

/** req_our_resources: a group that does not run yet is asked for, of oneself or of the other node. */
export function* reqOurResources(master: Master, mayTake: boolean, ended: () => void): Script {
  const { self } = master.config;
  const groups = groupsOf(master, (owner) => owner === self);
  yield pause(SHELL_MS);
  for (const group of groups) {
    yield pause(SHELL_MS);
    if (yield* isRunning(group)) continue;
    if (mayTake) {
      master.say({ t: "ip-request-resp", dest: self, ipaddr: group.key, weown: "yes", ok: "OK" });
    } else master.say({ t: "ip-request", ipaddr: group.key });
  }
  if (groups.length === 0) {
    master.log("info", `No local resources [ResourceManager listkeys ${self}] to acquire.`);
  } else master.log("info", "Local Resource acquisition completed.");
  ended();
}

function groupCalled(master: Master, key: string): GroupSpec | undefined {
  return master.config.groups.find((group) => group.key === key);
}
