// Multicast groups that are joined on interfaces of this network namespace. Source: proc(5).

import { readFileSync } from "node:fs";
import { addressBytes, addressText } from "../../../../ffi/layout.ts";

/** "eth0 239.0.0.1" for each group, both families. */
export function lookMemberships(): Set<string> {
  return new Set([...joined4(textAt("/proc/net/igmp")), ...joined6(textAt("/proc/net/igmp6"))]);
}

/** As the set has it. */
export function membershipKey(device: string, group: string): string {
  return `${device} ${addressText(addressBytes(group))}`;
}

/** A line for each interface, below it one for each group: the address as the host's number, in hex. */
export function joined4(text: string): string[] {
  let device = "";
  return text.split("\n").flatMap((line) => {
    device = /^\d+\s+([^\s:]+)/.exec(line)?.[1] ?? device;
    const hex = /^\s+([0-9A-F]{8})\s/.exec(line)?.[1];
    if (hex === undefined) return [];
    const bytes = Uint8Array.fromHex(hex).reverse();
    return [`${device} ${addressText(bytes)}`];
  });
}

/** "2 eth0 ff020000000000000000000000000001 …" */
export function joined6(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, device, hex = ""] = line.trim().split(/\s+/);
    if (device === undefined || !/^[0-9a-f]{32}$/.test(hex)) return [];
    return [`${device} ${addressText(Uint8Array.fromHex(hex))}`];
  });
}

function textAt(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
