// Who hears whom in a segment, and since when: both alive, with cables, not cut, of one secret, and believed.

import { Chance } from "../../../../src/sim/chance.ts";
import type { Sight } from "../../../../src/sim/sight.ts";
import { Cable } from "../world/cable.ts";
import { secretOf } from "../world/frame.ts";
import type { Ledger } from "./ledger.ts";
import { isAlive, type Picture, type Seen } from "./picture.ts";

export class Contact {
  readonly #picture: Picture;
  readonly #ledger: Ledger;
  /** The cuts alone. */
  readonly #cable = new Cable(new Chance(0));
  readonly #since = new Map<string, number>();

  constructor(picture: Picture, ledger: Ledger) {
    this.#picture = picture;
    this.#ledger = ledger;
  }

  /** Now, whether or not anything gets lost. */
  hears(to: Seen, from: Seen): boolean {
    if (!isAlive(to) || !from.alive) return false;
    if (!to.carrier || !to.device || !from.carrier || !from.device) return false;
    if (!this.#cable.joins(from.name, to.name)) return false;
    if (secretOf(to.router) !== secretOf(from.router)) return false;
    return !this.#ledger.isDeaf(to.name, from.name);
  }

  /** Since when both hear each other, with nothing lost; undefined: they do not. */
  mutualSince(one: Seen, two: Seen): number | undefined {
    return this.#since.get(pairOf(one, two));
  }

  see(sight: Sight): void {
    if (sight.saw === "act" && sight.act.act === "cut") {
      const { from, to, oneWay } = sight.act;
      this.#cable.cut(from, to, oneWay === true);
    } else if (sight.saw === "act" && sight.act.act === "heal") this.#cable.heal();
    const matters = sight.saw === "act" || sight.saw === "process" || sight.saw === "frozen";
    if (matters || sight.saw === "advert-heard") this.#look();
  }

  #look(): void {
    const hosts = this.#picture.all;
    hosts.forEach((one, n) => {
      for (const two of hosts.slice(n + 1)) this.#lookAt(one, two);
    });
  }

  #lookAt(one: Seen, two: Seen): void {
    const pair = pairOf(one, two);
    const isSure = !this.#ledger.isUnsure(one.name) && !this.#ledger.isUnsure(two.name);
    const isFine = this.#picture.isFine && isSure;
    if (!isFine || !this.hears(one, two) || !this.hears(two, one)) this.#since.delete(pair);
    else if (!this.#since.has(pair)) this.#since.set(pair, this.#picture.now);
  }
}

function pairOf(one: Seen, two: Seen): string {
  return one.name < two.name ? `${one.name} ${two.name}` : `${two.name} ${one.name}`;
}
