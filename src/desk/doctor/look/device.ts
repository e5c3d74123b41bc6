// What the kernel says of a network interface of this network namespace.

import { unlessRefused } from "../../../../ffi/error.ts";
import {
  interfaceAddress,
  interfaceFlags,
  interfaceIndex,
  interfaceMtu,
} from "../../../../ffi/interface.ts";
import type { RouterLine } from "../../../config/carp/setting.ts";
import { isLine, type Medium } from "../../../config/medium.ts";
import type { DeviceFacts } from "../check/device.ts";

// Flags of netdevice(7).
const IFF_UP = 0x1;
const IFF_BROADCAST = 0x2;
const IFF_RUNNING = 0x40;
const IFF_NOARP = 0x80;
const IFF_MULTICAST = 0x1000;

/** Every interface that media and virtual routers name, with what they need of it. */
export function lookDevices(
  media: readonly Medium[],
  routers: readonly RouterLine[],
): DeviceFacts[] {
  const wants = [...media.flatMap(wantOfMedium), ...routers.map(wantOfRouter)];
  return [...Map.groupBy(wants, ({ device }) => device)].map(([device, all]) => {
    const broadcast = all.find((want) => want.broadcast !== undefined)?.broadcast;
    const multicast = all.find((want) => want.multicast !== undefined)?.multicast;
    const needs = {
      ...(broadcast !== undefined && { broadcast }),
      ...(multicast !== undefined && { multicast }),
      arp: all.some(({ arp }) => arp),
      ipv4: all.some(({ ipv4 }) => ipv4),
    };
    const link = linkOf(device);
    return { device, needs, ...(link && { link }) };
  });
}

type Want = DeviceFacts["needs"] & { readonly device: string };

function wantOfMedium(medium: Medium): Want[] {
  if (!("device" in medium) || isLine(medium)) return [];
  const { device, kind } = medium;
  switch (kind) {
    case "bcast":
      return [{ device, broadcast: kind, arp: true, ipv4: true }];
    case "mcast":
      return [{ device, multicast: kind, arp: false, ipv4: true }];
    case "mcast6":
      return [{ device, multicast: "mcast", arp: false, ipv4: false }];
    default:
      return [{ device, arp: false, ipv4: kind === "ucast" }];
  }
}

function wantOfRouter({ device, addresses, source, broadcast, peers }: RouterLine): Want {
  const isMulticast = !broadcast && peers.length === 0;
  const hasIPv4 = addresses.some(({ family }) => family === 4);
  return {
    device,
    ...(broadcast && { broadcast: "CARP" }),
    ...(isMulticast && { multicast: "CARP" }),
    arp: hasIPv4,
    ipv4: hasIPv4 && source === undefined,
  };
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
