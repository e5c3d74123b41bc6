// Who is at the other end of an AF_UNIX socket, as the kernel knows it (unix(7), SO_PEERCRED).

import { c, check, within } from "./libc.ts";

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

export interface Credentials {
  readonly pid: number;
  /** Effective ones, at the moment of connect(2). */
  readonly uid: number;
  readonly gid: number;
}

/** Of the process that connected to this socket. */
export function peerCredentials(fd: number): Credentials {
  const value = new Uint32Array(3);
  const length = new Uint32Array([value.byteLength]);
  const got = c.getsockopt(
    within("fd", fd, 0, 0x7fff_ffff),
    SOL_SOCKET,
    SO_PEERCRED,
    value,
    length,
  );
  check("read", got, "a peer's credentials");
  const [pid = 0, uid = 0, gid = 0] = value;
  return { pid, uid, gid };
}
