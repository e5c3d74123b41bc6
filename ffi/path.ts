// Things that file names have and the runtime's own file functions do not: locks and FIFOs.

import { errnoOf, SysError } from "./error.ts";
import { c, check, cstring, errno, within } from "./libc.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;

/** Takes the exclusive lock of an open file, if nobody has it. The kernel gives it up when the last
 *  descriptor of that opening is closed, by whatever end of the process. */
export function tryLock(fd: number, about: string): boolean {
  if (c.flock(within("fd", fd, 0, 0x7fff_ffff), LOCK_EX | LOCK_NB) === 0) return true;
  const number = errno();
  if (number === errnoOf("EWOULDBLOCK")) return false;
  throw new SysError("lock", number, about);
}

/** Makes a FIFO; the umask applies. */
export function makeFifo(path: string, mode: number): void {
  check("make the FIFO", c.mkfifo(cstring(path), within("mode", mode, 0, 0o777)), path);
}
