// What keeps ucarp from starting on an interface, found in its order and told in its words (carp.md 11,
// "Start-up"). What it meets later, the process meets.

import { SysError } from "../../../ffi/error.ts";
import { interfaceFlags, interfaceHardware, interfaceIndex } from "../../../ffi/interface.ts";
import { AF_INET, addressBytes } from "../../../ffi/layout.ts";
import { ARPHRD_ETHER } from "../../../ffi/rtnetlink.ts";
import { close, SOCK_DGRAM, SOCK_RAW, setOptionBytes, socket } from "../../../ffi/socket.ts";
import { strerror } from "../../../ffi/strerror.ts";
import type { RouterConfig } from "../../config/router.ts";

/** IFNAMSIZ with the NUL (net/if.h). */
const nameBytesMax = 15;
const IFF_UP = 0x1;
const CARP = 112;

export interface Line {
  readonly level: "info" | "error";
  readonly text: string;
}

/** The lines that end with an exit code of 2; none when the way is free. */
export function hurdlesOf(device: string): Line[] {
  const found = raw() ?? nameless(device);
  if (found !== undefined)
    return [error(found), error(`Unable to find MAC address of [${device}]`)];
  if ((interfaceFlags(device) & IFF_UP) !== 0) return [];
  const text = `Unable to open interface [${device}]: ${device}: That device is not up`;
  return [...greetingOf(device), error(text)];
}

/** What ucarp says of an interface before it opens it. */
export function greetingOf(device: string): Line[] {
  const { type, mac } = interfaceHardware(device);
  const known = type === ARPHRD_ETHER;
  return [
    ...(known ? [] : [error(`Unknown hardware type [${type}]`)]),
    { level: "info", text: `Local advertised ethernet address is [${mac}]` },
  ];
}

function error(text: string): Line {
  return { level: "error", text };
}

/** Why the group cannot be joined by the source address, which ucarp tries when it has run its down script
 *  already; undefined when it can, or need not. */
export function membershipTrouble(router: RouterConfig): string | undefined {
  const { broadcast, multicast, source = "0.0.0.0" } = router;
  if (broadcast) return undefined;
  const fd = socket(AF_INET, SOCK_DGRAM);
  try {
    // struct ip_mreq: the group, then the address of the interface.
    const request = new Uint8Array([...addressBytes(multicast), ...addressBytes(source)]);
    setOptionBytes(fd, "ipAddMembership", request);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    const { errno } = thrown;
    return `Can't do IP_ADD_MEMBERSHIP errno=${strerror(errno)} (${errno})`;
  } finally {
    close(fd);
  }
}

function raw(): string | undefined {
  try {
    close(socket(AF_INET, SOCK_RAW, CARP));
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    return `Unable to open raw device: [${strerror(thrown.errno)}]`;
  }
}

function nameless(device: string): string | undefined {
  if (Buffer.byteLength(device) > nameBytesMax) return "Interface name too long";
  if (interfaceIndex(device) !== undefined) return undefined;
  return "Unable to get hardware info about an interface: No such device";
}
