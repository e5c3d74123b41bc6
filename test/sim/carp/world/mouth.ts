// What leaves a made-up host: the program's adverts, sealed where hb seals, and what becomes of them.

import type { Effect } from "../../../../src/core/effect.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { isKernel } from "./breed.ts";
import type { RouterHost } from "./host.ts";

/** Good news after bad ones (src/pulse/carp/seat.ts). */
const goodSendsTold = 3;

export class Mouth {
  /** Nothing leaves, whatever is sent. */
  isMute = false;
  readonly #host: RouterHost;
  readonly #chance: Chance;
  #owedGood = 0;

  constructor(host: RouterHost, chance: Chance) {
    this.#host = host;
    this.#chance = chance;
  }

  /** The advert as it leaves; undefined: it could not. */
  utter(effect: Extract<Effect, { readonly do: "advert" }>): HeardAdvert | undefined {
    const { runs, spoken, address, seals, standing } = this.#host;
    const { advbase, advskew, demote } = effect;
    const counter = effect.counter === "random" ? this.random64() : effect.counter;
    const kind = isKernel(runs) || spoken.sourceMac === "bsd" ? 1 : 0;
    const seal = spoken.seal === "off" || runs !== "hb" ? undefined : seals.next();
    if (this.isMute || standing === "down") return undefined;
    return {
      family: 4,
      from: address,
      mac: `00:00:5e:00:0${kind}:2a`,
      advbase,
      advskew,
      demote,
      counter,
      ...(seal === undefined ? {} : { seal }),
    };
  }

  /** Whether the program hears what became of an advert: every failure, and the good ones after it. */
  tells(ok: boolean): boolean {
    if (isKernel(this.#host.runs) || (ok && this.#owedGood === 0)) return false;
    this.#owedGood = ok ? this.#owedGood - 1 : goodSendsTold;
    return true;
  }

  /** A new life remembers nothing. */
  begin(): void {
    this.#owedGood = 0;
  }

  random64(): bigint {
    return BigInt(this.#chance.below(2 ** 32)) * 2n ** 32n + BigInt(this.#chance.below(2 ** 32));
  }
}
