// Whether the rules of a packet filter drop heartbeats, and which rule lets them in.

import { about, type Finding } from "../finding.ts";
import type { Judgement } from "../ruleset.ts";

/** A finding about packets of one kind, on their way in or out. */
export interface FirewallFacts {
  readonly way: "in" | "out";
  readonly device: string;
  readonly port: number;
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
  return [ok("No rule that can be read drops heartbeats")];
}

function judge(facts: FirewallFacts): Finding[] {
  const { warn, fail } = about("firewall");
  const { way, device, port, judgement } = facts;
  if (judgement.verdict === "accept") return [];
  const { family, table, chain, rule } = judgement.where;
  const place = `${family} ${table} ${chain}`;
  const what = `udp ${port} ${way === "in" ? "from" : "to"} ${device}`;
  const which = rule === undefined ? "by its policy" : `by "${rule}"`;
  const remedy = { fix: fixOf(facts) };
  if (judgement.verdict === "drop") return [fail(`${place} drops ${what} ${which}`, remedy)];
  return [warn(`${place} may drop ${what} ${which}`, remedy)];
}

function fixOf({ way, device, port, family, judgement, keeper }: FirewallFacts): string {
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
    return `${program} -t ${where.table} -I ${where.base} ${side} ${device} -p udp --dport ${port} -j ACCEPT`;
  }
  const side = way === "in" ? "iifname" : "oifname";
  const rule = `${side} ${device} udp dport ${port} accept`;
  return `nft insert rule ${where.family} ${where.table} ${where.base} ${rule}`;
}
