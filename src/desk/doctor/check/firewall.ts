// Whether the rules of a packet filter drop heartbeats or adverts, and which rule lets them in.

import { about, type Finding } from "../finding.ts";
import type { Judgement } from "../ruleset.ts";

/** A finding about packets of one kind, on their way in or out. */
export interface FirewallFacts {
  readonly way: "in" | "out";
  readonly device: string;
  readonly protocol: "udp" | "carp";
  /** Of UDP. */
  readonly port?: number;
  readonly family: 4 | 6;
  readonly judgement: Judgement;
  /** Who keeps the rules, and would overwrite one of nft's. */
  readonly keeper: Keeper;
}

export type Keeper = "nft" | "iptables" | "ufw" | "firewalld";

export function judgeFirewall(
  all: readonly FirewallFacts[],
  unread: string | undefined,
): Finding[] {
  const { ok, warn } = about("firewall");
  const findings = new Map(all.flatMap(judge).map((each) => [`${each.text}`, each]));
  if (unread !== undefined) {
    const remedy = unread.includes("permitted") ? { fix: "sudo hb doctor" } : {};
    return [...findings.values(), warn(`Its rules cannot be read: ${unread}`, remedy)];
  }
  if (findings.size > 0) return [...findings.values()];
  const kinds = new Set(all.map(({ protocol }) => (protocol === "udp" ? "heartbeats" : "adverts")));
  return [ok(`No rule that can be read drops ${[...kinds].join(" or ") || "heartbeats"}`)];
}

function judge(facts: FirewallFacts): Finding[] {
  const { warn, fail } = about("firewall");
  const { way, device, protocol, port, judgement } = facts;
  if (judgement.verdict === "accept") return [];
  const { family, table, chain, rule } = judgement.where;
  const place = `${family} ${table} ${chain}`;
  const kind = protocol === "udp" ? `udp ${port}` : "adverts (protocol 112)";
  const what = `${kind} ${way === "in" ? "from" : "to"} ${device}`;
  const which = rule === undefined ? "by its policy" : `by "${rule}"`;
  const hint = "Let protocol 112 through in the rules of this host's firewall";
  const isTheirs = protocol === "carp" && (facts.keeper === "ufw" || facts.keeper === "firewalld");
  const remedy = isTheirs ? { hint } : { fix: fixOf(facts) };
  if (judgement.verdict === "drop") return [fail(`${place} drops ${what} ${which}`, remedy)];
  return [warn(`${place} may drop ${what} ${which}`, remedy)];
}

function fixOf(facts: FirewallFacts): string {
  const { way, device, protocol, port, family, judgement, keeper } = facts;
  const isUdp = protocol === "udp";
  if (keeper === "ufw") {
    return way === "in"
      ? `ufw allow in on ${device} to any port ${port} proto udp`
      : `ufw allow out on ${device} to any port ${port} proto udp`;
  }
  if (keeper === "firewalld" && way === "in") {
    return `firewall-cmd --permanent --add-port=${port}/udp && firewall-cmd --reload`;
  }
  if (judgement.verdict === "accept") return "";
  const { where } = judgement;
  if (keeper === "iptables") {
    const program = family === 4 ? "iptables" : "ip6tables";
    const side = way === "in" ? "-i" : "-o";
    const which = isUdp ? `-p udp --dport ${port}` : "-p 112";
    return `${program} -t ${where.table} -I ${where.base} ${side} ${device} ${which} -j ACCEPT`;
  }
  const side = way === "in" ? "iifname" : "oifname";
  const rule = `${side} ${device} ${isUdp ? `udp dport ${port}` : "meta l4proto 112"} accept`;
  return `nft insert rule ${where.family} ${where.table} ${where.base} ${rule}`;
}
