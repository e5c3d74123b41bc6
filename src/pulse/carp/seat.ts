// One virtual router as the pulse knows it: how its packets are made and judged, and what is counted.
// It decides nothing about mastership.

import type { RouterConfig } from "../../config/router.ts";
import { Ear } from "../../wire/carp/ear.ts";
import { Voice } from "../../wire/carp/voice.ts";
import { Tally } from "../tally.ts";

/** So many adverts in a row must leave before a trouble is over (carp.md 8). */
const GOOD_IN_A_ROW = 3;

export class Seat {
  readonly config: RouterConfig;
  readonly ear: Ear;
  readonly voice: Voice;
  readonly tally: Tally;
  /** Good news that the core is still waiting for. */
  #owed = 0;

  /** With the counters of the seat before it, when only its configuration changed. */
  constructor(config: RouterConfig, tally = new Tally(config.name)) {
    this.config = config;
    this.ear = new Ear(config);
    this.voice = new Voice(config);
    this.tally = tally;
  }

  /** True while the last adverts could not be sent. */
  get troubled(): boolean {
    return this.#owed > 0;
  }

  /** Notes whether an advert left; true when the core must know: every failure, and the good ones
   *  after it. */
  noteSent(ok: boolean): boolean {
    if (ok) this.tally.sent += 1;
    const tell = !ok || this.#owed > 0;
    this.#owed = ok ? Math.max(0, this.#owed - 1) : GOOD_IN_A_ROW;
    return tell;
  }
}
