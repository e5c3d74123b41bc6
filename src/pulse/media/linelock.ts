// The lock file of a serial line, by which programs keep out of each other's way: LCK.. and the last part
// of the device's path, ten digits of the owner's process id (Filesystem Hierarchy Standard, /var/lock).
//
// A symbolic link is locked under both of its names. Where no lock file can be made (no folder, a
// read-only disk) the line is used without, which is said: heartbeats matter more.

import {
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";

export const LOCKS = "/var/lock";

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
  const draft = join(folder, `.hb.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, `${process.pid}`.padStart(10).concat("\n"), { mode: 0o644 });
  } catch (error) {
    return `Cannot make ${path}: ${reasonOf(error)}`;
  }
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      if (linked(draft, path)) return undefined;
      const owner = ownerOf(path);
      if (owner === process.pid) return undefined;
      if (owner !== undefined && isAlive(owner)) {
        throw new Error(`"${device}" is locked by process ${owner}${called(owner)} (${path})`);
      }
      // Its owner died, or never wrote its id.
      rmSync(path, { force: true });
    }
    throw new Error(`"${device}" is locked again and again (${path})`);
  } finally {
    unlinkSync(draft);
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch {
    return false;
  }
}

/** The process id in a lock file; undefined when it cannot be read. */
function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "latin1").trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
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
