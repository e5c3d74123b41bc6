// What a node does with a group, as others hear it.

import type { GroupState } from "../group/hand.ts";

/** All of it is up, or is to be. */
export function isRunning(activity: GroupState): boolean {
  return isBusy(activity) && activity !== "stopping";
}

/** Something of the group is or may be up. */
export function isBusy(activity: GroupState): boolean {
  return activity !== "idle" && activity !== "failed";
}
