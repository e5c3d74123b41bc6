// Law 6: bytes that do not authenticate change nothing but a counter. No bytes stop the process.
//
// * What was damaged on its way and let in all the same must say word for word what was sent: the damage
//   hit what means nothing. Anything else is a forgery that was believed.
// * A packet that was refused, or is heard again in the same life of the agent (a replay), has no
//   consequence: in the moment in which it is heard, the node moves no address and no service, announces
//   nothing, and says nothing. The plan replays at moments that nothing else shares.
//   Exception: a replayed request to send something again (NS_rexmit) may be answered as it asks.
// * Whatever makes a mind throw ends the run, and is told by judge.ts under this law.
//
// A replay that its hearer has never heard in this life is not judged: Heartbeat's protocol gives a node
// that has just begun to run nothing by which to know it.

import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import type { Law, Report } from "./law.ts";

/** So many messages of each node are remembered. */
const remembered = 1_000;

export class Forgery implements Law {
  readonly #report: Report;
  readonly #sent = new Map<string, Set<string>>();
  /** What each node has heard in this life. */
  readonly #known = new Map<string, Set<string>>();
  /** The packet whose consequences are watched. */
  #watched:
    | { readonly node: string; readonly at: number; readonly what: string; readonly asks: boolean }
    | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "sent":
        this.#consequence(sight.node, "sends", now);
        keep(this.#sent, sight.node, () => JSON.stringify(plain(sight.message)));
        return;
      case "heard":
        this.#heard(sight, now);
        return;
      case "address":
      case "announce":
      case "service":
        this.#consequence(sight.node, sight.saw, now);
        return;
      case "script":
        this.#consequence(sight.node, `${sight.action} of ${sight.word} ${sight.phase}`, now);
        return;
      case "act":
        this.#watched = undefined;
        return;
      case "process":
        if (sight.process === "pulse") this.#known.delete(sight.node);
        return;
      default:
        return;
    }
  }

  #heard(sight: Extract<Sight, { readonly saw: "heard" }>, now: number): void {
    const { node, message, rejected, touched } = sight;
    this.#watched = undefined;
    const type = textOf(message, "t") ?? "";
    const name = `${textOf(message, "src")} ${textOf(message, "hg")} ${textOf(message, "seq")} ${type}`;
    const from = textOf(message, "src") ?? sight.from;
    if (touched === "corrupted" && rejected === undefined) {
      const honest = this.#sent.get(from)?.has(JSON.stringify(plain(message))) ?? false;
      if (!honest) this.#report("6", `${node} believes a damaged ${type} of ${sight.from}`);
    }
    const isReplay = touched === "replayed" && (this.#known.get(node)?.has(name) ?? false);
    if (rejected !== undefined || isReplay) {
      const asks = type === "NS_rexmit";
      this.#watched = { node, at: now, what: `${rejected ?? touched} ${type}`, asks };
      return;
    }
    keep(this.#known, node, () => name);
  }

  #consequence(node: string, what: string, now: number): void {
    const watched = this.#watched;
    if (watched === undefined || watched.node !== node || watched.at !== now) return;
    if (watched.asks && what === "sends") return;
    this.#watched = undefined;
    this.#report("6", `${node} hears a packet that must not count (${watched.what}), and ${what}`);
  }
}

function keep(memory: Map<string, Set<string>>, node: string, make: () => string): void {
  const known = memory.get(node) ?? new Set<string>();
  memory.set(node, known);
  known.add(make());
  for (const oldest of known) {
    if (known.size <= remembered) return;
    known.delete(oldest);
  }
}

/** Bytes as numbers, so that two messages can be compared as text. */
function plain(message: Message): unknown {
  return message.fields.map(({ name, value }) => [
    name,
    value instanceof Uint8Array ? [...value] : value,
  ]);
}
