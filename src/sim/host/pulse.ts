// The pulse of a made-up host: turns of the loop (src/pulse/loop.ts, host.ts) around a mind.
//
// All inputs of a turn carry one moment. A turn begins with the clock; who was away for long learns of
// that before it reads what waits for it; the alarm comes after everything that was read; leases are
// renewed at the end of a healthy turn.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Boot } from "../../core/boot.ts";
import type { Effect } from "../../core/effect.ts";
import type { Input } from "../../core/input.ts";
import { after, earliest, type Instant } from "../../core/instant.ts";
import type { PulseView, Snapshot } from "../../core/snapshot.ts";
import type { Happening } from "../agenda.ts";
import type { Delivery } from "../network/delivery.ts";
import type { Mind } from "../shape.ts";
import { Book } from "./book.ts";
import { Ears } from "./ears.ts";
import type { Host } from "./host.ts";
import { Mouth } from "./mouth.ts";
import { aliveEveryMs, patienceOf } from "./pace.ts";
import { Standing } from "./standing.ts";
import { Feeder } from "./watchdog.ts";

/** Being away longer than this beyond what was asked for is told to the mind. */
const oversleptMinMs = 100;
/** A mind that asks again and again for a moment that has passed must not stop the world. */
const stuckTurns = 200;
const stuckPauseMs = 1;

const alarm: Input = { on: "alarm" };
const view: PulseView = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };

export class Pulse implements Happening {
  readonly life: number;
  readonly #host: Host;
  readonly #mind: Mind;
  readonly #book: Book;
  readonly #ears: Ears;
  readonly #mouth: Mouth;
  readonly #standing: Standing;
  readonly #feeder: Feeder;
  #config: ClusterConfig;
  #patienceMs: number;
  /** What waits for the mind in this turn. */
  #queue: Input[] = [];
  /** What the desk said since. */
  #told: Input[] = [];
  #aliveAt: Instant;
  #turnAt: Instant;
  /** What the mind waits for; true until its next step. */
  #due: Instant | undefined;
  #clock: Input | undefined;
  /** The moment for which this pulse will be woken, in world time. */
  #planned: number | undefined;
  #stuck = 0;
  /** The mind took a step since it was asked what it waits for. */
  #isStirred = true;
  #isDeskGone = false;
  #wantsPublished = false;
  #isEnding = false;
  #isOver = false;

