// The largest set of nodes of which each sees each other (ccm 5.1), with a given one in it.
//
// Bron and Kerbosch's search with a pivot, which is done at once for nodes that mostly see each other. It goes
// by names, so that the order in which views arrived decides nothing. A cluster torn in some thousand ways at
// once could keep it busy for hours: then it is the largest set that was found after so many steps.

const STEPS_MAX = 20_000;

/** `views`: whom each node sees. What has no view of its own is in no set. */
export function largestMutualSet(
  views: ReadonlyMap<string, ReadonlySet<string>>,
  within: string,
): string[] {
  const near = new Map<string, Set<string>>();
  for (const [name, view] of views) {
    const mutual = [...view].filter((other) => other !== name && views.get(other)?.has(name));
    near.set(name, new Set(mutual));
  }
  const candidates = [...(near.get(within) ?? [])].toSorted(byName);
  const best = new Search(near).extend([], candidates, []);
  return [...best, within].toSorted(byName);
}

/** The order of bytes, which the node list has as well: its names are byte strings. */
export function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

class Search {
  readonly #near: ReadonlyMap<string, ReadonlySet<string>>;
  #steps = 0;

  constructor(near: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#near = near;
  }

  /** The largest set of `chosen` and some of `open`; those of `done` were tried before. */
  extend(
    chosen: readonly string[],
    open: readonly string[],
    done: readonly string[],
  ): readonly string[] {
    if (open.length === 0 || ++this.#steps > STEPS_MAX) return chosen;
    const beside = this.#near.get(this.#busiest([...open, ...done], open));
    let best = chosen;
    let left = open;
    let over = done;
    for (const name of open) {
      if (beside?.has(name)) continue;
      if (chosen.length + left.length <= best.length) break;
      const seen = this.#near.get(name);
      const found = this.extend(
        [...chosen, name],
        left.filter((each) => seen?.has(each)),
        over.filter((each) => seen?.has(each)),
      );
      if (found.length > best.length) best = found;
      left = left.filter((each) => each !== name);
      over = [...over, name];
    }
    return best;
  }

  /** Who sees most of the open ones: they need no branch of their own beside it. */
  #busiest(among: readonly string[], open: readonly string[]): string {
    let best = "";
    let most = -1;
    for (const name of among) {
      const seen = this.#near.get(name);
      const count = open.filter((each) => seen?.has(each)).length;
      if (count <= most) continue;
      most = count;
      best = name;
    }
    return best;
  }
}
