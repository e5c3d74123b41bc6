// Small files that must be whole or absent whatever happens: written beside, synced, renamed into
// place.
//
// Synchronous on purpose: they are tiny, and the next step (start with that generation) must not
// begin before the bytes are on the disk.

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

export interface WriteOptions {
  readonly mode?: number;
  /** False where a crash of the host makes the file worthless anyway (tmpfs). */
  readonly sync?: boolean;
}

/** Replaces the file whole. After return it is on the disk, unless `sync` is false. */
export function replaceFile(path: string, bytes: Uint8Array | string, options?: WriteOptions) {
  const { mode = 0o644, sync = true } = options ?? {};
  const beside = `${path}.tmp`;
  rmSync(beside, { force: true });
  const fd = openSync(beside, "wx", mode);
  try {
    const whole = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    for (let at = 0; at < whole.length; ) at += writeSync(fd, whole, at);
    fchmodSync(fd, mode);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, path);
  if (sync) syncDirectory(dirname(path));
}

/** As replaceFile(). Where no new file can be made (a full disk) the bytes go over those of the old one: that
 *  takes no room. For files of constant length within one sector, which are written whole or not at all. */
export function rewriteFile(path: string, bytes: string) {
  try {
    replaceFile(path, bytes);
  } catch (error) {
    if (readTextIfThere(path)?.length !== bytes.length) throw error;
    const fd = openSync(path, "r+");
    try {
      if (writeSync(fd, bytes, 0, "latin1") !== bytes.length) throw error;
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** The rename itself must survive a power cut too. */
function syncDirectory(path: string) {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The file's bytes; undefined when there is no such file. Other failures are thrown. */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** As readIfThere(), as a byte string: one character is one byte. */
export function readTextIfThere(path: string): string | undefined {
  const bytes = readIfThere(path);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
}

/** The first line of a small system file; the fallback when it cannot be read. */
export function firstLine(path: string, fallback: string): string {
  try {
    return readFileSync(path, "latin1").split("\n", 1)[0] ?? fallback;
  } catch {
    return fallback;
  }
}
