// What a run does that its peers take for an echo of the past: it asks for another one, above all that
// they remember.
//
// A node that lost its generation file, and whose clock was set back, begins below a run that it had
// before. Peers drop whatever it says as a replay, and they must: nothing else protects them from old
// packets. But it hears them, and they say which run of it they know (bulletin.ts). Only the next run can
// be believed, so this one ends; what is up here stays up and is adopted, as when a pulse dies.
//
// No packet that is replayed can call for that: what a peer said before names a run that is over, and this
// one is above those. Nor do two hosts of one name outdo each other for ever: a peer that has echoed this
// run once and then knows a higher one heard that from somebody else (hearsay.ts).

import type { Effect } from "../effect.ts";
import type { Hearsay } from "./hearsay.ts";

/** What it must know: the Council's part. */
interface Known {
  readonly hearsay: Pick<Hearsay, "outrun">;
  readonly table: {
    readonly generation: number;
    readonly hand: { readonly groups: readonly { readonly isSought: boolean }[] };
  };
}

/** Of four bytes, as the file of generations has it (src/desk/generation.ts). */
const generationMax = 0xffff_ffff;

export class Renewal {
  readonly #known: Known;
  #isAsked = false;

  constructor(known: Known) {
    this.#known = known;
  }

  /** While it is being found out what is up here, the next run could not be told. */
  check(): Effect[] {
    const { hearsay, table } = this.#known;
    const { outrun } = hearsay;
    if (outrun === undefined || outrun.generation >= generationMax || this.#isAsked) return [];
    if (table.hand.groups.some(({ isSought }) => isSought)) return [];
    this.#isAsked = true;
    const { peer, generation: above } = outrun;
    const runs = `generation ${table.generation}, but ${peer} remembers ${above}`;
    return [{ do: "restart", reason: `this run is taken for a replay: ${runs}`, above }];
  }
}
