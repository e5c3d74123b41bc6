// What a Heartbeat 3 node in the modes on and off believes: the table of heartbeat-resources 3.

import type { Instant } from "../../../../src/core/instant.ts";
import { type Holding, NONE } from "./holding.ts";
import type { Master } from "./master.ts";

export type Phase = "INIT" | "STARTING" | "BOTHSTARTING" | "RSCRCVD" | "STABLE" | "SHUTDOWN";

const NUMBERS = { INIT: 0, STARTING: 1, BOTHSTARTING: 2, RSCRCVD: 3, STABLE: 4, SHUTDOWN: 5 };

export class Books {
  readonly #master: Master;
  phase: Phase = "INIT";
  iHold: Holding = NONE;
  otherHolds: Holding = NONE;
  otherStable = false;
  takeoverInProgress = false;
  standby: "NOT" | "ME" | "OTHER" | "DONE" = "NOT";
  standbyDeadline: Instant | undefined;
  needsFailback = false;

  constructor(master: Master) {
    this.#master = master;
  }

  get phaseNumber(): number {
    return NUMBERS[this.phase];
  }

  /** Shutdown waits for this. */
  get isStable(): boolean {
    return (
      this.otherStable &&
      !this.takeoverInProgress &&
      this.standby === "NOT" &&
      this.standbyDeadline === undefined &&
      this.#master.jobs === 0 &&
      ["STABLE", "SHUTDOWN", "INIT"].includes(this.phase)
    );
  }

  /** Log lines, and nothing else, about what does not fit together. */
  audit(): void {
    const { iHold, otherHolds } = this;
    if (iHold.local && otherHolds.foreign) {
      this.#master.log("error", "Both machines own our resources!");
    }
    if (iHold.foreign && otherHolds.local) {
      this.#master.log("error", "Both machines own foreign resources!");
    }
    if (!this.isStable || this.phase === "SHUTDOWN") return;
    if (!iHold.local && !otherHolds.foreign) {
      this.#master.log("error", "No one owns our local resources!");
    }
    if (!iHold.foreign && !otherHolds.local) {
      this.#master.log("error", "No one owns foreign resources!");
    }
  }
}
