// What a user can do to a cluster at a moment, in a user's words, and the acts that it takes: pulling
// one plug is several cuts, silences a ping node and takes the carrier away.

import type { GroupSet } from "../../core/wish.ts";
import type { Act, Temper, TimedAct } from "../act.ts";
import { type Site, scriptMs, statusMs } from "./site.ts";

export type Happening =
  | {
      readonly kind:
        | "kill"
        | "start"
        | "crash"
        | "kill-desk"
        | "kill-pulse"
        | "freeze"
        | "thaw"
        | "leave"
        | "blind"
        | "see";
      readonly node: string;
    }
  | { readonly kind: "standby" | "takeover"; readonly node: string; readonly set: GroupSet }
  /** A network is gone for everybody: its switch is dead. */
  | { readonly kind: "cut"; readonly link: string }
  /** One host's plug is out. */
  | { readonly kind: "unplug"; readonly node: string; readonly link: string }
  /** Two sides do not hear each other on these links; all of them still reach their clients. */
  | {
      readonly kind: "part";
      readonly sides: readonly [readonly string[], readonly string[]];
      readonly links: readonly string[];
    }
  | { readonly kind: "heal"; readonly link?: string }
  /** `rate` of all packets is lost, on one link or on all of them. */
  | { readonly kind: "loss"; readonly rate: number; readonly link?: string }
  /** Absent temper: the script works again. */
  | {
      readonly kind: "script";
      readonly nodes: readonly string[];
      readonly word: string;
      readonly temper?: Temper;
    };

export type Fault = Happening & { readonly at: number };

/** What ends a fault rather than being one. */
export function isRepair({ kind }: Happening): boolean {
  return kind === "heal" || kind === "start" || kind === "thaw" || kind === "see";
}

/** Everything that the faults do, in order of time, the start of the cluster included. */
export function actsOf(faults: readonly Fault[], site: Site): TimedAct[] {
  const ordered = faults.toSorted((a, b) => a.at - b.at);
  const tempers = new Map<string, Temper>();
  const acts: TimedAct[] = [
    ...site.scripts.flatMap(({ word }) =>
      site.nodes.map((node) => script(node, word, timesOf(site, word))),
    ),
    ...site.nodes.filter((node) => startsAlone(node, faults)).map((node) => start(node)),
  ].map((act) => ({ ...act, at: 0 }));
  for (const { at, ...fault } of ordered) {
    for (const act of actsOfOne(fault as Happening, site, tempers)) acts.push({ ...act, at });
  }
  return acts;
}

/** A node that is started by hand before anything else happens to it is off until then. */
export function startsAlone(node: string, faults: readonly Fault[]): boolean {
  const ordered = faults.toSorted((a, b) => a.at - b.at);
  const first = ordered.find((fault) => "node" in fault && fault.node === node);
  return first?.kind !== "start";
}

function start(node: string): Act {
  return { act: "start", node };
}

function timesOf(site: Site, word: string): Temper {
  return { tookMs: scriptMs(site, word), statusMs: statusMs(site, word) };
}

function script(node: string, word: string, temper: Temper): Act {
  return { act: "script", node, word, temper };
}

function actsOfOne(fault: Happening, site: Site, tempers: Map<string, Temper>): Act[] {
  const { nodes, links, clients } = site;
  switch (fault.kind) {
    case "standby":
    case "takeover":
      return [{ act: "command", node: fault.node, command: fault.kind, set: fault.set }];
    case "cut":
      return [
        { act: "cut", from: nodes, to: nodes, link: fault.link },
        ...(fault.link === clients ? nodes.map(blind) : []),
        ...nodes.map((node) => carrier(node, fault.link, false)),
      ];
    case "unplug":
      return [
        { act: "cut", from: [fault.node], to: others(nodes, fault.node), link: fault.link },
        ...(fault.link === clients ? [blind(fault.node)] : []),
        carrier(fault.node, fault.link, false),
      ];
    case "part":
      return fault.links.map((link) => {
        const [from, to] = fault.sides;
        return { act: "cut", from, to, link };
      });
    case "heal": {
      const healed = fault.link === undefined ? links : [fault.link];
      return [
        fault.link === undefined ? { act: "heal" } : { act: "heal", link: fault.link },
        ...(healed.includes(clients) ? nodes.map((node): Act => ({ act: "see", node })) : []),
        ...healed.flatMap((link) => nodes.map((node) => carrier(node, link, true))),
      ];
    }
    case "loss": {
      const weather = { loss: fault.rate };
      return [{ act: "weather", weather, ...(fault.link && { link: fault.link }) }];
    }
    case "script":
      return fault.nodes.map((node) => {
        const key = `${node} ${fault.word}`;
        const times = timesOf(site, fault.word);
        const temper = fault.temper && { ...tempers.get(key), ...fault.temper };
        tempers.set(key, temper ?? {});
        return script(node, fault.word, { ...times, ...temper });
      });
    default:
      return [{ act: fault.kind, node: fault.node }];
  }
}

function blind(node: string): Act {
  return { act: "blind", node };
}

function carrier(node: string, device: string, up: boolean): Act {
  return { act: "carrier", node, device, up };
}

function others(nodes: readonly string[], node: string): string[] {
  return nodes.filter((each) => each !== node);
}
