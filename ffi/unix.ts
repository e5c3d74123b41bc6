// Addresses of AF_UNIX sockets, for the datagrams of syslog and the service manager.

import { AF_UNIX } from "./layout.ts";

/** struct sockaddr_un of this path; "@name" is a name in the abstract space, as systemd writes
 *  it. */
export function sockaddrUn(path: string): Uint8Array {
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
  // sun_path has 108 bytes.
  if (name.length > 108) throw new RangeError(`Socket path too long: ${path}`);
  const bytes = new Uint8Array(2 + name.length);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(name, 2);
  return bytes;
}
