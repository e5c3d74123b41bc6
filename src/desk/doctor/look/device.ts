// What the kernel says of a network interface of this network namespace.

import { unlessRefused } from "../../../../ffi/error.ts";
import {
  interfaceAddress,
  interfaceFlags,
  interfaceIndex,
  interfaceMtu,
} from "../../../../ffi/interface.ts";
import { isLine, type Medium } from "../../../config/medium.ts";
import type { DeviceFacts } from "../check/device.ts";

// Flags of netdevice(7).
const IFF_UP = 0x1;
const IFF_BROADCAST = 0x2;
const IFF_RUNNING = 0x40;
const IFF_NOARP = 0x80;
const IFF_MULTICAST = 0x1000;

/** Every interface that media name, with what they need of it. */
export function lookDevices(media: readonly Medium[]): DeviceFacts[] {
  const devices = Map.groupBy(
    media.filter((medium) => "device" in medium && !isLine(medium)),
    (medium) => ("device" in medium ? medium.device : ""),
  );
  return [...devices].map(([device, all]) => {
    const kinds = all.map(({ kind }) => kind);
    const needs = {
      broadcast: kinds.includes("bcast"),
      multicast: kinds.includes("mcast") || kinds.includes("mcast6"),
      ipv4: kinds.some((kind) => kind === "bcast" || kind === "ucast" || kind === "mcast"),
    };
    const link = linkOf(device);
    return { device, needs, ...(link && { link }) };
  });
}

function linkOf(device: string): DeviceFacts["link"] {
  if (interfaceIndex(device) === undefined) return undefined;
  const flags = interfaceFlags(device);
  const ipv4 = unlessRefused(() => interfaceAddress(device));
  return {
    isUp: (flags & IFF_UP) !== 0,
    isRunning: (flags & IFF_RUNNING) !== 0,
    hasBroadcast: (flags & IFF_BROADCAST) !== 0,
    hasMulticast: (flags & IFF_MULTICAST) !== 0,
    hasNoArp: (flags & IFF_NOARP) !== 0,
    mtu: interfaceMtu(device),
    ...(ipv4 !== undefined && { ipv4 }),
  };
}
