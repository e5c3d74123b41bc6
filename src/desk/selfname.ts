// What killall, pgrep and pidof look at. A process that hb started by another path is called as that path.

import { writeFileSync } from "node:fs";
import { reasonOf } from "../../ffi/error.ts";

/** Calls this process so; why it cannot, when it cannot. */
export function callSelf(name: string): string | undefined {
  try {
    writeFileSync("/proc/self/comm", name);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
