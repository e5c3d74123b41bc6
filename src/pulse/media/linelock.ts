// The lock file of a serial line, by which programs keep out of each other's way: LCK.. and the last part
// of the device's path, ten digits of the owner's process id (Filesystem Hierarchy Standard, /var/lock).
//
// A symbolic link is locked under both of its names. Where no lock file can be made (no folder, a
// read-only disk) the line is used without, which is said: heartbeats matter more.
//
// Everybody may write to the folder where /run/lock is "sticky" as in Debian. What stands there is
// neither followed (a link to a file of root's) nor waited for (a FIFO) nor read whole.

import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";

export const LOCKS = "/var/lock";

/** Somebody has it; anything else that goes wrong means that there is no lock to be had. */
class Locked extends Error {}

export class LineLock {
  readonly #paths: string[] = [];
  /** Why no lock file could be made; undefined when the line is locked. */
  readonly unmade: string | undefined;

  /** Takes the lock of a device for this process. Throws when a living process holds it. */
  constructor(device: string, folder = LOCKS) {
    try {
      for (const name of namesOf(device)) {
        const path = join(folder, `LCK..${name}`);
        const unmade = take(path, device, folder);
        if (unmade === undefined) this.#paths.push(path);
        else this.unmade = unmade;
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives it back; what is not ours any more is left alone. */
  release(): void {
    for (const path of this.#paths.splice(0)) {
      if (ownerOf(path) === process.pid) rmSync(path, { force: true });
    }
  }
}

function namesOf(device: string): ReadonlySet<string> {
  try {
    return new Set([basename(device), basename(realpathSync(device))]);
  } catch {
    return new Set([basename(device)]);
  }
}

/** Takes the lock file, or tells why there cannot be one. */
function take(path: string, device: string, folder: string): string | undefined {
  // Linked into its place when it is complete: nobody reads half a lock.
  const draft = join(folder, `.hb.${process.pid}.${randomUUID()}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, `${process.pid}`.padStart(10).concat("\n"), { mode: 0o644, flag: "wx" });
    for (let tries = 0; tries < 3; tries += 1) {
      if (linked(draft, path)) return undefined;
      const owner = ownerOf(path);
      if (owner === process.pid) return undefined;
      if (owner !== undefined && isAlive(owner)) {
        throw new Locked(`"${device}" is locked by process ${owner}${called(owner)} (${path})`);
      }
      // Its owner died, or never wrote its id.
      rmSync(path, { force: true });
    }
    throw new Locked(`"${device}" is locked again and again (${path})`);
  } catch (error) {
    if (error instanceof Locked) throw error;
    return `Cannot make ${path}: ${reasonOf(error)}`;
  } finally {
    discard(draft);
  }
}

/** It may never have come to be, and a read-only disk says no to everything. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What is left says nothing: it is no lock's name.
  }
}

/** False when something is there already. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** The process id in a lock file; undefined when there is none that can be read. */
function ownerOf(path: string): number | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) return undefined;
    const head = Buffer.alloc(64);
    const pid = Number(head.toString("latin1", 0, readSync(fd, head, 0, head.length, 0)).trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return !isZombie(pid);
}

/** A dead process whose parent has not noticed yet holds no device any more. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

function called(pid: number): string {
  try {
    return ` "${readFileSync(`/proc/${pid}/comm`, "utf8").trim()}"`;
  } catch {
    return "";
  }
}
