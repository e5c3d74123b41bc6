// What a router says: adverts with the right counter and timing, announcements, log lines. Effects gather
// here until the step ends.

import type { RouterConfig } from "../../config/router.ts";
import { advertIntervalMs, BOW_OUT, type Pace } from "../../wire/carp/timing.ts";
import type { Effect, Fields, Level } from "../effect.ts";
import { after, type Instant } from "../instant.ts";
import type { Counter } from "./counter.ts";
import type { Demotion } from "./demotion.ts";
import type { Rhythm } from "./rhythm.ts";

/** A worse master is answered at once, but not more often than so many times in an interval. */
const repliesPerInterval = 10;
/** A rival that shouts is answered at most so often. */
const shoutPauseMs = 1_000;
/** More worse masters than that are a loop in the network or a forger: neither shall fill it, or the log. */
const reassertsPerSecond = 10;
/** Adverts until the second announcement (carp.md 9). */
const delayedArpAdverts = 2;

export class Speech {
  readonly #config: () => RouterConfig;
  readonly #rhythm: Rhythm;
  readonly #demotion: Demotion;
  readonly #counter: Counter;
  #out: Effect[] = [];
  /** Adverts until an announcement follows; 0: none does. */
  #arpIn = 0;
  #announcedAt: Instant | undefined;
  /** Since when worse masters are counted, and how many were heard. */
  #reasserts: { readonly at: Instant; count: number } | undefined;
  /** The last advert of this term; undefined: none yet. */
  saidAt: Instant | undefined;
  sent = 0;

  constructor(parts: {
    readonly config: () => RouterConfig;
    readonly rhythm: Rhythm;
    readonly demotion: Demotion;
    readonly counter: Counter;
  }) {
    this.#config = parts.config;
    this.#rhythm = parts.rhythm;
    this.#demotion = parts.demotion;
    this.#counter = parts.counter;
  }

  /** The effects of this step. */
  take(): Effect[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  do(effects: readonly Effect[]): void {
    this.#out.push(...effects);
  }

  /** ucarp's words are warnings under its name; here a change of state is news, not a fault. */
  log(level: Level, text: string, topic = "carp", fields: Fields = {}): void {
    const { name, likeUcarp } = this.#config();
    if (likeUcarp) this.do([{ do: "log", level: level === "info" ? "warn" : level, topic, text }]);
    else {
      const told = { router: name, ...fields };
      this.do([{ do: "log", level, topic, text: `${name}: ${text}`, fields: told }]);
    }
  }

  /** A change of state, in ucarp's words. */
  switched(state: string): void {
    this.log("info", `Switching to state: ${state}`, "state", { state: state.toLowerCase() });
  }

  /** An advert now, and the next one an interval after it. */
  advertise(now: Instant): void {
    this.#say(this.#pace, now);
    this.#rhythm.set("advert", after(now, advertIntervalMs(this.#pace)));
    if (this.#arpIn === 0) return;
    this.#arpIn -= 1;
    if (this.#arpIn === 0) this.announce(now);
  }

  /** The advert that was due at `due`. The rhythm is kept, unless a whole interval was missed. */
  beat(due: Instant, now: Instant): void {
    this.advertise(now);
    const next = after(due, advertIntervalMs(this.#pace));
    if (next > now) this.#rhythm.set("advert", next);
  }

  /** One advert that no other follows. */
  lastWord(now: Instant): void {
    this.#say(this.#pace, now);
  }

  /** Nobody needs to wait for us any more. */
  farewell(now: Instant): void {
    this.#say(BOW_OUT, now);
  }

  /** What a fresh master says: whose address it is, and that it is the master (carp.md 9). */
  proclaim(now: Instant): void {
    this.announce(now);
    this.#arpIn = 0;
    this.advertise(now);
    this.#arpIn = delayedArpAdverts;
  }

  /** A worse master was heard: the address is ours, and the sooner he hears of us the better. */
  reassert(isLeaving: boolean, now: Instant): void {
    if (now - (this.#reasserts?.at ?? 0) >= 1_000) this.#reasserts = undefined;
    this.#reasserts ??= { at: now, count: 0 };
    this.#reasserts.count += 1;
    const isFlood = this.#reasserts.count > reassertsPerSecond && !this.#config().likeUcarp;
    if (!isFlood) this.announce(now);
    this.#arpIn = delayedArpAdverts;
    if (!isLeaving) this.insist(now);
    if (isFlood) return;
    const text = "Non-preferred master advertising: reasserting control of VIP";
    this.log("info", `${text} with another gratuitous arp`, "reassert");
  }

  /** Lets a worse master hear of us at once. */
  insist(now: Instant): void {
    if (this.#config().likeUcarp) return;
    const pauseMs = advertIntervalMs(this.#pace) / repliesPerInterval;
    if (this.saidAt === undefined || now - this.saidAt >= pauseMs) this.advertise(now);
  }

  /** No announcement follows any more: the address may be somebody else's. */
  hush(): void {
    this.#arpIn = 0;
  }

  /** The term is over: when we spoke last means nothing for the next one. */
  rest(): void {
    this.hush();
    this.saidAt = undefined;
  }

  announce(now: Instant): void {
    const { name, announceIntervalMs, likeUcarp } = this.#config();
    this.#announcedAt = now;
    this.do([{ do: "announce", words: [name] }]);
    if (likeUcarp || announceIntervalMs === 0) return;
    this.#rhythm.set("announce", after(now, announceIntervalMs));
  }

  /** False within a second of the last announcement. */
  mayAnnounce(now: Instant): boolean {
    return this.#announcedAt === undefined || now - this.#announcedAt >= shoutPauseMs;
  }

  get #pace(): Pace {
    return this.#demotion.pace(this.#config());
  }

  #say({ advbase, advskew }: Pace, now: Instant): void {
    const config = this.#config();
    const demote = this.#demotion.count(config);
    const counter = this.#counter.next();
    this.sent += 1;
    this.saidAt = now;
    this.do([{ do: "advert", router: config.name, advbase, advskew, demote, counter }]);
  }
}
