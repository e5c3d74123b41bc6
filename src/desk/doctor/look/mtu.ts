// The largest packet that another node answers over an interface, by ping(8) with fragments forbidden.

import { isIPv6 } from "node:net";
import { unlessRefused } from "../../../../ffi/error.ts";
import { interfaceMtu } from "../../../../ffi/interface.ts";
import type { SenderView } from "../../../core/snapshot.ts";
import type { MtuFacts } from "../check/mtu.ts";
import { isInstalled, tell } from "../tool.ts";

/** Smaller packets pass everywhere (RFC 791, RFC 8200). */
const smallest = { 4: 68, 6: 1_280 } as const;
/** IP and ICMP before the bytes of an echo. */
const headers = { 4: 28, 6: 48 } as const;
/** Long for an answer on a local network; ping takes nothing shorter from everybody. */
const waitS = "1";

/** One try for each node on each interface; all at once. */
export async function lookMtus(senders: readonly SenderView[]): Promise<MtuFacts[]> {
  const tries = senders.flatMap(({ node, links }) =>
    // A cable is no interface, whatever PPP makes of it.
    links
      .filter(({ name }) => !name.startsWith("/"))
      .flatMap(({ name, from }) => (from === undefined ? [] : [{ node, device: name, from }])),
  );
  return await Promise.all(
    tries.map(async ({ node, device, from }): Promise<MtuFacts> => {
      const mtu = unlessRefused(() => interfaceMtu(device));
      if (mtu === undefined || !isInstalled("ping")) return { node, device, mtu: mtu ?? 0 };
      return { node, device, mtu, largest: await largestTo({ device, address: from, mtu }) };
    }),
  );
}

interface Target {
  readonly device: string;
  readonly address: string;
  readonly mtu: number;
}

async function largestTo(target: Target): Promise<number> {
  const family = isIPv6(target.address) ? 6 : 4;
  if (await answers(target, target.mtu)) return target.mtu;
  let low: number = smallest[family];
  if (!(await answers(target, low))) return 0;
  // Halving: ten questions at most for 1500 bytes, of which the lost ones take a second each.
  let high = target.mtu;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await answers(target, middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** A packet of that size, headers included, is answered by one of the same size. */
async function answers({ device, address, mtu }: Target, size: number): Promise<boolean> {
  const family = isIPv6(address) ? 6 : 4;
  const bytes = `${Math.min(size, mtu) - headers[family]}`;
  const words = ["-n", "-q", "-c", "1", "-W", waitS, "-M", "do", "-I", device, "-s", bytes];
  const told = await tell("ping", `-${family}`, ...words, address);
  return told?.ok === true;
}
