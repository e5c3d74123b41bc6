// Whether the interfaces that virtual routers stand on are there: one that is not may come later, but is
// more often mistyped. And whether they would be left without an address.

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { nearest } from "../../config/nearest.ts";
import type { Problem } from "../../config/problem.ts";
import { Report } from "../../config/report.ts";
import type { RouterConfig } from "../../config/router.ts";
import { quote } from "../../config/unit.ts";

/** One warning for each interface that this host does not have; `from` is where the routers came from. */
export function missingDevices(routers: readonly RouterConfig[], from: string): readonly Problem[] {
  const report = new Report(from);
  const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2);
  const known = lines.flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
  for (const device of new Set(routers.map((router) => router.device))) {
    if (known.includes(device)) continue;
    const meant = nearest(device, known);
    report.warning(
      undefined,
      `This host has no interface ${quote(device)}: it is waited for`,
      meant === undefined ? `It has: ${known.join(", ")}` : `Did you mean "${meant}"?`,
    );
  }
  return report.problems;
}

type Addresses = Readonly<
  Record<string, readonly { family: string; address: string }[] | undefined>
>;

/** One error for each router that shares the only IPv4 address of its interface: a backup takes shared
 *  addresses off, and nobody would reach this host there any more. */
export function ownAddresses(
  routers: readonly Pick<RouterConfig, "name" | "device" | "source" | "addresses">[],
  from: string,
  here: Addresses = networkInterfaces(),
): readonly Problem[] {
  const report = new Report(from);
  const shared = new Set(routers.flatMap(({ addresses }) => addresses.map((one) => one.address)));
  for (const { name, device, source, addresses } of routers) {
    const own = Object.entries(here)
      .filter(([label]) => label === device || label.startsWith(`${device}:`))
      .flatMap(([, rows]) => rows ?? [])
      .filter(({ family }) => family === "IPv4");
    const lost = addresses.find(({ address }) => own.some((one) => one.address === address));
    const isSafe = source !== undefined || own.some(({ address }) => !shared.has(address));
    if (lost === undefined || isSafe) continue;
    const text = `${lost.address} is the only IPv4 address of ${device}: ${name} cannot share it`;
    report.error(undefined, text, "It is this host's own, from which adverts leave: share another");
  }
  return report.problems;
}
