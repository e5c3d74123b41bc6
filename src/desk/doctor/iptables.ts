// The rules of iptables, as `iptables-save` prints them, in the form in which nft's are judged.
// Source: iptables(8), iptables-extensions(8).

import type { Expression } from "./rule.ts";
import type { Chain, Rule, Ruleset } from "./ruleset.ts";

const baseHooks: Readonly<Record<string, string>> = {
  PREROUTING: "prerouting",
  INPUT: "input",
  OUTPUT: "output",
  POSTROUTING: "postrouting",
};

const targets: Readonly<Record<string, Expression>> = {
  ACCEPT: { accept: null },
  DROP: { drop: null },
  REJECT: { reject: null },
  RETURN: { return: null },
};

/** Targets after which the packet goes on to the next rule. */
const passing: readonly string[] = ["LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "TRACE", "CT"];

/** Chains and rules of every table. */
export function parseIptables(text: string, family: "ip" | "ip6"): Ruleset {
  const chains: Chain[] = [];
  const rules: Rule[] = [];
  let table = "";
  for (const line of text.split("\n")) {
    const [first = "", second = ""] = line.split(" ");
    if (first.startsWith("*")) table = first.slice(1);
    else if (first.startsWith(":")) {
      const name = first.slice(1);
      const hook = baseHooks[name];
      chains.push({
        family,
        table,
        name,
        ...(hook === undefined ? {} : { hook, policy: second.toLowerCase() }),
      });
    } else if (first === "-A") {
      rules.push({ family, table, chain: second, expr: expressions(wordsOf(line).slice(2)) });
    }
  }
  return { chains, rules };
}

/** A comment may be in quotes. */
function wordsOf(line: string): string[] {
  return line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

function expressions(words: readonly string[]): Expression[] {
  const found: Expression[] = [];
  let isNot = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "!") {
      isNot = true;
      continue;
    }
    const value = words[at + 1] ?? "";
    const op = isNot ? "!=" : "==";
    isNot = false;
    const match = (left: Expression, right: unknown) => found.push({ match: { op, left, right } });
    // Some words stand alone: "--syn".
    if (!value.startsWith("-")) at += 1;
    switch (word) {
      case "-p":
        if (value !== "all") match({ meta: { key: "l4proto" } }, value);
        break;
      case "-i":
        match({ meta: { key: "iifname" } }, value.replace(/\+$/, "*"));
        break;
      case "-o":
        match({ meta: { key: "oifname" } }, value.replace(/\+$/, "*"));
        break;
      case "--dport":
      case "--dports":
        match({ payload: { protocol: "th", field: "dport" } }, { set: value.split(",").map(port) });
        break;
      case "--state":
      case "--ctstate":
        match({ ct: { key: "state" } }, { set: value.toLowerCase().split(",") });
        break;
      case "--pkt-type":
        match({ meta: { key: "pkttype" } }, value);
        break;
      case "--dst-type":
        match({ fib: { result: "type", flags: "daddr" } }, value.toLowerCase());
        break;
      case "-m":
      case "--comment":
        break;
      case "-j":
      case "-g":
        found.push(targetOf(value));
        return found;
      default:
        found.push({ unknown: word });
    }
  }
  return found;
}

function targetOf(name: string): Expression {
  if (passing.includes(name)) return { log: null };
  // What is no word of iptables is a chain; one that is not there has no rules.
  return targets[name] ?? { jump: { target: name } };
}

/** A port, or a range of them. */
function port(text: string): unknown {
  const [low, high] = text.split(":").map(Number);
  return high === undefined ? low : { range: [low, high] };
}
