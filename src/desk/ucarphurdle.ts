// What keeps ucarp from starting on an interface, found in its order and told in its words (carp.md 11,
// "Start-up"). What it meets later, the process meets.

import { SysError } from "../../ffi/error.ts";
import { interfaceFlags, interfaceIndex } from "../../ffi/interface.ts";
import { AF_INET } from "../../ffi/layout.ts";
import { close, SOCK_RAW, socket } from "../../ffi/socket.ts";
import { strerror } from "../../ffi/strerror.ts";

/** IFNAMSIZ with the NUL (net/if.h). */
const nameBytesMax = 15;
const IFF_UP = 0x1;
const CARP = 112;

/** The error lines that end with an exit code of 2; none when the way is free. */
export function hurdlesOf(device: string): string[] {
  const found = raw() ?? nameless(device);
  if (found !== undefined) return [found, `Unable to find MAC address of [${device}]`];
  if ((interfaceFlags(device) & IFF_UP) !== 0) return [];
  return [`Unable to open interface [${device}]: ${device}: That device is not up`];
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
