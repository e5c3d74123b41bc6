// The up and down scripts of a made-up host: one after the other, as the desk runs them
// (desk/carp/call.ts), or on their own, as ucarp leaves them behind.

import type { Effect } from "../../../../src/core/effect.ts";
import type { Temper } from "../../../../src/sim/act.ts";
import type { Time } from "./time.ts";

type Call = Extract<Effect, { readonly do: "call" }>;

export interface Ending {
  readonly ok: boolean;
  readonly text: string;
  readonly tookMs: number;
}

export interface ScriptEvents {
  /** A script begins, or ends; "cut": nobody waits for it any more. */
  script(action: "start" | "stop", phase: "begins" | "ends" | "cut", ok?: boolean): void;
  /** The up script did its work, or the down script. */
  worked(isUp: boolean): void;
}

const usualMs = 20;
/** The longest that a script runs which nobody ends. */
const hangMs = 20_000;

interface Run {
  readonly action: "start" | "stop";
  isOver: boolean;
}

export class Scripts {
  readonly #time: Time;
  readonly #events: ScriptEvents;
  /** How the up script behaves, and the down script. */
  readonly tempers: { up: Temper; down: Temper } = { up: {}, down: {} };
  #running: Run | undefined;
  #waiting: (() => void)[] = [];

  constructor(time: Time, events: ScriptEvents) {
    this.#time = time;
    this.#events = events;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Runs it when those before it have ended. */
  call(call: Call, isUp: boolean, ended: (ending: Ending) => void): void {
    const begin = () => this.#begin(call, isUp, ended);
    if (this.#running === undefined) begin();
    else this.#waiting.push(begin);
  }

  /** Ends what runs, as a new process does with what a killed one left. What it did stays. */
  cut(): void {
    this.#waiting = [];
    if (this.#running === undefined) return;
    this.#running.isOver = true;
    this.#events.script(this.#running.action, "cut");
    this.#running = undefined;
  }

  /** Nobody waits for what was asked for; what runs goes on to its end. */
  forsake(): void {
    this.#waiting = [];
  }

  #begin({ timeoutMs }: Call, isUp: boolean, ended: (ending: Ending) => void): void {
    const temper = isUp ? this.tempers.up : this.tempers.down;
    const { startFails, stopFails, startHangs, stopHangs, tookMs: temperMs } = temper;
    const [fails, hangs] = isUp ? [startFails, startHangs] : [stopFails, stopHangs];
    const lengthMs = hangs === true ? hangMs : (temperMs ?? usualMs);
    const tookMs = Math.min(timeoutMs, lengthMs);
    const run: Run = { action: isUp ? "start" : "stop", isOver: false };
    this.#running = run;
    this.#events.script(run.action, "begins");
    // The address is there from the beginning of the up script to the end of the down script.
    if (isUp && fails !== true) this.#events.worked(true);
    this.#time.plan(this.#time.now + tookMs, () => {
      if (run.isOver) return;
      this.#running = undefined;
      if (!isUp) this.#events.worked(false);
      const ok = fails !== true && lengthMs < timeoutMs;
      this.#events.script(run.action, "ends", ok);
      ended({ ok, text: ok ? "done" : "exit code 1", tookMs });
      this.#waiting.shift()?.();
    });
  }
}