  constructor(host: Host, config: ClusterConfig, boot: Boot, life: number) {
    const now = host.kernel.now();
    this.#host = host;
    this.life = life;
    this.#config = config;
    this.#patienceMs = patienceOf(config);
    this.#aliveAt = now;
    this.#turnAt = now;
    this.#book = new Book(host, config);
    this.#ears = new Ears(host, config, (message, link) => {
      this.#queue.push({ on: "message", link, message });
    });
    this.#mouth = new Mouth(host, config);
    this.#standing = new Standing(host, config, (input) => this.#queue.push(input));
    this.#feeder = new Feeder(host, config);
    this.#mind = host.makeMind(config, boot, now);
  }

  /** The first turn. */
  begin(): void {
    const now = this.#host.kernel.now();
    const { network } = this.#host.world;
    network.plug(this.#host, this.#config.media);
    network.open(this.#host);
    this.#standing.look();
    const standing = this.#queue;
    this.#queue = [];
    this.#tick(now);
    this.#step({ on: "start" }, now);
    this.#queue.push(...standing);
    this.#drain(now);
    this.#finish(now, false);
  }

  /** Something for the mind from the desk. */
  tell(input: Input): void {
    this.#told.push(input);
    this.#wake();
  }

  /** The desk is gone. */
  hangUp(): void {
    this.#isDeskGone = true;
    this.#wake();
  }

  /** A packet has come. */
  heard(delivery: Delivery): void {
    if (this.#host.isFrozen) {
      this.#ears.keep(delivery);
      return;
    }
    const now = this.#host.kernel.now();
    this.#tick(now);
    this.#ears.take(delivery, now);
    this.#drain(now);
    this.#finish(now, false);
  }

  /** An echo of a ping node, or news of an interface. */
  give(input: Input): void {
    this.#queue.push(input);
    this.#wake();
  }

  /** The carrier of an interface changed. */
  look(): void {
    this.#standing.look();
    if (this.#queue.length > 0) this.#wake();
  }

  /** A held address is gone, and cannot be kept there. */
  lost(word: string, reason: string, recoverable: boolean): void {
    if (!this.#book.holds(word)) return;
    this.#book.lost(word);
    this.give({ on: "address-lost", word, reason, recoverable });
  }

  holds(word: string): boolean {
    return this.#book.holds(word);
  }

  /** Goes on after having stood still. */
  thaw(): void {
    const now = this.#host.kernel.now();
    const lateMs = now - Math.max(this.#asked(), this.#turnAt);
    this.#turn(lateMs > Math.max(this.#patienceMs / 2, oversleptMinMs) ? lateMs : undefined);
  }

  /** The moment for which it wanted to be woken, or something that waits. */
  happen(): void {
    if (this.#isOver || this.#planned !== this.#host.world.now) return;
    this.#planned = undefined;
    if (this.#host.isFrozen) return;
    const isWanted = this.#told.length > 0 || this.#queue.length > 0 || this.#isDeskGone;
    if (isWanted || this.#asked() <= this.#host.kernel.now()) this.#turn(undefined);
    else this.#arm();
  }

  /** It is killed: nothing of it goes on. */
  end(): void {
    this.#isOver = true;
    this.#feeder.close(false);
  }

  snapshot(): Snapshot | undefined {
    return this.#mind.snapshot?.(this.#host.kernel.now(), view);
  }

  #turn(oversleptMs: number | undefined): void {
    const now = this.#host.kernel.now();
    const isDue = this.#asked() <= now;
    this.#tick(now);
    if (oversleptMs !== undefined) this.#step({ on: "overslept", ms: oversleptMs }, now);
    const { length } = this.#told;
    if (length > 0) {
      this.#queue.push(...this.#told);
      this.#told = [];
    }
    this.#ears.read({ isDue, overslept: oversleptMs !== undefined }, now);
    this.#drain(now);
    this.#finish(now, oversleptMs !== undefined);
    if (this.#ears.isWaiting) this.#wake();
  }

  /** The mind's own deadline, then what is the pulse's business, then the leases if all was well. */
  #finish(now: Instant, overslept: boolean): void {
    this.#turnAt = now;
    if (this.#isStirred) this.#due = this.#mind.deadline();
    this.#isStirred = false;
    if (this.#due !== undefined && this.#due <= now) {
      this.#step(alarm, now);
      this.#drain(now);
      this.#due = this.#mind.deadline();
      this.#isStirred = false;
    }
    this.#book.expire(now);
    if (now >= this.#aliveAt) {
      this.#aliveAt = after(now, aliveEveryMs(this.#config));
      this.#host.desk?.alive(now);
    }
    if (!overslept && !this.#isEnding && !this.#isDeskGone) {
      this.#book.renew(now);
      this.#feeder.feed(now);
    }
    this.#publish(now);
    if (this.#isEnding || this.#isDeskGone) this.#close();
    else this.#arm();
  }

  /** It ends of its own accord. */
  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#book.close();
    this.#feeder.close(false);
    this.#host.world.network.close(this.#host);
    this.#host.pulseEnded(this.#isDeskGone ? "exit code 3" : "exit code 0");
  }

  #publish(now: Instant): void {
    if (!this.#wantsPublished) return;
    this.#wantsPublished = false;
    // Nobody else reads it here.
    if (this.#config.routers.length === 0) return;
    const snapshot = this.#mind.snapshot?.(now, view);
    if (snapshot !== undefined) this.#host.desk?.published(snapshot, now);
  }

  #drain(now: Instant): void {
    while (this.#queue.length > 0) {
      const inputs = this.#queue;
      this.#queue = [];
      for (const input of inputs) this.#step(input, now);
    }
  }

  /** The head of a turn. A clock that says nothing new need not be read aloud. */
  #tick(now: Instant): void {
    const clock = this.#host.clock();
    if (clock === this.#clock) return;
    this.#clock = clock;
    this.#step(clock, now);
  }

  #step(input: Input, now: Instant): void {
    if (this.#isOver) return;
    this.#isStirred = true;
    for (const effect of this.#mind.step(input, now)) this.#perform(effect, now);
  }

  #perform(effect: Effect, now: Instant): void {
    switch (effect.do) {
      case "send":
        this.#mouth.send(effect.message);
        this.#feeder.spoke(effect.message, now);
        return;
      case "ping":
        this.#mouth.ping(effect.ts);
        return;
      case "advert":
        this.#mouth.advertise(effect, now);
        return;
      case "hold":
      case "drop": {
        const why = effect.do === "hold" ? this.#book.hold(effect.resources, now) : undefined;
        if (effect.do === "drop") this.#book.drop(effect.resources);
        const { job } = effect;
        const text = why ?? "done";
        this.#queue.push({ on: "result", job, ok: why === undefined, text, tookMs: 0 });
        return;
      }
      case "suspend":
        this.#book.suspend(effect.resources);
        return;
      case "announce":
        this.#book.announce(effect.words, now, this.#names(effect.words));
        return;
      case "reconfigure":
        this.#reconfigure(effect.config, now);
        return;
      case "publish":
        this.#wantsPublished = true;
        return;
      case "exit":
      case "restart":
        this.#isEnding = true;
        if (effect.do === "exit") this.#feeder.close(true);
        this.#host.effect(effect, this.life);
        return;
      default:
        this.#host.effect(effect, this.life);
    }
  }

  /** A virtual router's name may be announced whether it is held here or not. */
  #names(words: readonly string[]): boolean {
    return this.#config.routers.some(({ name }) => words.includes(name));
  }

  #reconfigure(config: ClusterConfig, now: Instant): void {
    this.#config = config;
    this.#patienceMs = patienceOf(config);
    this.#host.world.network.plug(this.#host, config.media);
    this.#ears.reconfigure(config);
    this.#mouth.reconfigure(config);
    this.#book.reconfigure(config, now);
    this.#standing.reconfigure(config);
    this.#feeder.reconfigure(config);
  }

  /** When to wake up at the latest. */
  #asked(): Instant {
    const asked = earliest(
      this.#due,
      this.#book.deadline(),
      this.#feeder.deadline(),
      this.#aliveAt,
    );
    return asked ?? this.#aliveAt;
  }

  #arm(): void {
    if (this.#isOver) return;
    const { world, kernel } = this.#host;
    const now = kernel.now();
    let asked = this.#asked();
    if (asked > now) this.#stuck = 0;
    else {
      this.#stuck += 1;
      asked = this.#stuck > stuckTurns ? after(now, stuckPauseMs) : now;
    }
    const at = kernel.worldTime(asked);
    if (this.#planned === undefined || this.#planned > at) this.#planned = world.plan(at, this);
  }

  /** A turn at once: something waits. */
  #wake(): void {
    const { world, isFrozen } = this.#host;
    if (this.#isOver || isFrozen || this.#planned === world.now) return;
    this.#planned = world.plan(world.now, this);
  }
}
