// The scripts of a made-up host, and the services that they start and stop. They are processes of their
// own: they outlive the desk that began them, and only the power ends them all at once.

import type { Temper } from "../act.ts";
import type { Happening } from "../agenda.ts";
import type { World } from "../world.ts";

export type Action = "start" | "stop" | "status";

export interface Outcome {
  readonly ok: boolean;
  readonly text: string;
  readonly tookMs: number;
}

export interface Order {
  readonly word: string;
  readonly action: Action;
  readonly timeoutMs: number;
  /** Addresses that a script of a virtual router puts up and takes down. */
  readonly addresses?: readonly string[];
}

/** What a script takes when nothing else is said. */
const scriptMs = 20;
const works: Temper = {};

export class Scripts {
  readonly #world: World;
  readonly #node: string;
  readonly #running = new Set<Script>();
  readonly #services = new Set<string>();
  readonly tempers = new Map<string, Temper>();
  /** Puts the addresses of a script on the interface, or takes them off. */
  readonly #place: (words: readonly string[], up: boolean) => void;

  constructor(world: World, node: string, place: (words: readonly string[], up: boolean) => void) {
    this.#world = world;
    this.#node = node;
    this.#place = place;
  }

  /** The service runs. */
  has(word: string): boolean {
    return this.#services.has(word);
  }

  /** Begins one; `report` is called at its end, unless nobody waits for it by then. */
  begin(order: Order, report: (outcome: Outcome) => void): Script {
    const { word, action } = order;
    for (const other of this.#running) {
      if (other.order.word !== word) continue;
      this.#world.breach(this.#node, 5, `${action} of ${word} beside ${other.order.action} of it`);
    }
    const temper = this.tempers.get(word) ?? works;
    const script = new Script(this.#world, order, {
      temper,
      over: (own) => this.#over(own, own.outcome),
    });
    script.report = report;
    this.#running.add(script);
    this.#tell(script, "begins");
    if (action === "start" && order.addresses !== undefined && temper.startFails !== true) {
      this.#place(order.addresses, true);
    }
    return script;
  }

  /** Nobody waits any more for what runs now. */
  abandon(): void {
    for (const script of this.#running) {
      if (script.report === undefined) continue;
      script.report = undefined;
      this.#tell(script, "cut");
    }
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** SIGTERM for all of them, or for those that somebody waits for. Whether one had done its work
   *  already is a matter of chance. */
  killAll(why: string): void {
    for (const script of [...this.#running]) {
      if (!script.hangs && this.#world.chance.next() < 0.5) this.#work(script);
      this.#over(script, { ok: false, text: why, tookMs: script.ageMs });
    }
  }

  /** A service ends by itself. */
  die(word: string): void {
    this.#serve(word, false);
  }

  /** The power is gone. */
  reset(): void {
    for (const script of [...this.#running]) {
      script.report = undefined;
      this.#over(script, { ok: false, text: "the host is off", tookMs: script.ageMs });
    }
    for (const word of [...this.#services]) this.#serve(word, false);
  }

  #over(script: Script, outcome: Outcome | undefined): void {
    if (!this.#running.delete(script)) return;
    const end = outcome ?? this.#end(script);
    this.#tell(script, "ends", end.ok);
    script.report?.(end);
  }

  /** Its end, of its own accord. */
  #end(script: Script): Outcome {
    const { order, temper, ageMs: tookMs } = script;
    const { action, word } = order;
    if (action === "status") {
      const ok = this.#services.has(word) !== (temper.statusLies === true);
      return { ok, text: ok ? "" : "not running", tookMs };
    }
    const fails = action === "start" ? temper.startFails : temper.stopFails;
    if (fails) return { ok: false, text: "exit code 1", tookMs };
    this.#work(script);
    return { ok: true, text: "", tookMs };
  }

  #work({ order, temper }: Script): void {
    const { action, word, addresses } = order;
    if (action === "status") return;
    if (action === "start" ? temper.startFails : temper.stopFails) return;
    if (addresses === undefined) this.#serve(word, action === "start");
    else if (action === "stop") this.#place(addresses, false);
  }

  #serve(word: string, up: boolean): void {
    if (this.#services.has(word) === up) return;
    if (up) this.#services.add(word);
    else this.#services.delete(word);
    const { watched } = this.#world;
    if (watched) this.#world.tell({ saw: "service", node: this.#node, word, up });
  }

  #tell({ order }: Script, phase: "begins" | "ends" | "cut", ok?: boolean): void {
    if (!this.#world.watched) return;
    const { word, action } = order;
    const verdict = ok === undefined ? {} : { ok };
    this.#world.tell({ saw: "script", node: this.#node, word, action, phase, ...verdict });
  }
}

/** One script that runs. */
export class Script implements Happening {
  readonly order: Order;
  readonly temper: Temper;
  report: ((outcome: Outcome) => void) | undefined;
  readonly #world: World;
  readonly #beganAt: number;
  readonly #over: (script: Script) => void;
  readonly #tookMs: number;

  constructor(
    world: World,
    order: Order,
    { temper, over }: { readonly temper: Temper; readonly over: (script: Script) => void },
  ) {
    this.#world = world;
    this.order = order;
    this.temper = temper;
    this.#over = over;
    this.#beganAt = world.now;
    const { tookMs = scriptMs, statusMs = tookMs } = temper;
    const ownMs = order.action === "status" ? statusMs : tookMs;
    this.#tookMs = this.hangs ? Number.POSITIVE_INFINITY : ownMs;
    world.plan(world.now + Math.min(this.#tookMs, order.timeoutMs), this);
  }

  get hangs(): boolean {
    const { startHangs, stopHangs } = this.temper;
    const { action } = this.order;
    return (action === "start" && startHangs === true) || (action === "stop" && stopHangs === true);
  }

  get ageMs(): number {
    return this.#world.now - this.#beganAt;
  }

  /** Its end when it was not in time; undefined: it ends by itself. */
  get outcome(): Outcome | undefined {
    const { timeoutMs } = this.order;
    if (this.#tookMs < timeoutMs) return undefined;
    return { ok: false, text: `timed out after ${timeoutMs} ms`, tookMs: timeoutMs };
  }

  happen(): void {
    this.#over(this);
  }
}
