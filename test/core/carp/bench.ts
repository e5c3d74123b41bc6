// A core of virtual routers with somebody who carries out its jobs at once, or when told to.

import type { RouterConfig } from "../../../src/config/router.ts";
import type { Boot } from "../../../src/core/boot.ts";
import type { HeardAdvert } from "../../../src/core/carp/heard.ts";
import { RouterCore } from "../../../src/core/carp/routercore.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import { at, type Instant } from "../../../src/core/instant.ts";
import type { RouterView } from "../../../src/core/snapshot.ts";
import { plainConfig } from "../../plainconfig.ts";
import { plainRouter } from "../../plainrouter.ts";

/** As under the name ucarp, with both scripts. */
export const likeUcarp: Partial<RouterConfig> = {
  likeUcarp: true,
  holdsAddresses: false,
  seal: "off",
  upScript: "/up",
  downScript: "/down",
};

export const boot: Boot = {
  uuid: "00".repeat(16),
  generation: 7,
  bootUnixMs: 1_700_000_000_000,
  hostcache: [],
  delhostcache: [],
};

export function advert(said: Partial<HeardAdvert> = {}): HeardAdvert {
  return {
    family: 4,
    from: "10.77.0.3",
    mac: "00:00:5e:00:00:2a",
    advbase: 1,
    advskew: 0,
    demote: 0,
    counter: 1_000n,
    ...said,
  };
}

export const farewell = { advbase: 255, advskew: 255 } as const;

/** One word per effect, as a reader would say it. */
function wordsOf(effect: Effect): string {
  switch (effect.do) {
    case "advert": {
      const { advbase, advskew, demote } = effect;
      return `advert ${advbase}/${advskew}${demote === 0 ? "" : ` demote ${demote}`}`;
    }
    case "call":
      return `call ${[effect.path, ...effect.args].join(" ")}`;
    case "hold":
    case "drop":
    case "suspend":
      return effect.do;
    case "announce":
      return "announce";
    case "exit":
      return "exit";
    default:
      return effect.do;
  }
}

export class Bench {
  readonly core: RouterCore;
  /** Every effect but logs and publications, with the counters of adverts apart. */
  done: string[] = [];
  logs: string[] = [];
  counters: (bigint | "random")[] = [];
  replies: string[] = [];
  /** Jobs of these kinds wait until `finish()`: "call", "hold", "drop". */
  readonly slow = new Set<string>();
  readonly fails = new Set<string>();
  now: Instant = at(0);
  #waiting: { readonly job: number; readonly what: string }[] = [];

  constructor(routers: readonly Partial<RouterConfig>[], masters?: Boot["masters"]) {
    const configs = routers.map((router) => ({ ...plainRouter, ...router }));
    const config = { ...plainConfig, routers: configs };
    const birth = masters === undefined ? boot : { ...boot, masters };
    this.core = new RouterCore(config, birth, this.now);
    this.give({ on: "start" });
  }

  give(input: Input): this {
    this.#see(this.core.step(input, this.now));
    return this;
  }

  up(device = "eth0", address = "10.77.0.1"): this {
    return this.give({ on: "interface", device, state: "up", address });
  }

  hear(said: Partial<HeardAdvert> = {}, router = "eth0/42"): this {
    return this.give({ on: "advert", router, advert: advert(said) });
  }

  /** Time passes, and every deadline is met exactly. */
  advance(ms: number): this {
    const end = at(this.now + ms);
    for (let due = this.core.deadline(); due !== undefined && due <= end; ) {
      this.now = at(Math.max(due, this.now));
      this.give({ on: "alarm" });
      due = this.core.deadline();
    }
    this.now = end;
    return this;
  }

  /** Makes it master, in a time when nobody else is heard. */
  master(): this {
    this.up().advance(5_000);
    return this.forget();
  }

  forget(): this {
    this.done = [];
    this.logs = [];
    this.counters = [];
    return this;
  }

  /** The slow jobs that wait end now. */
  finish(): this {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { job, what } of waiting) this.#end(job, what);
    return this;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get views(): readonly RouterView[] {
    const pulse = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };
    return this.core.snapshot(this.now, pulse).routers;
  }

  get view(): RouterView {
    const [view] = this.views;
    if (view === undefined) throw new Error("no router");
    return view;
  }

  get state(): string {
    return this.view.state;
  }

  #see(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === "publish") continue;
      if (effect.do === "log") this.logs.push(effect.text);
      else if (effect.do === "reply") this.replies.push(`${effect.ok} ${effect.text}`);
      else {
        this.done.push(wordsOf(effect));
        if (effect.do === "advert") this.counters.push(effect.counter);
        if ("job" in effect) this.#begin(effect.job, wordsOf(effect));
      }
    }
  }

  #begin(job: number, what: string): void {
    if ([...this.slow].some((kind) => what.startsWith(kind))) this.#waiting.push({ job, what });
    else this.#end(job, what);
  }

  #end(job: number, what: string): void {
    const ok = ![...this.fails].some((kind) => what.startsWith(kind));
    this.give({ on: "result", job, ok, text: ok ? "done" : "exit code 1", tookMs: 0 });
  }
}
