// Watchdog devices of the kernel as verbs. Source: the kernel's page "The Linux Watchdog driver API"
// and linux/watchdog.h.
//
// Opening starts the watchdog; every write feeds it. Not here: when that may be done.

import { errnoOf, SysError } from "./error.ts";
import { sizeOf, type WatchdogSupport, watchdogInfo } from "./layout.ts";
import { c, check, cstring } from "./libc.ts";

const O_WRONLY = 1;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

// _IOR('W', 0, struct watchdog_info), _IOWR('W', 6, int), _IOR('W', 7, int)
const WDIOC_GETSUPPORT = 0x8028_5700;
const WDIOC_SETTIMEOUT = 0xc004_5706;
const WDIOC_GETTIMEOUT = 0x8004_5707;

/** Opens the device and so starts the watchdog. Anything else that has this name (a FIFO, a file)
 *  is not waited for and not written to. */
export function openWatchdog(path: string): number {
  const flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC;
  return check("open", c.open(cstring(path), flags, 0), path);
}

/** What the device is; a SysError ENOTTY when it is no watchdog at all. */
export function watchdogSupport(fd: number, about: string): WatchdogSupport {
  const bytes = new Uint8Array(sizeOf.watchdog_info);
  check("ask for the identity of", c.ioctl(fd, WDIOC_GETSUPPORT, bytes), about);
  return watchdogInfo(bytes);
}

/** Asks for a timeout in whole seconds; the one that the driver took instead. */
export function setWatchdogTimeout(fd: number, seconds: number, about: string): number {
  const value = Int32Array.of(seconds);
  check("set the timeout of", c.ioctl(fd, WDIOC_SETTIMEOUT, value), about);
  return value[0] ?? seconds;
}

/** The timeout in seconds; undefined when the driver does not tell. */
export function watchdogTimeout(fd: number, about: string): number | undefined {
  const value = new Int32Array(1);
  try {
    check("ask for the timeout of", c.ioctl(fd, WDIOC_GETTIMEOUT, value), about);
    return value[0];
  } catch (error) {
    const unknown = error instanceof SysError && error.errno === errnoOf("EOPNOTSUPP");
    if (unknown) return undefined;
    throw error;
  }
}
