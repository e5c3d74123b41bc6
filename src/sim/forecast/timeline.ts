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
  readonly #entries: Entry[] = [];
  /** "bob 10.0.0.1": up, and not yet announced. */
  readonly #fresh = new Set<string>();

  see(sight: Sight, at: number): void {
    const entry = this.#entryOf(sight);
    if (entry !== undefined) this.#entries.push({ at, ...entry });
  }

  add(...entries: readonly Entry[]): void {
    this.#entries.push(...entries);
  }

  /** In order of time; what was done comes before what followed. */
  entries(): readonly Entry[] {
    const rank = ({ kind }: Entry) => (kind === "fault" ? 0 : kind === "wrong" ? 1 : 2);
    const last = ({ kind }: Entry) => (kind === "well" ? 1 : 0);
    return this.#entries.toSorted((a, b) => a.at - b.at || rank(a) - rank(b) || last(a) - last(b));
  }

  #entryOf(sight: Sight): Omit<Entry, "at"> | undefined {
    switch (sight.saw) {
      case "address": {
        const { node, word, up } = sight;
        const key = `${node} ${word}`;
        if (up) this.#fresh.add(key);
        else this.#fresh.delete(key);
        return { kind: "address", node, text: up ? `has ${word}` : `has ${word} no more` };
      }
      case "announce": {
        const { node } = sight;
        const words = sight.words.filter((word) => this.#fresh.delete(`${node} ${word}`));
        if (words.length === 0) return undefined;
        return { kind: "address", node, text: `announces ${words.join(", ")}` };
      }
      case "service": {
        const { node, word, up } = sight;
        return { kind: "script", node, text: up ? `runs ${word}` : `runs ${word} no more` };
      }
      case "script":
        return scriptEntry(sight);
      case "process": {
        const { node, process, alive } = sight;
        const text = alive ? `its ${process} runs` : `its ${process} is gone`;
        return { kind: "process", node, text };
      }
      case "answered": {
        const { node, ok, text } = sight;
        return { kind: "answer", node, text: `${ok ? "answers" : "refuses"}: ${text}` };
      }
      case "log": {
        const { node, level, text, topic } = sight;
        if (level === "warn" || level === "error") return { kind: "warning", node, text };
        if (level !== "info" || topic === undefined || !telling.has(topic)) return undefined;
        return { kind: "judgement", node, text };
      }
      default:
        return undefined;
    }
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
