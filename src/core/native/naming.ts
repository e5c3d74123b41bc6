// With which bulletin the others first hear that a group is in the files of this node. What they said
// before that confirms nothing: to a node that does not know a group, nobody owes it.

interface Named {
  readonly key: string;
}

export class Naming {
  #groups: readonly Named[];
  /** Of groups that came into the files later: the number of that bulletin. */
  readonly #namedIn = new Map<string, number>();
  /** The last of these numbers. */
  #latest = 0;

  /** Groups that are there from the start are named in every bulletin. */
  constructor(groups: readonly Named[]) {
    this.#groups = groups;
  }

  /** Notices what came and went; `nextN`: the number of the next bulletin. */
  look(groups: readonly Named[], nextN: number): void {
    if (groups === this.#groups) return;
    const before = new Set(this.#groups.map(({ key }) => key));
    this.#groups = groups;
    for (const { key } of groups) {
      if (!before.delete(key)) this.#namedIn.set(key, nextN);
    }
    for (const key of before) this.#namedIn.delete(key);
    this.#latest = Math.max(0, ...this.#namedIn.values());
  }

  /** Who has heard this bulletin of ours, or a later one, has heard that we know the group. */
  namedIn(key: string): number {
    return this.#namedIn.get(key) ?? 0;
  }

  /** Who has heard this one has heard of all our groups. */
  get latest(): number {
    return this.#latest;
  }
}
