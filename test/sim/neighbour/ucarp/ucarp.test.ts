// The model of ucarp against what the real one was seen to do: every recorded reaction
// (test/golden/carp/reactions.json), and the times of docs/protocol/carp.md.

import { describe, expect, test } from "bun:test";
import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Input } from "../../../../src/core/input.ts";
import { at } from "../../../../src/core/instant.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { reactions } from "../../../core/carp/reaction.ts";
import { plainRouter } from "../../../plainrouter.ts";
import { hear } from "./ear.ts";
import { Ucarp } from "./ucarp.ts";

/** A lone process whose scripts end after `scriptMs`, and everything that it does. */
class Process {
  readonly mind: Ucarp;
  readonly done: { readonly at: number; readonly effect: Effect }[] = [];
  now = 0;
  scriptMs = 0;
  #results: { readonly at: number; readonly job: number }[] = [];

  constructor(config: Partial<RouterConfig>, source = "10.77.0.1") {
    const scripts = { upScript: "up", downScript: "down" };
    this.mind = new Ucarp({ ...plainRouter, ...scripts, ...config }, { bootUnixMs: 1e12 }, at(0));
    this.give({ on: "interface", device: "eth0", state: "up", address: source });
  }

  give(input: Input): void {
    for (const effect of this.mind.step(input, at(this.now))) {
      this.done.push({ at: this.now, effect });
      if (effect.do === "call") {
        this.#results.push({ at: this.now + this.scriptMs, job: effect.job });
      }
    }
    if (this.scriptMs === 0) this.#finish();
  }

  hear(said: Partial<HeardAdvert>): void {
    const plain = { family: 4, from: "10.77.0.3", mac: "00:00:5e:00:00:2a", demote: 0 } as const;
    const advert = { ...plain, advbase: 1, advskew: 0, counter: 1_000n, ...said };
    this.give({ on: "advert", router: "eth0/42", advert });
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#next(); next <= end; next = this.#next()) {
      this.now = Math.max(this.now, next);
      if (this.#results.some((result) => result.at <= this.now)) this.#finish();
      else this.give({ on: "alarm" });
    }
    this.now = end;
  }

  /** The moments at which it did this. */
  times(what: Effect["do"], text = ""): number[] {
    return this.done
      .filter(({ effect }) => effect.do === what && JSON.stringify(wordsOf(effect)).includes(text))
      .map(({ at }) => at);
  }

  get state(): string | undefined {
    const said = this.done.flatMap(({ effect }) =>
      effect.do === "log" && effect.text.startsWith("Switching") ? [effect.text] : [],
    );
    return said.at(-1)?.replace("Switching to state: ", "");
  }

  get logs(): string[] {
    return this.done.flatMap(({ effect }) => (effect.do === "log" ? [effect.text] : []));
  }

  #next(): number {
    const results = this.#results.map((result) => result.at);
    return Math.min(...results, this.mind.deadline() ?? Number.POSITIVE_INFINITY);
  }

  #finish(): void {
    const due = this.#results.find((result) => result.at <= this.now);
    if (due === undefined) return;
    this.#results = this.#results.filter((result) => result !== due);
    this.give({ on: "result", job: due.job, ok: true, text: "", tookMs: this.scriptMs });
  }
}

function wordsOf(effect: Effect): unknown {
  return "counter" in effect ? { ...effect, counter: String(effect.counter) } : effect;
}

test("reactions.json has all reactions that were recorded", () => {
  expect(reactions).toHaveLength(47);
});

test.each(reactions.map((each) => [each.name, each] as const))(
  "Ucarp.step() and hear() do what ucarp did: %s",
  (_, { local, local_deadratio, frame_hex, ...seen }) => {
    const { vhid, pass: password, addr: address, srcip: source } = local;
    const process = new Process(
      {
        advbase: local.advbase,
        advskew: local.advskew,
        deadratio: local_deadratio,
        preempt: local.preempt === true,
        source,
      },
      source,
    );
    // The recorded ones were masters of three adverts, and then heard somebody with the counter 1000.
    const isMaster = seen.state_before === "MASTER";
    process.advance(isMaster ? local.advbase * 6_000 + 2_800 : 100);
    expect(process.state).toBe(seen.state_before);
    process.done.length = 0;

    const frame = Uint8Array.from(Buffer.from(frame_hex, "hex"));
    const heard = hear(frame, { vhid, password, address, source, multicast: "224.0.0.18" });
    expect(heard.verdict).toBe(seen.verdict as typeof heard.verdict);
    if (heard.advert !== undefined) process.hear(heard.advert);
    process.advance(1_600);

    expect(process.state ?? seen.state_before).toBe(seen.state_after);
    const words = heard.words === undefined ? process.logs : [heard.words, ...process.logs];
    expect(words.map((text) => `[WARNING] ${text}`)).toEqual([...seen.log]);
    expect(process.times("announce")).toHaveLength(seen.garps_within_1600ms);
    const counters = process.done.flatMap(({ effect }) =>
      effect.do === "advert" ? [String(effect.counter)] : [],
    );
    // How many adverts the clock brought besides depends on the phase of the recorded one.
    expect(Math.abs(counters.length - seen.ads_within_1600ms)).toBeLessThanOrEqual(1);
    if (heard.advert !== undefined && seen.ads_within_1600ms > 0)
      expect(counters).toContain("1001");
  },
);

