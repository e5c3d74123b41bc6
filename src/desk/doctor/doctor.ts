// The examination of `hb doctor`: facts are gathered (look/), then judged (check/). Nothing is changed.

import { existsSync, statSync } from "node:fs";
import { digestOf } from "../../config/digest.ts";
import { isLine } from "../../config/medium.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import type { Directories } from "../place.ts";
import { agentUser } from "../settings.ts";
import { routerFindings } from "./carp.ts";
import { type Case, secretPlaces, takeCase } from "./case.ts";
import { judgeAgent } from "./check/agent.ts";
import { judgeClock } from "./check/clock.ts";
import { judgeConfiguration } from "./check/configuration.ts";
import { judgeDevice } from "./check/device.ts";
import { judgeMtu } from "./check/mtu.ts";
import { judgeName } from "./check/name.ts";
import { judgePeers } from "./check/peer.ts";
import { judgePrivilege } from "./check/privilege.ts";
import { judgeRejected, type RejectedFacts } from "./check/rejected.ts";
import { judgeScripts } from "./check/script.ts";
import { judgeSecret } from "./check/secret.ts";
import { judgeSettings } from "./check/setting.ts";
import { judgeUnit } from "./check/unit.ts";
import { judgeWatchdog } from "./check/watchdog.ts";
import { about, type Finding } from "./finding.ts";
import { lookClock } from "./look/clock.ts";
import { lookDevices } from "./look/device.ts";
import { lookMtus } from "./look/mtu.ts";
import { agentPids, statusOf } from "./look/process.ts";
import { lastSaid } from "./look/said.ts";
import { lookScripts } from "./look/script.ts";
import { lookUnits, type UnitSight } from "./look/unit.ts";
import { firewallFindings, multicastFindings, portFindings } from "./traffic.ts";

export interface Examination {
  readonly taken: Case;
  /** In the order in which one looks: the agent and its files first, the other nodes last. */
  readonly findings: readonly Finding[];
}

/** Looks at everything. */
export async function examine(directories: Directories): Promise<Examination> {
  const [taken, units] = await Promise.all([takeCase(directories), lookUnits()]);
  const { places, checked, self } = taken;
  const { conf } = checked;
  const hasUnit = units.hb?.LoadState === "loaded";
  const { found, reason, now } = taken;
  const state = now && { state: now.state };
  const said = reason === undefined ? {} : { reason };
  const agent = agentUser(places.state);
  const secrets = secretPlaces(taken).flatMap((place) => {
    return judgeSecret({ ...place, ...modeOf(place.path), agent });
  });
  const hasRouters = taken.carp.lines.length > 0;
  const host = taken.isReadable || hasRouters ? await hostFindings(taken) : [];
  if (isWithoutCluster(taken)) {
    const alone = about("agent").ok(`There is no ${places.haCf}: "hb carp" alone is looked at`);
    return { taken, findings: [[alone], secrets, ...host, routerFindings(taken)].flat() };
  }
  const parts: (readonly Finding[])[] = [
    judgeAgent({ run: places.run, found, hasUnit, ...state, ...said }),
    judgeConfiguration({ problems: checked.problems, self, dir: places.conf }),
    secrets,
    ...host,
    routerFindings(taken),
    privilegeFindings(taken, hasUnit),
    unitFindings(taken, units),
  ];
  if (taken.before !== undefined && now !== undefined) {
    const { before } = taken;
    const clones = { clones: before.dropped.clone ?? 0, clonesNow: now.dropped.clone ?? 0 };
    const words = lastSaid(places.state, "clone");
    const uuidFile = places.uuid;
    parts.push(
      judgeName({ self, ...clones, uuidFile, ...(words !== undefined && { said: words }) }),
      judgeRejected(countersOf(before, now)),
      multicastFindings(taken, now),
      judgePeers({ self, nodes: now.nodes, deadtimeMs: conf.deadtimeMs }),
      ...(await senderFindings(taken, now, hasUnit)),
    );
  }
  return { taken, findings: parts.flat() };
}

