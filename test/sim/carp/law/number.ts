// "number": the seals of a sender only grow, over all its lives; and no advert of hb bears a counter that it
// has heard last from somebody (an OpenBSD host takes its own number for an echo).

import type { Sight } from "../../../../src/sim/sight.ts";
import type { Law, Report } from "../../law/law.ts";
import type { Ledger } from "./ledger.ts";
import type { Picture } from "./picture.ts";

export class SealsGrow implements Law {
  readonly #picture: Picture;
  readonly #ledger: Ledger;
  readonly #report: Report;
  readonly #numbers = new Map<string, bigint>();
  /** Counters that each host has heard in this life, the last one of each source. */
  readonly #heard = new Map<string, Map<string, bigint>>();

  constructor(picture: Picture, ledger: Ledger, report: Report) {
    this.#picture = picture;
    this.#ledger = ledger;
    this.#report = report;
  }

  see(sight: Sight): void {
    if (sight.saw === "process") this.#heard.delete(sight.node);
    else if (sight.saw === "act" && sight.act.act === "reload") this.#heard.delete(sight.act.node);
    else if (sight.saw === "advert-heard" && sight.rejected === undefined) {
      if (this.#ledger.mayRefuse(sight.node, sight.advert)) return;
      const heard = this.#heard.get(sight.node) ?? new Map<string, bigint>();
      this.#heard.set(sight.node, heard);
      // Who stands still reads it later, with what came before it.
      if (this.#picture.host(sight.node).frozen) heard.delete(sight.advert.from);
      else heard.set(sight.advert.from, sight.advert.counter);
    } else if (sight.saw === "advert") this.#sent(sight);
  }

  #sent({ node, advert: { seal, counter } }: Extract<Sight, { readonly saw: "advert" }>): void {
    if (this.#picture.host(node).breed !== "hb") return;
    for (const [from, heard] of this.#heard.get(node) ?? []) {
      if (heard === counter) this.#report("number", `${node} says the counter of ${from} again`);
    }
    if (seal === undefined) return;
    const last = this.#numbers.get(seal.sender);
    if (last !== undefined && seal.number <= last) {
      this.#report("number", `${node} seals with ${seal.number} after ${last}`);
    }
    this.#numbers.set(seal.sender, seal.number);
  }
}
