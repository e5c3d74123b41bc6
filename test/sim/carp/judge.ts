// Watches a made-up segment for the laws of virtual routers (docs/design.md, "CARP").
//
// 1. Two masters that hear each other are one again within an advert of the better one and its delivery.
// 2. Where a host is able for as long as it has to wait and to work, there is a master.
//    Who is master has the address; who hears nobody has it not.
// 3. What a forger plays again changes nothing (checked where it is played: chaos.ts).
// 4. Scripts of one router never overlap (checked where they run: host.ts).

import { advertIntervalMs } from "../../../src/wire/carp/timing.ts";
import type { RouterHost } from "./host.ts";
import type { Segment } from "./segment.ts";

/** Delivery, and the time of a list of addresses. */
const deliveryMs = 3;
/** ucarp's pause after a yield, and the first pauses after a failure. */
const pauseMs = 3_000;
const demotedSkew = 240;

export class Judge {
  readonly #segment: Segment;
  /** What waiting and scripts cost at most. */
  readonly #patienceMs: number;
  /** Equals in BSD's dialect that cannot know each other for hb yield to each other, and then go by ranks. */
  readonly #isRanked: boolean;
  /** Since when two are master beside each other, and what the slower one waited between adverts. */
  readonly #doubled = new Map<string, { readonly since: number; readonly intervalMs: number }>();
  readonly #oddSince = new Map<string, number>();
  readonly #workMs: number;
  readonly #ableSince = new Map<string, number>();
  #lostUntil = 0;

  constructor(segment: Segment, workMs: number) {
    this.#segment = segment;
    this.#workMs = workMs;
    const hosts = [...segment.hosts.values()];
    const dead = Math.max(...hosts.map(({ deadMs }) => deadMs));
    this.#isRanked = hosts.some(({ config }) => config.dialect === "bsd" && config.seal === "off");
    const rankMs = this.#isRanked ? Math.max(...hosts.map(intervalMs)) * hosts.length : 0;
    this.#patienceMs = dead + rankMs + 2 * 1_000 + pauseMs + workMs;
    segment.onChange = () => this.look();
  }

  /** To be called after every change of anything, and now and then. */
  look(): void {
    if (this.#segment.lossRate > 0) this.#lostUntil = this.#segment.now + this.#patienceMs;
    this.#lookForTwo();
    this.#lookForNone();
    this.#lookForHands();
  }

  /** In the end there is one master, and nobody else holds anything. */
  verdict(): void {
    const masters = this.#segment.masters().map(({ name }) => name);
    if (masters.length !== 1) this.#segment.violated(`masters in the end: ${masters.join(", ")}`);
    const holders = this.#segment.holders().map(({ name }) => name);
    if (holders.join() !== masters.join()) {
      this.#segment.violated(`held by ${holders.join(", ")}, master is ${masters.join(", ")}`);
    }
  }

  #lookForTwo(): void {
    const { now } = this.#segment;
    const masters = this.#segment.masters();
    const pairs = new Set<string>();
    for (const one of masters) {
      for (const two of masters.filter(({ name }) => one.name < name)) {
        if (!this.#isMutual(one, two)) continue;
        const pair = `${one.name} and ${two.name}`;
        pairs.add(pair);
        const before = this.#doubled.get(pair) ?? { since: now, intervalMs: 0 };
        // The end of a demotion makes it shorter meanwhile, but what was planned before may come first.
        const slowest = Math.max(before.intervalMs, intervalMs(one), intervalMs(two));
        this.#doubled.set(pair, { since: before.since, intervalMs: slowest });
        const length = now - before.since;
        if (now <= this.#lostUntil || length <= slowest + deliveryMs) continue;
        this.#segment.violated(`${pair} are both master for ${length.toFixed(1)} ms`);
        this.#doubled.set(pair, { since: Number.POSITIVE_INFINITY, intervalMs: 0 });
      }
    }
    for (const pair of this.#doubled.keys()) if (!pairs.has(pair)) this.#doubled.delete(pair);
  }

  /** A host that has been able for so long, and hears no master, must be one. */
  #lookForNone(): void {
    const { now } = this.#segment;
    const masters = this.#segment.masters();
    for (const host of this.#segment.hosts.values()) {
      // Who hears somebody may be kept waiting by a master that does not hear it back.
      const hears = [...this.#segment.hosts.values()].filter(
        (other) => other !== host && other.isRunning && this.#segment.hears(other.name, host.name),
      );
      const isServed = [host, ...hears].some((each) => masters.includes(each));
      // Where adverts of others get lost, everybody has his own idea of the ranks.
      const isConfused = this.#isRanked && now <= this.#lostUntil;
      if (!host.isAble || isServed || isConfused) {
        this.#ableSince.delete(host.name);
        continue;
      }
      const since = this.#ableSince.get(host.name) ?? now;
      this.#ableSince.set(host.name, since);
      if (now - since <= this.#patienceMs) continue;
      this.#segment.violated(
        `${host.name} is able, but nobody is master since ${since.toFixed(1)}`,
      );
      this.#ableSince.set(host.name, Number.POSITIVE_INFINITY);
    }
  }

  /** A master without the address serves nobody; a host without a cable has its address for itself. */
  #lookForHands(): void {
    const { now } = this.#segment;
    for (const host of this.#segment.hosts.values()) {
      const isHollow = host.isUp && host.state === "master" && !host.holds;
      const isAlone = host.isUp && !host.hasCarrier && host.holds;
      if (!isHollow && !isAlone) {
        this.#oddSince.delete(host.name);
        continue;
      }
      const since = this.#oddSince.get(host.name) ?? now;
      this.#oddSince.set(host.name, since);
      if (now - since <= this.#workMs) continue;
      const what = isHollow ? "is master of nothing" : "has no carrier, but the address";
      this.#segment.violated(`${host.name} ${what} since ${since.toFixed(1)}`);
      this.#oddSince.set(host.name, Number.POSITIVE_INFINITY);
    }
  }

  #isMutual(one: RouterHost, two: RouterHost): boolean {
    return (
      this.#segment.hears(one.name, two.name) &&
      this.#segment.hears(two.name, one.name) &&
      one.isUp &&
      two.isUp
    );
  }
}

/** Between its adverts now: a demoted one sends less often. */
function intervalMs(host: RouterHost): number {
  const { advbase, advskew } = host.config;
  return advertIntervalMs({
    advbase,
    advskew: host.isDemoted ? Math.max(demotedSkew, advskew) : advskew,
  });
}
