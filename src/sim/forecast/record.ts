// Who holds what, moment by moment, as clients and a second writer would notice it: which host has a whole
// group, whether anybody answers, and what is up twice. An onlooker: it sees addresses, services and
// announcements, nothing of what a core thinks.

import type { GroupSpec } from "../../config/resource.ts";
import type { Sight } from "../sight.ts";
import type { Reach } from "./reach.ts";

/** How things stand from a moment on. */
export interface Moment {
  readonly at: number;
  /** Hosts on which everything of the group is up. */
  readonly holders: readonly string[];
  /** Hosts on which some of it is. */
  readonly partly: readonly string[];
  /** A client that asks now is answered. */
  readonly answers: boolean;
  /** What is up on more than one host that works. */
  readonly twice: readonly string[];
  /** The hosts that have it. */
  readonly rivals: readonly string[];
}

/** A stretch of time; without an end it lasted when the run was over. */
export interface Stretch {
  readonly from: number;
  readonly to?: number;
}

export interface Twice extends Stretch {
  readonly words: readonly string[];
  readonly nodes: readonly string[];
}

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

  /** When clients were not answered; the first one is the start. */
  waits(): Stretch[] {
    return this.#stretches(({ answers }) => !answers);
  }

  /** When something of the group was up twice. */
  doubles(): Twice[] {
    return this.#stretches(({ twice }) => twice.length > 0).map((stretch) => {
      const during = this.#moments.filter(
        ({ at }) => at >= stretch.from && at < (stretch.to ?? Number.POSITIVE_INFINITY),
      );
      const words = this.#words.filter((word) => during.some(({ twice }) => twice.includes(word)));
      const nodes = [...this.#up.keys()].filter((node) =>
        during.some(({ rivals }) => rivals.includes(node)),
      );
      return { ...stretch, words, nodes };
    });
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
      answers: holders.some(([node]) => this.#isReached(node, now)),
      twice,
      rivals: working.filter(([, up]) => twice.some((word) => up.has(word))).map(([node]) => node),
    };
    // Of several things at one moment only the last state counts.
    if (this.last.at === now && this.#moments.length > 1) this.#moments.pop();
    if (differs(this.last, moment)) this.#moments.push(moment);
  }

  #isReached(node: string, now: number): boolean {
    if (this.#addresses.length === 0) return true;
    const known = this.#known.get(node);
    return this.#reach.has(node, now) && this.#addresses.every((word) => known?.has(word) === true);
  }

  #stretches(holds: (moment: Moment) => boolean): Stretch[] {
    const stretches: { from: number; to?: number }[] = [];
    let open: { from: number; to?: number } | undefined;
    for (const moment of this.#moments) {
      if (holds(moment) === (open !== undefined)) continue;
      if (open === undefined) {
        open = { from: moment.at };
        stretches.push(open);
      } else {
        open.to = moment.at;
        open = undefined;
      }
    }
    return stretches;
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
