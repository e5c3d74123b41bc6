// One rule of a packet filter, as far as a heartbeat or an advert is concerned: whether it applies, and what it
// does. What is not known of a packet beforehand (its source, a rate, a set's content) makes a rule one that may
// apply.
// Source: libnftables-json(5), nft(8).

import { isRecord } from "../record.ts";

/** nft's own JSON, as far as it is read here. */
export type Expression = Readonly<Record<string, unknown>>;

export interface Packet {
  readonly way: "in" | "out";
  readonly family: 4 | 6;
  readonly device: string;
  readonly protocol: "udp" | "carp";
  /** Of UDP. */
  readonly port?: number;
  /** Whom it is sent to. */
  readonly cast: "unicast" | "broadcast" | "multicast";
  /** A packet socket takes it before the IP layer has it, or sends it past it. */
  readonly isRaw?: boolean;
}

export interface Reading {
  readonly applies: "yes" | "no" | "maybe";
  readonly verdict?: "accept" | "drop" | "jump" | "return";
  readonly target?: string;
  /** It names this very port. */
  readonly names: boolean;
}

const quiet: readonly string[] = ["counter", "log", "comment", "meter", "mangle", "notrack", "set"];

/** What a rule does with the packet, and whether it concerns it. */
export function read(expressions: readonly Expression[], packet: Packet): Reading {
  let applies: Reading["applies"] = "yes";
  let names = false;
  for (const expression of expressions) {
    const [[kind, value] = ["", undefined]] = Object.entries(expression);
    switch (kind) {
      case "match": {
        const truth = matches(value, packet);
        if (truth === false) return { applies: "no", names };
        if (truth === undefined) applies = "maybe";
        else if (namesIt(value, packet)) names = true;
        break;
      }
      case "accept":
      case "return":
        return { applies, verdict: kind, names };
      case "drop":
      case "reject":
        return { applies, verdict: "drop", names };
      case "jump":
      case "goto": {
        const target = isRecord(value) ? String(value.target) : "";
        return { applies, verdict: "jump", target, names };
      }
      case "vmap": {
        const chosen = choose(value, packet);
        if (chosen === undefined) applies = "maybe";
        else if (chosen !== "none") return { ...read([chosen], packet), names };
        break;
      }
      default:
        if (!quiet.includes(kind)) applies = "maybe";
    }
  }
  return { applies, names };
}

/** It speaks of this very port; of an advert, of its protocol. */
function namesIt(match: unknown, { protocol }: Packet): boolean {
  const words = protocol === "udp" ? ['"dport"'] : ['"l4proto"', '"protocol"', '"nexthdr"'];
  return words.some((word) => JSON.stringify(match).includes(word));
}

/** The verdict that a map has for this packet; "none" when it has none, undefined when unknown. */
function choose(vmap: unknown, packet: Packet): Expression | "none" | undefined {
  if (!isRecord(vmap) || !isRecord(vmap.data) || !Array.isArray(vmap.data.set)) return undefined;
  const known = fieldOf(vmap.key, packet);
  if (known === undefined) return undefined;
  for (const pair of vmap.data.set) {
    if (Array.isArray(pair) && equals(known, pair[0]) && isRecord(pair[1])) return pair[1];
  }
  return "none";
}

function matches(match: unknown, packet: Packet): boolean | undefined {
  if (!isRecord(match)) return undefined;
  const known = fieldOf(match.left, packet);
  if (known === undefined) return undefined;
  const isEqual = equals(known, match.right);
  if (isEqual === undefined) return undefined;
  return match.op === "!="
    ? !isEqual
    : match.op === "==" || match.op === "in"
      ? isEqual
      : undefined;
}

/** Neither has a header of these. */
const others: readonly string[] = ["tcp", "icmp", "icmpv6", "sctp", "dccp", "esp", "ah"];

/** What is known of the packet under this name; null: it has no such thing. */
function fieldOf(left: unknown, packet: Packet): string | number | null | undefined {
  if (!isRecord(left)) return undefined;
  const { way, device, protocol: own, port = null, family, cast } = packet;
  if (isRecord(left.payload)) {
    const { protocol, field } = left.payload;
    if ((protocol === "udp" || protocol === "th") && field === "dport") return port;
    if (own === "carp" && protocol === "udp") return null;
    if (others.includes(String(protocol))) return null;
    if (protocol === "ip" && family === 6) return null;
    if (protocol === "ip6" && family === 4) return null;
    return field === "protocol" || field === "nexthdr" ? own : undefined;
  }
  if (isRecord(left.fib)) {
    const { result, flags } = left.fib;
    const isTarget = way === "in" && result === "type" && String(flags) === "daddr";
    if (!isTarget) return undefined;
    return cast === "unicast" ? "local" : cast;
  }
  if (isRecord(left.ct)) return left.ct.key === "state" ? "new" : undefined;
  if (!isRecord(left.meta)) return undefined;
  switch (left.meta.key) {
    case "l4proto":
      return own;
    case "nfproto":
      return family === 4 ? "ipv4" : "ipv6";
    case "protocol":
      return family === 4 ? "ip" : "ip6";
    case "pkttype":
      if (way === "out") return undefined;
      return cast === "unicast" ? "host" : cast;
    case "iif":
    case "iifname":
      return way === "in" ? device : null;
    case "oif":
    case "oifname":
      return way === "out" ? device : null;
    default:
      return undefined;
  }
}

function equals(known: string | number | null, right: unknown): boolean | undefined {
  if (known === null) return false;
  if (Array.isArray(right)) return some(known, right);
  if (isRecord(right)) {
    if (Array.isArray(right.set)) return some(known, right.set);
    if (Array.isArray(right.range)) {
      const [low, high] = right.range.map(Number);
      return Number(known) >= (low ?? 0) && Number(known) <= (high ?? 0);
    }
    return undefined;
  }
  const numbers = protocols.get(known);
  if (numbers !== undefined) return numbers.includes(String(right));
  if (typeof right !== "string") return right === known;
  // A set that stands elsewhere, by its name.
  if (right.startsWith("@")) return undefined;
  if (right.endsWith("*")) return String(known).startsWith(right.slice(0, -1));
  if (known === "host") return right === "host" || right === "unicast";
  return right === String(known);
}

/** By name, by what /etc/protocols calls it, by number. */
const protocols: ReadonlyMap<string | number, readonly string[]> = new Map([
  ["udp", ["udp", "17"]],
  ["carp", ["carp", "vrrp", "112"]],
]);

function some(known: string | number, choices: readonly unknown[]): boolean | undefined {
  const all = choices.map((choice) => equals(known, choice));
  if (all.includes(true)) return true;
  return all.includes(undefined) ? undefined : false;
}
