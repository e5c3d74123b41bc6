// The rules of the packet filters of this network namespace, from the programs that keep them.

import { existsSync, readFileSync } from "node:fs";
import type { FirewallFacts, Keeper } from "../check/firewall.ts";
import { parseIptables } from "../iptables.ts";
import type { Packet } from "../rule.ts";
import { parseNft, type Ruleset, walk } from "../ruleset.ts";
import { isInstalled, tell } from "../tool.ts";

export interface FirewallSight {
  readonly facts: readonly FirewallFacts[];
  /** Why rules could not be read. */
  readonly unread?: string;
}

interface Source {
  readonly ruleset: Ruleset;
  readonly keeper: Keeper;
}

/** What happens to each of these packets. */
export async function lookFirewall(packets: readonly Packet[]): Promise<FirewallSight> {
  if (packets.length === 0) return { facts: [] };
  const sources: Source[] = [];
  const unread: string[] = [];
  const hasIptables = isInstalled("iptables-save");
  const nft = await tell("nft", "-j", "list", "ruleset");
  const ruleset = nft?.ok === true ? parseNft(nft.stdout) : undefined;
  if (ruleset !== undefined) {
    const own = hasIptables ? withoutIptables(ruleset) : ruleset;
    sources.push({ ruleset: own, keeper: keeperOf(own) });
  } else if (nft !== undefined) unread.push(`nft: ${nft.reason}`);
  for (const [program, family] of [
    ["iptables-save", "ip"],
    ["ip6tables-save", "ip6"],
  ] as const) {
    const saved = await tell(program);
    if (saved?.ok === true) {
      const keeper = isUfw() ? "ufw" : "iptables";
      sources.push({ ruleset: parseIptables(saved.stdout, family), keeper });
    } else if (saved !== undefined) unread.push(`${program}: ${saved.reason}`);
  }
  if (sources.length === 0 && unread.length === 0) {
    unread.push('neither "nft" nor "iptables-save" is installed');
  }
  const facts = sources.flatMap(({ ruleset: rules, keeper }) =>
    packets.map((packet) => ({ ...packet, judgement: walk(rules, packet), keeper })),
  );
  return { facts, ...(unread.length > 0 && { unread: unread.join("; ") }) };
}

/** iptables may keep its rules in nft's tables, in words that only iptables reads. */
function withoutIptables({ chains, rules }: Ruleset): Ruleset {
  const isTheirs = ({ family, table }: { readonly family: string; readonly table: string }) =>
    (family === "ip" || family === "ip6") && /^(filter|nat|mangle|raw|security)$/.test(table);
  return {
    chains: chains.filter((chain) => !isTheirs(chain)),
    rules: rules.filter((rule) => !isTheirs(rule)),
  };
}

function keeperOf({ chains }: Ruleset): Keeper {
  return chains.some(({ table }) => table === "firewalld") ? "firewalld" : "nft";
}

function isUfw(): boolean {
  const file = "/etc/ufw/ufw.conf";
  return existsSync(file) && /^ENABLED=yes/m.test(readFileSync(file, "latin1"));
}
