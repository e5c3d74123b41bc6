// ResourceManager: whole groups are started from left to right and stopped from right to left
// (heartbeat-resources 7.2), with what happens when a script fails (10).

import type { GroupSpec } from "../../../../src/config/resource.ts";
import type { Master } from "./master.ts";
import { type Errand, pause, type Script, SHELL_MS } from "./shell.ts";

const STOP_TRIES = 11;
const STOP_AGAIN_MS = 1_000;
/** A failed start is followed by a standby so much later. */
const STANDBY_AFTER_MS = 30_000;

/** The groups of one node, in the order of haresources. */
export function groupsOf(master: Master, isIts: (owner: string) => boolean): GroupSpec[] {
  return master.config.groups.filter(({ owner }) => isIts(owner));
}

export function* takegroup(master: Master, group: GroupSpec): Script {
  yield pause(SHELL_MS);
  const line = [group.owner, ...group.resources.map(({ word }) => word)].join(" ");
  master.log("info", `Acquiring resource group: ${line}`);
  for (const resource of group.resources) {
    if (yield { step: "status", group: group.key, resource }) continue;
    master.log("info", `Running ${resource.word} start`);
    if (yield { step: "start", group: group.key, resource }) continue;
    master.log("error", `Return code 1 from ${resource.word}`);
    master.log("error", `CRIT: Giving up resources due to failure of ${resource.word}`);
    yield* givegroup(master, group);
    master.detach(standbyLater(master));
    return;
  }
}

export function* givegroup(master: Master, group: GroupSpec): Script {
  yield pause(SHELL_MS);
  const line = [group.owner, ...group.resources.map(({ word }) => word)].join(" ");
  master.log("info", `Releasing resource group: ${line}`);
  for (const resource of group.resources.toReversed()) {
    master.log("info", `Running ${resource.word} stop`);
    for (let tries = 1; !(yield { step: "stop", group: group.key, resource }); tries += 1) {
      master.log("error", `Return code 1 from ${resource.word}`);
      if (tries < STOP_TRIES) {
        yield pause(STOP_AGAIN_MS);
        continue;
      }
      if (yield { step: "status", group: group.key, resource }) {
        master.log("error", `CRIT: Resource STOP failure. Reboot required!`);
        master.reboot(`${resource.word} cannot be stopped`);
      }
      break;
    }
  }
}

/** Whether the group's key runs here: nobody asks for the rest of it. */
export function* isRunning(group: GroupSpec): Errand<boolean> {
  const [resource] = group.resources;
  if (resource === undefined) return false;
  return yield { step: "status", group: group.key, resource };
}

/** The set is computed wrongly, whichever word failed: always "foreign" (heartbeat-resources 10). */
function* standbyLater(master: Master): Script {
  yield pause(STANDBY_AFTER_MS);
  yield* hbStandby(master, "foreign");
}

/** The command hb_standby, by whoever runs it. */
export function* hbStandby(master: Master, set: string): Script {
  yield pause(SHELL_MS);
  master.log("info", `Going standby [${set}].`);
  master.say({ t: "ask_resources", rsc_hold: set, info: "me" });
}
