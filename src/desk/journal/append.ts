// Appends lines to a file that never grows beyond a limit: a full one is renamed, and the one before it is
// gone. Several processes may do so with one file.

import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const lineEnd = 0x0a;

/** Where the older half is. */
export function olderOf(path: string): string {
  return `${path}.1`;
}

/** Appends whole lines. A line that a power cut or a full disk tore is ended first. */
export async function append(path: string, lines: Uint8Array, bytesMax: number): Promise<void> {
  let file = await openIt(path);
  try {
    let { size, ino } = await file.stat();
    if (size > 0 && size + lines.length > bytesMax) {
      // Another process may have done so meanwhile.
      if ((await stat(path)).ino === ino) await rename(path, olderOf(path));
      await file.close();
      file = await openIt(path);
      size = (await file.stat()).size;
    }
    const whole = (await isTorn(file, size)) ? Buffer.concat([Buffer.from("\n"), lines]) : lines;
    for (let at = 0; at < whole.length; ) {
      const { bytesWritten } = await file.write(whole, at);
      if (bytesWritten === 0) throw new Error("nothing can be written");
      at += bytesWritten;
    }
  } finally {
    await file.close();
  }
}

async function openIt(path: string): Promise<FileHandle> {
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW;
  try {
    return await open(path, flags, 0o640);
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!isAbsent) throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    return await open(path, flags, 0o640);
  }
}

async function isTorn(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = new Uint8Array(1);
  const { bytesRead } = await file.read(last, 0, 1, size - 1);
  return bytesRead === 1 && last[0] !== lineEnd;
}
