// The nodes of the cluster as the membership with consensus sees them: their order, who lives, and who is
// known to be without a `ccm`.

import { byName } from "./clique.ts";

export class Roll {
  readonly self: string;
  #names: readonly string[];
  readonly #live: Set<string>;
  /** Their `ccm` left, or their node began anew and it has not spoken yet. */
  readonly #absent = new Set<string>();
  /** Known to have one, or likely to. */
  readonly #spoken = new Set<string>();

  constructor(self: string, nodes: readonly { readonly name: string; readonly live: boolean }[]) {
    this.self = self;
    this.#names = nodes.map(({ name }) => name).toSorted(byName);
    this.#live = new Set(nodes.filter(({ live }) => live).map(({ name }) => name));
    this.#live.add(self);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Live nodes that may speak, this one among them: nobody waits for others. */
  get present(): readonly string[] {
    return this.#names.filter((name) => this.#live.has(name) && !this.#absent.has(name));
  }

  /** Those of them whose `ccm` was heard of. */
  get speakers(): readonly string[] {
    return this.present.filter((name) => this.#spoken.has(name));
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  lives(name: string): boolean {
    return this.#live.has(name);
  }

  isAbsent(name: string): boolean {
    return this.#absent.has(name);
  }

  /** False when it is nothing new. */
  setLive(name: string, live: boolean): boolean {
    if (name === this.self || this.#live.has(name) === live) return false;
    if (live) this.#live.add(name);
    else this.#live.delete(name);
    return true;
  }

  /** Its `ccm` spoke, or signed on. */
  speaks(name: string): void {
    this.#absent.delete(name);
    this.#spoken.add(name);
  }

  setAbsent(name: string): void {
    this.#absent.add(name);
    this.#spoken.delete(name);
  }

  /** Another list of nodes; those that are new live. Returns those that are gone. */
  replace(names: readonly string[]): readonly string[] {
    const gone = this.#names.filter((name) => !names.includes(name));
    for (const name of names) if (!this.has(name)) this.#live.add(name);
    for (const name of gone) {
      this.#live.delete(name);
      this.#absent.delete(name);
      this.#spoken.delete(name);
    }
    this.#names = names.toSorted(byName);
    return gone;
  }

  /** Numbers of nodes, ascending; a name that is none has no number. */
  indices(names: readonly string[]): number[] {
    const numbers = names.map((name) => this.#names.indexOf(name));
    return numbers.filter((each) => each >= 0).toSorted((a, b) => a - b);
  }

  /** Names for numbers; undefined when there are fewer nodes. */
  named(indices: readonly number[]): string[] | undefined {
    const names: string[] = [];
    for (const index of indices) {
      const name = this.#names[index];
      if (name === undefined) return undefined;
      names.push(name);
    }
    return names;
  }
}
