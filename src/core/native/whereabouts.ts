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
  #layout = "";

  constructor(council: Council) {
    this.#council = council;
  }

  /** What the others are told. */
  get told(): Pick<Bulletin, "layout" | "up"> {
    const layout = this.#ownLayout();
    return this.#isAsIn(layout) ? { layout } : { layout, up: this.#up() };
  }

  /** Why nothing with these words may start now: another node has one of them up, or goes by other lines and has not
   *  said yet what it has. One that does not hear us cannot be asked. */
  objection(words: readonly string[]): string | undefined {
    const { peers, hearsay } = this.#council;
    const own = this.#ownLayout();
    for (const node of peers) {
      const { layout, up } = hearsay.bulletin(node) ?? {};
      const word = words.find((one) => up?.has(one));
      if (word !== undefined) return `${node} has ${word} up`;
      const isOther = layout !== undefined && layout !== own;
      if (isOther && up === undefined && !hearsay.isDeaf(node))
        return `${node} has not said yet what it has up, by other lines of haresources`;
    }
    return undefined;
  }

  /** Everybody that is heard goes by our lines, and so does what is up here. */
  #isAsIn(layout: string): boolean {
    const { peers, hearsay, table } = this.#council;
    const isOther = (node: string) => (hearsay.bulletin(node)?.layout ?? layout) !== layout;
    if (peers.some(isOther) || table.hand.leaving.length > 0) return false;
    return table.hand.groups.every(({ key, up, isSought }) => {
      if (isSought || up.length === 0) return true;
      const line = this.#groups?.find((group) => group.key === key);
      return up.every((word) => line?.resources.some((resource) => resource.word === word));
    });
  }

  /** What is or may be up here. */
  #up(): ReadonlySet<string> {
    const { groups, leaving } = this.#council.table.hand;
    return new Set(
      [...groups, ...leaving].flatMap(({ up, isSought, spec }) =>
        isSought ? spec.resources.map(({ word }) => word) : up,
      ),
    );
  }

  #ownLayout(): string {
    const { groups } = this.#council.config;
    if (groups !== this.#groups) {
      this.#groups = groups;
      this.#layout = layoutOf(groups);
    }
    return this.#layout;
  }
}
