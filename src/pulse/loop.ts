// The pulse's loop: wait, read, let the core judge, do what it asks, and again.
//
// All inputs of a turn carry one moment, read after the wait. A process that was stopped in the
// middle of a turn therefore learns of it at the head of the next one, before it judges anybody.
//
// A heartbeat that is due leaves before anything is read. What was read is put off when a deadline comes
// meanwhile: it is heard in the next turn, before anybody is judged.

import type { Effect } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import { after, earliest, type Instant } from "../core/instant.ts";
import type { PulseView, Snapshot } from "../core/snapshot.ts";
import type { Host } from "./host.ts";

/** The face of the core that the loop needs. */
export interface Steps {
  step(input: Input, now: Instant): Effect[];
  deadline(): Instant | undefined;
  snapshot(now: Instant, pulse: PulseView): Snapshot;
}

/** Being away longer than this beyond what was asked for is told to the core. */
const OVERSLEPT_MIN_MS = 100;
/** Packets of one socket in one turn: a flood must not keep the deadlines waiting. What is for the core counts more
 *  (ears.ts). */
const READ_LIMIT = 64;
/** With a deadline due, more is read first: a packet in the queue may save a peer. */
const READ_LIMIT_DUE = 256;
/** After oversleeping, everything that the kernel kept for us (its buffers hold less than this). */
const READ_LIMIT_OVERSLEPT = 32_768;
/** A core that asks again and again for a moment that has passed must not take the processor. */
const STUCK_TURNS = 200;
const STUCK_PAUSE_MS = 1;

/** Runs until an effect or the desk ends it; the exit code. */
export function runLoop(core: Steps, host: Host): number {
  const turn = new Turn(core, host);
  try {
    host.open();
    turn.first();
    while (host.ended === undefined) turn.next();
    return host.ended;
  } catch (error) {
    // A bug of ours: the desk logs it and starts another pulse, which adopts what is up.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.log("error", `The pulse must end: ${text.replace(/\s*\n\s*/g, " | ")}`, "bug");
    throw error;
  } finally {
    host.close();
  }
}

class Turn {
  readonly #core: Steps;
  readonly #host: Host;
  #now: Instant;
  #stuck = 0;
  /** Something that was read is not heard yet. */
  #isBehind = false;

  constructor(core: Steps, host: Host) {
    this.#core = core;
    this.#host = host;
    this.#now = host.now();
  }

  first(): void {
    this.#now = this.#host.now();
    this.#step(this.#host.clock(this.#now));
    this.#step({ on: "start" });
    this.#drain();
    this.#finish(false);
  }

  next(): void {
    const before = this.#now;
    const asked = this.#asked();
    this.#host.sleep(this.#isBehind ? before : asked);
    const now = this.#host.now();
    this.#now = now;

    const lateMs = now - Math.max(asked, before);
    const isDue = asked <= now;
    if (isDue) this.#host.lateness.record(lateMs);
    const overslept = lateMs > Math.max(this.#host.patienceMs / 2, OVERSLEPT_MIN_MS);

    this.#step(this.#host.clock(now));
    if (overslept) {
      this.#host.overslept(now);
      this.#step({ on: "overslept", ms: lateMs });
    }
    if (isDue && !overslept) this.#step({ on: "beat" });
    // What arrived between the wait and now (a signal, a nap right after it) counts too.
    if (isDue) this.#host.look();
    this.#host.read(overslept ? READ_LIMIT_OVERSLEPT : isDue ? READ_LIMIT_DUE : READ_LIMIT);
    this.#drain(isDue || overslept ? undefined : asked);
    this.#finish(overslept);
  }

  /** When to wake up at the latest. */
  #asked(): Instant {
    const asked = earliest(this.#core.deadline(), this.#host.deadline()) ?? this.#host.deadline();
    this.#stuck = asked <= this.#now ? this.#stuck + 1 : 0;
    return this.#stuck > STUCK_TURNS ? after(this.#now, STUCK_PAUSE_MS) : asked;
  }

  /** The core's own deadline, then the host's business, then the leases if all was well. */
  #finish(overslept: boolean): void {
    const due = this.#core.deadline();
    if (due !== undefined && due <= this.#now && !this.#isBehind) {
      this.#step({ on: "alarm" });
      this.#drain();
    }
    this.#host.expire(this.#now);
    if (!this.#isBehind) this.#drain();
    if (!overslept) this.#host.renew(this.#now);
    if (!this.#isBehind) this.#drain();
    this.#host.answer((pulse) => this.#core.snapshot(this.#now, pulse));
  }

  /** Hears what was read; from this moment on, no more of it. */
  #drain(until?: Instant): void {
    this.#isBehind = false;
    for (let input = this.#host.next(); input !== undefined; input = this.#host.next()) {
      this.#step(input);
      this.#isBehind = until !== undefined && this.#host.now() >= until;
      if (this.#isBehind) return;
    }
  }

  #step(input: Input): void {
    for (const effect of this.#core.step(input, this.#now)) this.#host.perform(effect);
  }
}
