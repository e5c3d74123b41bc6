// An open watchdog: what it is, and the few things that can be done to it. Not when.

import { fstatSync } from "node:fs";
import { SysError } from "../../ffi/error.ts";
import { openForReading, readHead, write } from "../../ffi/file.ts";
import { close } from "../../ffi/socket.ts";
import {
  openWatchdog,
  setWatchdogTimeout,
  watchdogSupport,
  watchdogTimeout,
} from "../../ffi/watchdog.ts";

/** Anything but the letter that announces a close. */
const MEAL = Uint8Array.of(0);
const MAGIC = new TextEncoder().encode("V");
/** Some drivers take no timeout below 2, 4 or 10 s. */
const MORE_S = [0, 1, 2, 4, 8, 16];
/** The old name, /dev/watchdog, is a misc device and means watchdog0. */
const MISC_MAJOR = 10;

/** What can be done to a watchdog that is open. Each may throw a SysError. */
export interface WatchdogDevice {
  readonly identity: string;
  readonly firmware: number;
  readonly features: readonly string[];
  /** Undefined when the kernel does not tell. */
  readonly nowayout: boolean | undefined;
  /** Asks for a timeout; gives the seconds that count now, undefined when they are unknown. */
  settle(seconds: number): number | undefined;
  feed(): void;
  /** Closes it so that it stops. With nowayout it goes on. */
  release(): void;
  /** Closes it and lets it run. */
  abandon(): void;
}

/** Opens it, which starts it. Throws when it is not there, in use, or no watchdog. */
export function openDevice(path: string): WatchdogDevice {
  const fd = openWatchdog(path);
  try {
    return new OpenDevice(path, fd);
  } catch (error) {
    close(fd);
    throw error;
  }
}

class OpenDevice implements WatchdogDevice {
  readonly identity: string;
  readonly firmware: number;
  readonly features: readonly string[];
  readonly nowayout: boolean | undefined;
  readonly #path: string;
  readonly #fd: number;

  constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
    const { identity, firmware, features } = watchdogSupport(fd, path);
    this.identity = identity;
    this.firmware = firmware;
    this.features = features;
    this.nowayout = nowayoutOf(fd);
  }

  settle(seconds: number): number | undefined {
    for (const more of MORE_S) {
      try {
        return setWatchdogTimeout(this.#fd, seconds + more, this.#path);
      } catch (error) {
        if (!(error instanceof SysError)) throw error;
        if (error.code !== "EINVAL") break;
      }
    }
    return watchdogTimeout(this.#fd, this.#path);
  }

  feed(): void {
    write(this.#fd, MEAL);
  }

  release(): void {
    try {
      write(this.#fd, MAGIC);
    } finally {
      close(this.#fd);
    }
  }

  abandon(): void {
    close(this.#fd);
  }
}

/** As sysfs has it, in the folder of the device's number. */
function nowayoutOf(fd: number): boolean | undefined {
  const { rdev } = fstatSync(fd);
  const [major, minor] = [(rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00)];
  const folder =
    major === MISC_MAJOR ? "/sys/class/watchdog/watchdog0" : `/sys/dev/char/${major}:${minor}`;
  let file: number | undefined;
  try {
    file = openForReading(`${folder}/nowayout`);
    const buffer = new Uint8Array(8);
    const length = readHead(file, buffer);
    return new TextDecoder().decode(buffer.subarray(0, length)).trim() !== "0";
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) close(file);
  }
}
