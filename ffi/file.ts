// Descriptors of files that must never block the loop: /proc files read in place, devices.

import { errnoOf, SysError } from "./error.ts";
import { c, check, cstring, errno } from "./libc.ts";

const O_CLOEXEC = 0o2000000;

/** Opens a file for reading; the descriptor is not inherited. */
export function openForReading(path: string): number {
  return check("open", c.open(cstring(path), O_CLOEXEC, 0), path);
}

/** Bytes at the beginning of a file, read anew (a /proc file is made afresh by each read at 0). */
export function readHead(fd: number, buffer: Uint8Array): number {
  return check("read", c.pread(fd, buffer, buffer.byteLength, 0), `descriptor ${fd}`);
}

/** Writes what there is room for; 0 when there is none now. */
export function write(fd: number, bytes: Uint8Array): number {
  const written = Number(c.write(fd, bytes, bytes.byteLength));
  if (written !== -1) return written;
  const number = errno();
  if (number === errnoOf("EAGAIN")) return 0;
  throw new SysError("write to", number, `descriptor ${fd}`);
}
