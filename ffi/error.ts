// What the world refused: a failed libc call, by name, with errno's name and what it was about.
//
// Not for our own mistakes: an argument out of range is a RangeError, thrown before C sees it.

import { constants } from "node:os";

const names = new Map<number, string>(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** Reasons that the name alone does not tell an administrator. */
const meanings: Readonly<Record<string, string>> = {
  EACCES: "not permitted (needs root or CAP_NET_ADMIN, CAP_NET_RAW)",
  EPERM: "not permitted (needs root or the matching capability, or a firewall forbids it)",
  EADDRINUSE: "another process holds the port",
  EADDRNOTAVAIL: "this host does not have the address",
  ENODEV: "no such device",
  ENETUNREACH: "no route to that network",
  EHOSTUNREACH: "no route to that host",
  ENETDOWN: "the interface is down",
};

/** "EADDRINUSE" for 98; "errno 4711" for what this kernel does not name. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}

export class SysError extends Error {
  readonly call: string;
  readonly errno: number;
  readonly about: string;
  readonly code: string;

  constructor(call: string, errno: number, about = "") {
    const code = errnoName(errno);
    const meaning = meanings[code];
    const subject = about === "" ? call : `${call} ${about}`;
    super(`Cannot ${subject}: ${code}${meaning === undefined ? "" : `, ${meaning}`}`);
    this.name = "SysError";
    this.call = call;
    this.errno = errno;
    this.about = about;
    this.code = code;
  }
}

/** The number of an errno name, for comparisons ("EAGAIN" is 11). */
export function errnoOf(name: keyof typeof constants.errno): number {
  return constants.errno[name];
}

/** One line about anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What the call gives; undefined where the world refuses it. */
export function unlessRefused<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof SysError) return undefined;
    throw error;
  }
}
