// What a packet filter does with a heartbeat or an advert: a walk through its chains as the kernel walks them, for one
// kind of packet. What cannot be known of it (its source, a rate) is unknown, and said to be.
// Source: libnftables-json(5), nft(8).

import { isRecord } from "../record.ts";
import { type Expression, type Packet, read } from "./rule.ts";
import { ruleText } from "./ruletext.ts";

export interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Base chains have a hook. */
  readonly hook?: string;
  /** Of those at the edge of interfaces; nft before 1.0.8 does not tell. */
  readonly dev?: string | readonly string[];
  readonly policy?: string;
}

export interface Rule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly expr: readonly Expression[];
}

export interface Ruleset {
  readonly chains: readonly Chain[];
  readonly rules: readonly Rule[];
}

/** The rule that decides. */
export interface Where {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** The base chain that led there. */
  readonly base: string;
  /** Absent: the chain's policy. */
  readonly rule?: string;
}

export type Judgement =
  | { readonly verdict: "accept" }
  /** may-drop: it depends on what is not known of the packet. */
  | { readonly verdict: "drop" | "may-drop"; readonly where: Where };

type Step =
  | {
      readonly end: "accept" | "drop";
      readonly where: Where;
      /** The rule speaks of this very port. */
      readonly names: boolean;
      /** A rule before it that may have dropped. */
      readonly doubt?: Where;
    }
  | { readonly end: "fall"; readonly doubt?: Where; readonly admitted: boolean };

const hooks = { in: ["ingress", "prerouting", "input"], out: ["output", "postrouting", "egress"] };
/** Where a packet socket's packets come by as well. */
const edges: readonly (string | undefined)[] = ["ingress", "egress"];
/** The kernel has a limit of its own on jumps; a loop cannot be loaded. */
const depthMax = 16;

/** The ruleset in `nft -j list ruleset`; undefined when it is none. */
export function parseNft(text: string): Ruleset | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const list = isRecord(value) && Array.isArray(value.nftables) ? value.nftables : undefined;
    if (list === undefined) return undefined;
    const chains = list.flatMap((each) => (isRecord(each?.chain) ? [each.chain] : []));
    const rules = list.flatMap((each) => (isRecord(each?.rule) ? [each.rule] : []));
    return { chains: chains as unknown as Chain[], rules: rules as unknown as Rule[] };
  } catch {
    return undefined;
  }
}

/** What happens to the packet: every base chain on its way must let it through. */
export function walk(ruleset: Ruleset, packet: Packet): Judgement {
  const families = ["inet", "netdev", packet.family === 4 ? "ip" : "ip6"];
  let doubt: Where | undefined;
  for (const hook of hooks[packet.way]) {
    for (const chain of ruleset.chains) {
      if (chain.hook !== hook || !families.includes(chain.family)) continue;
      if (packet.isRaw === true && !edges.includes(hook)) continue;
      if (chain.dev !== undefined && ![chain.dev].flat().includes(packet.device)) continue;
      const base = { ruleset, packet, base: chain.name };
      const step = through(base, chain, 0);
      // It may be another interface's.
      const isElsewhere = edges.includes(hook) && chain.dev === undefined;
      if (step.end === "drop" && isElsewhere) {
        doubt ??= step.where;
        continue;
      }
      if (step.end === "drop") return { verdict: "drop", where: step.where };
      doubt ??= step.doubt;
      const isDropped = step.end === "fall" && chain.policy === "drop" && !step.admitted;
      if (isDropped && isElsewhere) doubt ??= placeOf(chain, chain.name);
      else if (isDropped) return { verdict: "drop", where: placeOf(chain, chain.name) };
    }
  }
  return doubt === undefined ? { verdict: "accept" } : { verdict: "may-drop", where: doubt };
}

interface Walk {
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly base: string;
}

function through(walk: Walk, chain: Chain, depth: number): Step {
  let doubt: Where | undefined;
  let admitted = false;
  const { ruleset, packet, base } = walk;
  for (const rule of ruleset.rules) {
    const isHere =
      rule.chain === chain.name && rule.table === chain.table && rule.family === chain.family;
    if (!isHere) continue;
    const { applies, verdict, target, names } = read(rule.expr, packet);
    if (applies === "no" || verdict === undefined) continue;
    const sure = applies === "yes";
    const where = { ...placeOf(chain, base), rule: ruleText(rule.expr) };
    let step: Step = { end: "fall", admitted: false };
    if (verdict === "jump") {
      const next = ruleset.chains.find((each) => {
        return each.name === target && each.table === chain.table && each.family === chain.family;
      });
      if (next !== undefined && depth < depthMax) step = through(walk, next, depth + 1);
    } else if (verdict === "return") {
      if (sure) return { end: "fall", ...(doubt && { doubt }), admitted };
      continue;
    } else step = { end: verdict, where, names };
    if (step.end === "fall") {
      doubt ??= step.doubt;
      admitted ||= step.admitted;
    } else if (sure) {
      const before = doubt ?? step.doubt;
      // What a rule before may have let in is given the benefit of the doubt.
      if (step.end === "drop" && admitted) break;
      return { ...step, ...(before && { doubt: before }) };
    }
    // Only a rule that speaks of this port is worth a word when it may or may not apply.
    else if (step.end === "drop" && step.names) doubt ??= step.where;
    else if (step.end === "accept") admitted = true;
  }
  return { end: "fall", ...(doubt && { doubt }), admitted };
}

function placeOf({ family, table, name }: Chain, base: string): Where {
  return { family, table, chain: name, base };
}
