// What the kernel tells of a process or of a thread in one line: /proc/PID/stat (proc(5)).

import { readFileSync } from "node:fs";

/** The fields behind the name of the command: the first is the state. `task` is a pid, "self", or a thread as
 *  "PID/task/TID". Undefined when there is none (any more). */
export function statFields(task: number | string): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${task}/stat`, "latin1");
    // The name may hold blanks and brackets: the last bracket ends it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
