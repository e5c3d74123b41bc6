// Who holds what, moment by moment, as clients and a second writer would notice it: which host has a whole
// group, whether anybody answers, and what is up twice. An onlooker: it sees addresses, services and
// announcements, nothing of what a core thinks.

import type { GroupSpec } from "../../config/resource.ts";
import type { Sight } from "../sight.ts";
import type { Moment } from "./moment.ts";
import type { Reach } from "./reach.ts";

const nothing = { at: 0, holders: [], partly: [], answers: false, twice: [], rivals: [] };

export class Record {
  readonly group: GroupSpec;
  readonly #reach: Reach;
  readonly #words: readonly string[];
  readonly #addresses: readonly string[];
  /** By host: what is up on it. */
  readonly #up = new Map<string, Set<string>>();
  /** By host: which of its addresses the network knows of. */
  readonly #known = new Map<string, Set<string>>();
  readonly #frozen = new Set<string>();
  /** "alice httpd": its stop script is at work, and nobody knows how far. */
  readonly #stopping = new Set<string>();
  readonly #moments: Moment[] = [nothing];

  constructor(group: GroupSpec, nodes: readonly string[], reach: Reach) {
    this.group = group;
    this.#reach = reach;
    const held = group.resources.filter(({ kind }) => kind === "address" || kind === "script");
    this.#words = held.map(({ word }) => word);
    this.#addresses = held.filter(({ kind }) => kind === "address").map(({ word }) => word);
    for (const node of nodes) {
      this.#up.set(node, new Set());
      this.#known.set(node, new Set());
    }
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "address":
      case "service":
        if (!this.#words.includes(sight.word)) return;
        this.#put(sight.node, sight.word, sight.up);
        // Whoever puts an address up by a script announces it by that script.
        if (sight.saw === "address" && sight.up && sight.how === "script") {
          this.#known.get(sight.node)?.add(sight.word);
        }
        break;
      case "announce": {
        const known = this.#known.get(sight.node);
        for (const word of sight.words) known?.add(word);
        break;
      }
      case "frozen":
        if (sight.frozen) this.#frozen.add(sight.node);
        else this.#frozen.delete(sight.node);
        break;
      case "script": {
        if (sight.action !== "stop" || !this.#words.includes(sight.word)) return;
        const key = `${sight.node} ${sight.word}`;
        if (sight.phase === "begins") this.#stopping.add(key);
        else this.#stopping.delete(key);
        break;
      }
      case "act":
        break;
      default:
        return;
    }
    this.#note(now);
  }

  /** How things stood, each moment that differs from the one before. */
  get moments(): readonly Moment[] {
    return this.#moments;
  }

  get last(): Moment {
    return this.#moments.at(-1) ?? nothing;
  }

  #put(node: string, word: string, up: boolean): void {
    const words = this.#up.get(node);
    if (up) words?.add(word);
    else {
      words?.delete(word);
      this.#known.get(node)?.delete(word);
    }
  }

  #note(now: number): void {
    const working = [...this.#up].filter(([node]) => !this.#frozen.has(node));
    const holders = working.filter(([, up]) => this.#words.every((word) => up.has(word)));
    const twice = this.#words.filter((word) => working.filter(([, up]) => up.has(word)).length > 1);
    const moment: Moment = {
      at: now,
      holders: holders.map(([node]) => node),
      partly: [...this.#up].filter(([, up]) => up.size > 0).map(([node]) => node),
      answers: holders.some(([node]) => this.#serves(node) && this.#isReached(node, now)),
      twice,
      rivals: working.filter(([, up]) => twice.some((word) => up.has(word))).map(([node]) => node),
    };
    // Of several things at one moment only the last state counts.
    if (this.last.at === now && this.#moments.length > 1) this.#moments.pop();
    if (differs(this.last, moment)) this.#moments.push(moment);
  }

  #serves(node: string): boolean {
    return (
      this.#stopping.size === 0 ||
      !this.#words.some((word) => this.#stopping.has(`${node} ${word}`))
    );
  }

  #isReached(node: string, now: number): boolean {
    if (this.#addresses.length === 0) return true;
    const known = this.#known.get(node);
    return this.#reach.has(node, now) && this.#addresses.every((word) => known?.has(word) === true);
  }
}

function differs(a: Moment, b: Moment): boolean {
  return (
    a.answers !== b.answers ||
    `${a.holders}` !== `${b.holders}` ||
    `${a.partly}` !== `${b.partly}` ||
    `${a.twice}` !== `${b.twice}` ||
    `${a.rivals}` !== `${b.rivals}`
  );
}
