// One life of a program on a made-up host: its inputs, its alarm, and its standing still. What it wants done
// is given to its host. With its end everything that was planned for it is nobody's.

import type { Effect } from "../../../../src/core/effect.ts";
import type { Input } from "../../../../src/core/input.ts";
import { at } from "../../../../src/core/instant.ts";
import type { Breed, Mind } from "../../../../src/sim/shape.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { isKernel } from "./breed.ts";
import type { Time } from "./time.ts";

/** Being away for less than this is not told (src/pulse/loop.ts). */
const oversleptMinMs = 100;

export interface Ground {
  readonly time: Time;
  /** Half of it is how late a program may be before it is told (src/pulse/loop.ts). */
  readonly deadMs: number;
  act(effect: Effect, life: Life): void;
}

export class Life {
  readonly mind: Mind;
  readonly breed: Breed;
  readonly #ground: Ground;
  #isOver = false;
  #missed: Input[] = [];
  #alarm: number | undefined;
  #frozenAt: number | undefined;

  constructor(mind: Mind, breed: Breed, ground: Ground) {
    this.mind = mind;
    this.breed = breed;
    this.#ground = ground;
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /** The last moment at which it did anything. */
  get aliveAt(): number {
    return this.#frozenAt ?? this.#ground.time.now;
  }

  end(): void {
    this.#isOver = true;
  }

  /** Later, and only in this life. */
  later(ms: number, act: () => void): void {
    this.#ground.time.plan(this.#ground.time.now + ms, () => {
      if (!this.#isOver) act();
    });
  }

  give(input: Input): void {
    if (this.#isOver) return;
    if (this.#frozenAt !== undefined) {
      if (input.on !== "alarm") this.#missed.push(input);
      return;
    }
    for (const effect of this.mind.step(input, at(this.#ground.time.now))) {
      if (!this.#isOver) this.#ground.act(effect, this);
    }
    this.#arm();
  }

  hear(router: string, advert: HeardAdvert): void {
    const input = { on: "advert", router, advert } as const;
    if (this.#frozenAt === undefined) this.give(input);
    // The kernel fills ucarp's ring, and forgets what comes while a machine stands still.
    else if (this.breed === "ucarp") this.mind.step(input, at(this.#ground.time.now));
    else if (!isKernel(this.breed)) this.#missed.push(input);
  }

  freeze(): void {
    this.#frozenAt = this.#ground.time.now;
  }

  /** It goes on, and learns that it was away before it hears what came meanwhile. */
  thaw(): void {
    const frozenAt = this.#frozenAt;
    if (frozenAt === undefined) return;
    this.#frozenAt = undefined;
    const { time, deadMs } = this.#ground;
    const ms = time.now - Math.max(frozenAt, this.mind.deadline() ?? frozenAt);
    if (ms > Math.max(deadMs / 2, oversleptMinMs)) this.give({ on: "overslept", ms });
    const missed = this.#missed;
    this.#missed = [];
    for (const input of missed) this.give(input);
    this.give({ on: "alarm" });
  }

  #arm(): void {
    const deadline = this.mind.deadline();
    if (deadline === undefined || this.#isOver) return;
    const { now } = this.#ground.time;
    const due = Math.max(deadline, now);
    if (this.#alarm !== undefined && this.#alarm <= due && this.#alarm >= now) return;
    this.#alarm = due;
    this.later(due - now, () => {
      if (this.#alarm !== due) return;
      this.#alarm = undefined;
      this.give({ on: "alarm" });
    });
  }
}
