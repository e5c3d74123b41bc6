// The first line of something that may have no end: a pipe, a terminal.

import { readSync } from "node:fs";

/** The buffer in which ucarp takes a password's line. */
const lineBytesMax = 511;

/** Up to and with the line feed, or what there is. Waits for it. */
export function readLine(fd: number): Uint8Array {
  const bytes = new Uint8Array(lineBytesMax);
  let length = 0;
  while (length < bytes.length && !bytes.subarray(0, length).includes(0x0a)) {
    const read = readSync(fd, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
