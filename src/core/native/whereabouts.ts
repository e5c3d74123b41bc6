// Which resources are up where, word by word. Reports speak of groups; but a word may move from one line of haresources
// to another while different nodes have the two, and nodes read changed files one after the other. So each tells
// which lines it goes by, and while these differ, or something is up that is elsewhere in its files by now, also what
// it has up: nobody starts that beside it.

import { layoutOf } from "../../config/digest.ts";
import type { Bulletin } from "./bulletin.ts";
import type { Council } from "./council.ts";

export class Whereabouts {
  readonly #council: Council;
  #groups: Council["config"]["groups"] | undefined;
  /** The words of our lines. */
  #lines: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #layout = "";

  constructor(council: Council) {
    this.#council = council;
  }

  /** What the others are told. */
  get told(): Pick<Bulletin, "layout" | "up"> {
    const layout = this.#ownLayout();
    return this.#isAsIn(layout) ? { layout } : { layout, up: this.#up() };
  }

  /** Why nothing with these words of the group may start now: another node has one of them up in another group, or
   *  goes by other lines and has not said yet what it has. One that does not hear us cannot be asked. */
  objection(group: string, words: readonly string[]): string | undefined {
    const { peers, hearsay } = this.#council;
    const own = this.#ownLayout();
    for (const node of peers) {
      const { layout, up } = hearsay.bulletin(node) ?? {};
      const word = words.find((one) => up !== undefined && this.#isTaken(one, group, up));
      if (word !== undefined) return `${node} has ${word} up`;
      const isOther = layout !== undefined && layout !== own;
      if (isOther && up === undefined && !hearsay.isDeaf(node))
        return `${node} has not said yet what it has up, by other lines of haresources`;
    }
    return undefined;
  }

  /** What stands in both lines by our files runs on several nodes: each may have a service of that name. */
  #isTaken(word: string, group: string, up: Bulletin["up"] & {}): boolean {
    return [...up].some(
      ([key, words]) => key !== group && words.includes(word) && !this.#hasInLine(key, word),
    );
  }

  #hasInLine(key: string, word: string): boolean {
    return this.#lines.get(key)?.has(word) ?? false;
  }

  /** Everybody that is heard goes by our lines, and so does what is up here. */
  #isAsIn(layout: string): boolean {
    const { peers, hearsay, table } = this.#council;
    const isOther = (node: string) => (hearsay.bulletin(node)?.layout ?? layout) !== layout;
    if (peers.some(isOther) || table.hand.leaving.length > 0) return false;
    return table.hand.groups.every(({ key, up, isSought }) => {
      return isSought || up.every((word) => this.#hasInLine(key, word));
    });
  }

  /** What is or may be up here. */
  #up(): Bulletin["up"] & {} {
    const { groups, leaving } = this.#council.table.hand;
    const all = [...groups, ...leaving].map(({ key, up, isSought, spec }) => {
      return [key, isSought ? spec.resources.map(({ word }) => word) : up] as const;
    });
    return new Map(all.filter(([, words]) => words.length > 0));
  }

  #ownLayout(): string {
    const { groups } = this.#council.config;
    if (groups !== this.#groups) {
      this.#groups = groups;
      this.#layout = layoutOf(groups);
      this.#lines = new Map(
        groups.map(({ key, resources }) => [key, new Set(resources.map(({ word }) => word))]),
      );
    }
    return this.#layout;
  }
}
