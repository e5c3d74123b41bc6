// Signals that a process does not want to hear, ignored in the kernel: no handler runs, no call is
// interrupted.

import { SysError } from "./error.ts";
import { c, errno, within } from "./libc.ts";

const SIG_IGN = 1;
const SIG_ERR = -1;

/** Ignores these signals from now on; children that are started later ignore them too. */
export function ignoreSignals(...numbers: readonly number[]): void {
  for (const number of numbers) {
    const before = c.signal(within("signal", number, 1, 64), SIG_IGN);
    if (Number(before) === SIG_ERR) throw new SysError("ignore", errno(), `signal ${number}`);
  }
}
