// What a simulation takes for granted, in sentences: a forecast is worth what its assumptions are.

import type { ClusterConfig } from "../../config/cluster.ts";
import { sayTime } from "../../config/unit.ts";
import { and } from "../../sim/forecast/faulttext.ts";
import { bootMs } from "../../sim/forecast/forecast.ts";
import { type Site, scriptMs } from "../../sim/forecast/site.ts";

/** One sentence each. */
export function assumptionsOf(site: Site, unread: readonly string[]): string[] {
  const { nodes, ways, clients, pings, scripts, assumed } = site;
  const special = scripts.filter(({ word }) => assumed.scriptMsOf.has(word));
  const others = special.map(({ word }) => `"${word}" ${sayTime(scriptMs(site, word))}`);
  const pinged = pings.length === 0 ? "Clients are" : `Clients and ${and(pings)} are`;
  return [
    `${and(nodes)} run hb with these files, and are started at the same moment`,
    `Heartbeats travel on ${and(ways)}; nothing is lost or late on the way, and no host is busy`,
    `${pinged} on ${clients} (--clients tells another network)`,
    ...(scripts.length === 0
      ? []
      : [
          `Each start and each stop of a script takes ${sayTime(assumed.scriptMs)}` +
            `${others.length === 0 ? "" : `, but of ${and(others)}`}, a status a tenth (--script-time)`,
        ]),
    ...(site.configs.some(resetsItself)
      ? [`A host that resets itself is back after ${sayTime(bootMs)}`]
      : []),
    "A partition lets clients through to both sides",
    ...unread.map((file) => `${file} is as it should be: it may not be read here`),
  ];
}

function resetsItself({ watchdog, onStopFailure, groups }: ClusterConfig): boolean {
  const scripts = groups.some(({ resources }) => resources.some(({ kind }) => kind === "script"));
  return watchdog !== undefined || (scripts && onStopFailure === "reboot");
}