/** This host runs virtual routers, and is no node of a cluster. */
function isWithoutCluster({ found, places, carp }: Case): boolean {
  return found === "absent" && carp.processes.length > 0 && !existsSync(places.haCf);
}

/** What of this host the files and virtual routers speak of. */
async function hostFindings(taken: Case): Promise<(readonly Finding[])[]> {
  const { checked, places, carp, isReadable } = taken;
  const { media } = checked.conf;
  const network = [
    lookDevices(media, carp.lines).flatMap(judgeDevice),
    await firewallFindings(media, carp.lines),
  ];
  if (!isReadable) return network;
  return [
    ...network,
    portFindings(taken),
    judgeScripts(await lookScripts(checked.groups, places)),
    watchdogFindings(taken),
  ];
}

/** What the others tell of themselves. Only those of late: who was repaired and went is not judged. */
async function senderFindings(
  { checked, self, places }: Case,
  { nodes: members, pulse }: Snapshot,
  hasUnit: boolean,
): Promise<(readonly Finding[])[]> {
  const { deadtimeMs } = checked.conf;
  const names = members.map(({ name }) => name).filter((name) => name !== self);
  const nodes = (pulse.senders ?? [])
    .filter(({ node }) => names.includes(node))
    .map((sender) => ({
      ...sender,
      links: sender.links.filter(({ agoMs }) => agoMs < deadtimeMs),
    }))
    .filter(({ links }) => links.length > 0);
  const [clock, mtus] = await Promise.all([lookClock(), lookMtus(nodes)]);
  const { digest: running } = pulse;
  const { cluster } = checked;
  const settings = judgeSettings({
    ...(cluster && { digest: digestOf(cluster) }),
    ...(running !== undefined && { running }),
    deadtimeMs,
    nodes,
    hasUnit,
    ...pidOf(places),
  });
  return [judgeClock({ nodes, ...clock }), judgeMtu(mtus), settings];
}

/** The desk's, which is told to read the files again. */
function pidOf({ pid: file }: Case["places"]): { pid?: number } {
  const pid = agentPids(file).at(-1);
  return pid === undefined ? {} : { pid };
}

function modeOf(path: string): { mode?: number; uid?: number } {
  try {
    const { mode, uid } = statSync(path);
    return { mode, uid };
  } catch {
    return {};
  }
}

function watchdogFindings({ checked, now }: Case): Finding[] {
  const { watchdog: device } = checked.conf;
  if (device === undefined) return judgeWatchdog({ isThere: false });
  const isThere = statSync(device, { throwIfNoEntry: false }) !== undefined;
  const view = now?.pulse.watchdog;
  return judgeWatchdog({ device, isThere, ...(view && { view }) });
}

function privilegeFindings({ places, checked, now }: Case, hasUnit: boolean): Finding[] {
  const { conf, groups } = checked;
  const pids = now === undefined ? [] : agentPids(places.pid);
  const text = statusOf(pids[0] ?? "self", "CapEff");
  return judgePrivilege({
    ...(text !== undefined && { effective: text }),
    isAgent: pids.length > 0,
    missing: now?.pulse.missing ?? [],
    holdsAddresses: groups.length > 0 || conf.routers.length > 0,
    port: conf.udpport,
    hasUnit,
  });
}

function unitFindings({ checked }: Case, units: UnitSight): Finding[] {
  const { media, watchdog, deadtimeMs } = checked.conf;
  const needsDevices = watchdog !== undefined || media.some(isLine);
  return judgeUnit({ ...units, deadtimeMs, needsDevices });
}

function countersOf(
  before: NonNullable<Case["before"]>,
  now: NonNullable<Case["now"]>,
): RejectedFacts[] {
  const links = now.pulse.packets.map(({ link, rejected }): RejectedFacts => {
    const earlier = before.pulse.packets.find((each) => each.link === link);
    return { what: link, before: earlier?.rejected ?? {}, now: rejected };
  });
  return [...links, { what: "other nodes", before: before.dropped, now: now.dropped }];
}
