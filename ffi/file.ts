// Descriptors of files that must never block the loop: /proc files read in place, devices.

import { errnoOf, SysError } from "./error.ts";
import { c, check, cstring, errno } from "./libc.ts";

const O_CLOEXEC = 0o2000000;
const O_WRONLY = 1;
const SMALL = 4_096;

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

/** Text of a small file (a setting under /proc/sys). */
export function readText(path: string): string {
  const fd = openForReading(path);
  try {
    const buffer = new Uint8Array(new ArrayBuffer(SMALL));
    return new TextDecoder().decode(buffer.subarray(0, readHead(fd, buffer)));
  } finally {
    c.close(fd);
  }
}

/** Writes text to a file that is there (a setting under /proc/sys). */
export function writeText(path: string, text: string): void {
  const fd = check("open", c.open(cstring(path), O_WRONLY | O_CLOEXEC, 0), path);
  try {
    const bytes = new TextEncoder().encode(text);
    check("write", c.write(fd, bytes, bytes.byteLength), path);
  } finally {
    c.close(fd);
  }
}
