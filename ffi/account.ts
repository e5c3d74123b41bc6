// A user of this host by name (getpwnam(3)): whatever the host's name service knows, not only /etc/passwd. The call
// may wait for that service.
//
// struct passwd begins alike in glibc and musl: name, password, uid, gid.

import { read } from "bun:ffi";
import { c, cstring } from "./libc.ts";

const PW_UID = 16;
const PW_GID = 20;

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when there is no such user. */
export function accountOf(name: string): Account | undefined {
  const entry = c.getpwnam(cstring(name));
  if (entry === null) return undefined;
  return { uid: read.u32(entry, PW_UID), gid: read.u32(entry, PW_GID) };
}