describe("Ucarp", () => {
  test.each([
    [0, 3_000],
    [100, 4_170],
    [255, 5_988],
  ])("with a skew of %d takes over after %d ms of silence", (advskew, ms) => {
    const process = new Process({ advskew });
    process.advance(10_000);
    expect(process.times("log", "MASTER")[0]).toBeCloseTo(ms, -1);
  });

  test("sends two adverts back to back after a long up script", () => {
    const process = new Process({});
    process.advance(2_900);
    process.scriptMs = 5_000;
    process.advance(6_000);
    process.scriptMs = 0;
    process.advance(2_000);
    expect(process.times("advert").slice(0, 3)).toEqual([8_000, 8_000, 9_000]);
  });

  test("announces at takeover and after the third advert, and no more", () => {
    const process = new Process({});
    process.advance(20_000);
    expect(process.times("announce")).toEqual([3_000, 5_000]);
  });

  test("alone is back 6 s after SIGUSR2", () => {
    const process = new Process({});
    process.advance(10_000);
    process.give({ on: "command", request: 1, command: { name: "yield" } });
    process.advance(20_000);
    expect(process.times("log", "state: MASTER")).toEqual([3_000, 16_000]);
    expect(process.times("log", "state: BACKUP")).toEqual([0, 10_000]);
  });

  test("has its address back 3 to 13 s after the cable", () => {
    for (let phase = 0; phase < 10_000; phase += 700) {
      const process = new Process({});
      process.advance(10_000);
      process.give({ on: "interface", device: "eth0", state: "no-carrier" });
      process.advance(20_000 + phase);
      const backAt = process.now;
      process.give({ on: "interface", device: "eth0", state: "up" });
      process.advance(20_000);
      const tookMs = (process.times("log", "state: MASTER")[1] ?? 0) - backAt;
      expect(tookMs).toBeGreaterThanOrEqual(3_000);
      expect(tookMs).toBeLessThanOrEqual(13_000);
    }
  });

  test("says nothing when it ends, and runs its down script only with -z and as master", () => {
    const ends = (config: Partial<RouterConfig>, ms: number) => {
      const process = new Process(config);
      process.advance(ms);
      process.done.length = 0;
      process.give({ on: "command", request: 1, command: { name: "leave" } });
      return process.done.map(({ effect }) => effect.do).filter((what) => what !== "reply");
    };
    expect(ends({ shutdown: true }, 5_500)).toEqual(["log", "call", "exit"]);
    expect(ends({ shutdown: true }, 500)).toEqual(["exit"]);
    expect(ends({ shutdown: false }, 5_500)).toEqual(["exit"]);
  });

  test("that was stopped reads first what came meanwhile: a living master stays the master", () => {
    const process = new Process({});
    process.hear({});
    process.advance(500);
    for (let n = 0; n < 8; n += 1) {
      process.now += 1_000;
      process.hear({});
    }
    process.give({ on: "alarm" });
    process.advance(1_000);
    expect(process.state).toBe("BACKUP");
  });

  test("waits by the wall clock: a step forward is silence, a step back is patience", () => {
    const load = "n/a";
    const process = new Process({});
    process.advance(500);
    process.give({ on: "clock", bootUnixMs: 1e12 + 60_000, load });
    process.advance(500);
    expect(process.state).toBe("MASTER");
    process.done.length = 0;
    process.give({ on: "clock", bootUnixMs: 1e12, load });
    process.advance(50_000);
    expect(process.times("advert")).toEqual([]);
    process.advance(20_000);
    expect(process.times("advert").length).toBeGreaterThan(5);
  });

  test("demotes itself after three adverts that could not leave, until three could", () => {
    const process = new Process({});
    process.advance(5_500);
    process.done.length = 0;
    for (let n = 0; n < 3; n += 1) {
      process.give({ on: "advert-sent", router: "eth0/42", ok: false });
    }
    expect(process.times("advert", '"advskew":240')).toHaveLength(1);
    for (let n = 0; n < 3; n += 1) {
      process.give({ on: "advert-sent", router: "eth0/42", ok: true });
    }
    process.advance(2_500);
    expect(process.times("advert", '"advskew":0').length).toBeGreaterThan(0);
  });
});
