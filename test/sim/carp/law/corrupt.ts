// "forgery", its half about damage: what arrives with turned bits is refused, or says what was sent. Where the
// source seals and the host looks at seals; without them CARP's two checksums are all that there is, and two
// bits of one column deceive both (carp.md 2, 4).

import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import type { Law, Report } from "../../law/law.ts";
import type { Ledger } from "./ledger.ts";
import type { Picture } from "./picture.ts";

const sentMax = 200;

export class Corrupt implements Law {
  readonly #picture: Picture;
  readonly #ledger: Ledger;
  readonly #report: Report;
  readonly #sent: string[] = [];

  constructor(picture: Picture, ledger: Ledger, report: Report) {
    this.#picture = picture;
    this.#ledger = ledger;
    this.#report = report;
  }

  see(sight: Sight): void {
    if (sight.saw === "advert") {
      this.#sent.push(wordsOf(sight.advert));
      if (this.#sent.length > sentMax) this.#sent.shift();
    }
    if (sight.saw !== "advert-heard" || sight.touched !== "corrupted") return;
    const { node, from, advert, rejected } = sight;
    if (rejected !== undefined || this.#picture.host(node).breed !== "hb") return;
    if (advert.seal === undefined || this.#ledger.refuses(node, advert)) return;
    if (this.#sent.includes(wordsOf(advert))) return;
    this.#report("forgery", `${node} believes a damaged advert of ${from}`);
  }
}

/** All that an advert says, but for the MAC, which nobody looks at. */
function wordsOf({ from, advbase, advskew, demote, counter, seal }: HeardAdvert): string {
  return [from, advbase, advskew, demote, counter, seal?.sender, seal?.number].join(" ");
}
