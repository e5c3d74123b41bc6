// The parts of the examination that concern virtual routers: those of the agent, and those of every process
// of `hb carp` on this host.

import { accessSync, constants, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { RouterLine } from "../../config/carp/setting.ts";
import { checkRouters } from "../../config/carp/together.ts";
import { Report } from "../../config/report.ts";
import { ownAddresses } from "../carp/device.ts";
import type { Case } from "./case.ts";
import { judgePrograms, type ProgramFacts } from "./check/program.ts";
import { judgeRouters, type PresentAddress } from "./check/router.ts";
import { about, type Finding } from "./finding.ts";
import type { Packet } from "./rule.ts";

/** Everything that is known of virtual routers here; nothing where there are none. */
export function routerFindings(taken: Case): Finding[] {
  const { carp } = taken;
  const present = addressesHere();
  const facts = carp.now.map((now) => {
    const before = carp.before.find(({ name, pid }) => name === now.name && pid === now.pid) ?? now;
    const line = carp.lines.find(({ name }) => name === now.name);
    const here = present.filter(({ address }) => now.addresses.includes(address));
    return { before, now, here, ...(line && { hasScripts: !line.holdsAddresses }) };
  });
  return [
    ...carp.processes.flatMap(({ pid, trouble }) => {
      if (trouble === undefined) return [];
      const text = `"hb carp" with pid ${pid} does not answer: ${trouble}`;
      return [about("carp").fail(text, { hint: "Start it anew: others take over meanwhile" })];
    }),
    ...conflicts(taken),
    ...judgeRouters(facts),
    ...judgePrograms(carp.lines.flatMap(programsOf)),
  ];
}

/** Addresses that two have their hands on, or that a host cannot share. */
function conflicts({ carp, checked }: Case): Finding[] {
  const report = new Report("");
  checkRouters(carp.lines, checked.groups, [], report);
  return [...report.problems, ...ownAddresses(carp.lines, "")].map(({ message, hint }) => {
    return about("carp").fail(message, hint === undefined ? {} : { hint });
  });
}

/** The adverts of a router. A packet socket hears and sends them, which rules of the IP layer do not
 *  concern; to unicast peers they go through it. */
export function advertsOf({ device, addresses, peers, broadcast }: RouterLine): Packet[] {
  const families = new Set(addresses.map(({ family }) => family));
  return [...families].flatMap((family): Packet[] => {
    const isUnicast = peers.some((peer) => peer.includes(":") === (family === 6));
    const cast = isUnicast ? "unicast" : broadcast ? "broadcast" : "multicast";
    const packet = { family, device, protocol: "carp", cast } as const;
    return [
      { ...packet, way: "in", isRaw: true },
      { ...packet, way: "out", isRaw: !isUnicast },
    ];
  });
}

function programsOf({ name, upScript, downScript, track }: RouterLine): ProgramFacts[] {
  const checks = track.flatMap((each) => (each.kind === "script" ? [each.path] : []));
  const all = [
    ...(upScript === undefined ? [] : [[upScript, "up script"] as const]),
    ...(downScript === undefined ? [] : [[downScript, "down script"] as const]),
    ...checks.map((path) => [path, "check"] as const),
  ];
  return all.map(([path, what]) => ({ path, what: `${what} of ${name}`, is: kindOf(path) }));
}

function kindOf(path: string): ProgramFacts["is"] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "missing";
  if (!stat.isFile()) return "no file";
  try {
    accessSync(path, constants.X_OK);
    return "executable";
  } catch {
    return "asleep";
  }
}

function addressesHere(): PresentAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([device, rows]) => {
    return (rows ?? []).map(({ address, cidr }) => {
      const prefix = Number(cidr?.split("/")[1] ?? (address.includes(":") ? 128 : 32));
      return { address, prefix, device: device.split(":")[0] ?? device };
    });
  });
}
