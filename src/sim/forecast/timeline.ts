// What happens, one line each: faults in the user's words, what the nodes conclude, and what their
// addresses and scripts do. An onlooker that keeps what a person wants to read and drops the rest.

import type { Sight } from "../sight.ts";

export interface Entry {
  readonly at: number;
  /** fault: done from outside. wrong: nobody answers, or two hold. judgement: what a node made of it.
   *  address, script, process, answer: what followed. */
  readonly kind:
    | "fault"
    | "judgement"
    | "warning"
    | "address"
    | "script"
    | "process"
    | "answer"
    | "wrong"
    | "well";
  /** Absent when it is about no node in particular. */
  readonly node?: string;
  readonly text: string;
}

/** Decisions that are no warnings but say why something moves. */
const telling = new Set([
  "takeover",
  "failback",
  "keep",
  "partition",
  "member",
  "leave",
  "operator",
  "standby",
]);

export class Timeline {
  readonly #name: (word: string) => string;
  readonly #entries: Entry[] = [];
  /** "bob 10.0.0.1": up, and not yet announced. */
  readonly #fresh = new Set<string>();
  /** Nodes that were declared dead at this moment: that their links are dead too is no news. */
  #dead = { at: 0, nodes: new Set<string>() };
  /** What was done last, to whom: that its processes come or go is part of it. */
  #done = { at: -1, node: "" };

  /** `name` says words of haresources as people do. */
  constructor(name: (word: string) => string) {
    this.#name = name;
  }

  see(sight: Sight, at: number): void {
    if (sight.saw === "act") {
      this.#done = { at, node: "node" in sight.act ? sight.act.node : "" };
      return;
    }
    const entry = this.#entryOf(sight, at);
    if (entry !== undefined) this.#entries.push({ at, ...entry });
  }

  add(...entries: readonly Entry[]): void {
    this.#entries.push(...entries);
  }

  /** In order of time; what was done comes before what followed, and that before how it ends. */
  entries(): readonly Entry[] {
    const rank = ({ kind }: Entry) =>
      kind === "fault" ? 0 : kind === "wrong" || kind === "well" ? 2 : 1;
    return this.#entries.toSorted((a, b) => a.at - b.at || rank(a) - rank(b));
  }

  #entryOf(sight: Sight, at: number): Omit<Entry, "at"> | undefined {
    switch (sight.saw) {
      case "address": {
        const { node, word, up, how } = sight;
        const key = `${node} ${word}`;
        if (up) this.#fresh.add(key);
        else this.#fresh.delete(key);
        if (how === "power") return undefined;
        const name = this.#name(word);
        if (up) return { kind: "address", node, text: `has ${name}` };
        const text = how === "lease" ? `loses ${name}: its lease has ended` : `takes ${name} off`;
        return { kind: "address", node, text };
      }
      case "announce": {
        const { node } = sight;
        const words = sight.words.filter((word) => this.#fresh.delete(`${node} ${word}`));
        if (words.length === 0) return undefined;
        const names = words.map((word) => this.#name(word)).join(", ");
        return { kind: "address", node, text: `announces ${names}` };
      }
      case "service": {
        const { node, word, up } = sight;
        if (this.#isPartOfAct(node, at)) return undefined;
        return { kind: "script", node, text: up ? `runs ${word}` : `${word} has ended` };
      }
      case "script":
        return this.#isPartOfAct(sight.node, at) ? undefined : scriptEntry(sight);
      case "process": {
        const { node, process, alive } = sight;
        if (this.#isPartOfAct(node, at)) return undefined;
        const text = alive ? `its ${process} runs` : `its ${process} has ended`;
        return { kind: "process", node, text };
      }
      case "answered": {
        const { node, ok, text } = sight;
        return { kind: "answer", node, text: `${ok ? "answers" : "refuses"}: ${text}` };
      }
      case "log":
        return this.#logEntry(sight, at);
      default:
        return undefined;
    }
  }

  #logEntry(sight: Extract<Sight, { saw: "log" }>, at: number): Omit<Entry, "at"> | undefined {
    const { node, level, text, topic } = sight;
    if (this.#dead.at !== at) this.#dead = { at, nodes: new Set() };
    if (topic === "dead") this.#dead.nodes.add(node);
    if (topic === "link" && this.#dead.nodes.has(node)) return undefined;
    if (level === "warn" || level === "error") return { kind: "warning", node, text };
    if (level !== "info" || topic === undefined || !telling.has(topic)) return undefined;
    return { kind: "judgement", node, text };
  }

  /** Not the start of scripts or the end of services that follow an order, but what power takes along. */
  #isPartOfAct(node: string, at: number): boolean {
    return this.#done.at === at && this.#done.node === node;
  }
}

function scriptEntry(sight: Extract<Sight, { saw: "script" }>): Omit<Entry, "at"> | undefined {
  const { node, word, action, phase, ok } = sight;
  if (action === "status") return undefined;
  if (phase === "begins") {
    return { kind: "script", node, text: `${action === "start" ? "starts" : "stops"} ${word}` };
  }
  if (phase === "ends" && ok !== false) return undefined;
  const end = phase === "cut" ? "is given up" : "fails";
  return { kind: "warning", node, text: `the ${action} of ${word} ${end}` };
}
