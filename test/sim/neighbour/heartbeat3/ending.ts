// How a run of Heartbeat 3 ends: it waits until nothing moves, gives everything up, says goodbye, and goes
// or begins anew (heartbeat-wire 11, 13).

import { after } from "../../../../src/core/instant.ts";
import type { Estate } from "./estate.ts";
import type { Master } from "./master.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

export interface Departure {
  sendStatus(): void;
  /** From now on the deadtime that this node advertises covers its absence. */
  stretchDeadtime(): void;
  /** Nothing is sent or read any more. */
  close(): void;
  end(how: "leave" | "restart"): void;
}

export class Ending {
  readonly #master: Master;
  readonly #departure: Departure;
  #wanted: "leave" | "restart" | undefined;
  #saidDelayed = false;
  hasBegun = false;

  constructor(master: Master, departure: Departure) {
    this.#master = master;
    this.#departure = departure;
  }

  want(how: "leave" | "restart"): void {
    const { timers, now } = this.#master;
    this.#wanted ??= how;
    if (!timers.has("force")) timers.set("force", after(now, HOUR_MS));
  }

  /** Tried at every event. */
  tryToBegin(isMember: boolean, estate: Estate): void {
    if (this.#wanted === undefined || this.hasBegun) return;
    if (!isMember || !estate.isStable) {
      const reason = isMember ? "current resource activity finishes" : "Communication is up";
      if (!this.#saidDelayed) this.#master.log("warn", `Shutdown delayed until ${reason}.`);
      this.#saidDelayed = true;
      return;
    }
    this.hasBegun = true;
    this.#master.log("info", "Heartbeat shutdown in progress.");
    estate.leave();
  }

  /** This node's own `shutdone` is out. */
  released(): void {
    this.#master.timers.set("farewell", after(this.#master.now, SECOND_MS));
  }

  ring(name: "farewell" | "gone" | "reborn" | "force"): void {
    const { timers, now, config } = this.#master;
    const isRestart = this.#wanted === "restart";
    if (name === "farewell") {
      this.#departure.sendStatus();
      if (isRestart) this.#departure.stretchDeadtime();
      timers.set("gone", after(now, SECOND_MS));
      return;
    }
    if (name === "gone" && isRestart) {
      // Long enough for everybody to notice that it is away.
      const silenceMs = (Math.ceil(config.timing.deadtimeMs / SECOND_MS) + 1) * SECOND_MS;
      this.#departure.close();
      timers.set("reborn", after(now, silenceMs));
      return;
    }
    if (name === "gone") this.#departure.sendStatus();
    this.#master.log("info", `${config.self} Heartbeat shutdown complete.`);
    this.#departure.close();
    this.#departure.end(name === "reborn" ? "restart" : "leave");
  }
}
