// Which directions between hosts are cut, on all links or on some.

interface Cut {
  /** Everything but what was healed since. */
  isWhole: boolean;
  readonly healed: Set<string>;
  readonly links: Set<string>;
}

export interface Side {
  readonly oneWay?: boolean | undefined;
  /** Absent: on all links. */
  readonly link?: string | undefined;
}

export class Severance {
  readonly #cuts = new Map<string, Cut>();

  /** Nothing gets from one of the first to one of the second; both ways unless `oneWay`. */
  cut(from: readonly string[], to: readonly string[], { oneWay = false, link }: Side): void {
    for (const one of from) {
      for (const other of to) {
        if (one === other) continue;
        this.#cut(one, other, link);
        if (!oneWay) this.#cut(other, one, link);
      }
    }
  }

  heal(link?: string): void {
    if (link === undefined) this.#cuts.clear();
    for (const cut of this.#cuts.values()) {
      cut.links.delete(link ?? "");
      if (cut.isWhole) cut.healed.add(link ?? "");
    }
  }

  isCut(from: string, to: string, link: string): boolean {
    const cut = this.#cuts.get(`${from}>${to}`);
    if (cut === undefined) return false;
    return cut.links.has(link) || (cut.isWhole && !cut.healed.has(link));
  }

  #cut(from: string, to: string, link: string | undefined): void {
    const key = `${from}>${to}`;
    const cut = this.#cuts.get(key) ?? { isWhole: false, healed: new Set(), links: new Set() };
    this.#cuts.set(key, cut);
    if (link === undefined) {
      cut.isWhole = true;
      cut.healed.clear();
    } else cut.links.add(link);
  }
}
