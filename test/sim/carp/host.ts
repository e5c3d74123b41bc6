// A made-up host with one virtual router: a real core, and the addresses, scripts and clock that it
// believes in. What the pulse and the desk promise is kept.

import type { RouterConfig } from "../../../src/config/router.ts";
import type { Boot } from "../../../src/core/boot.ts";
import type { HeardAdvert } from "../../../src/core/carp/heard.ts";
import { RouterCore } from "../../../src/core/carp/routercore.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Command, Input } from "../../../src/core/input.ts";
import { at } from "../../../src/core/instant.ts";
import type { RouterView } from "../../../src/core/snapshot.ts";
import { deadIntervalMs } from "../../../src/wire/carp/timing.ts";
import { plainConfig } from "../../plainconfig.ts";
import type { Segment } from "./segment.ts";

/** How a script behaves. */
export interface Temper {
  readonly fails?: boolean;
  readonly tookMs?: number;
}

/** What the kernel needs for one list of addresses. */
const holdMs = 0.3;
const scriptMs = 20;
/** Being away for less than this is not told (src/pulse/loop.ts). */
const oversleptMinMs = 100;

export class RouterHost {
  readonly name: string;
  readonly address: string;
  readonly config: RouterConfig;
  readonly tempers = new Map<string, Temper>();
  readonly #segment: Segment;
  #core: RouterCore | undefined;
  #life = 0;
  #masters: Boot["masters"];
  #queue: Input[] = [];
  #alarm: number | undefined;
  #frozenAt: number | undefined;
  #standing: "up" | "no-carrier" = "up";
  #isChecked = true;
  /** Addresses are on the interface until then. */
  #heldUntil = -1;
  #isRenewed = false;
  /** The up script ran, the down script did not since. */
  #isScriptUp = false;
  #isBusy = false;
  #sealed = 0;
  #requests = 0;
  readonly replies: string[] = [];

  constructor(name: string, address: string, config: RouterConfig, segment: Segment) {
    this.name = name;
    this.address = address;
    this.config = config;
    this.#segment = segment;
  }

  get isUp(): boolean {
    return this.#core !== undefined && this.#frozenAt === undefined;
  }

  get isRunning(): boolean {
    return this.#core !== undefined;
  }

  /** Counts the lives of its process. */
  get life(): number {
    return this.#life;
  }

  get hasCarrier(): boolean {
    return this.#standing === "up";
  }

  /** It could be master now. */
  get isAble(): boolean {
    const isSick = [...this.tempers.values()].some(({ fails }) => fails === true);
    return this.isUp && this.hasCarrier && !isSick;
  }

  get holds(): boolean {
    return this.#isScriptUp || this.#heldUntil >= this.#segment.now;
  }

  get view(): RouterView | undefined {
    const pulse = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };
    return this.#core?.snapshot(at(this.#segment.now), pulse).routers[0];
  }

  get state(): string {
    return this.view?.state ?? "none";
  }

  get isDemoted(): boolean {
    return (this.view?.demoted.length ?? 0) > 0;
  }

  get deadMs(): number {
    return deadIntervalMs(this.config, this.config.deadratio);
  }

  start(): void {
    if (this.#core !== undefined) return;
    this.#life += 1;
    const boot: Boot = {
      uuid: "00".repeat(16),
      generation: this.#life,
      bootUnixMs: 0,
      hostcache: [],
      delhostcache: [],
      ...(this.#masters === undefined ? {} : { masters: this.#masters }),
    };
    this.#masters = undefined;
    const config = { ...plainConfig, routers: [this.config] };
    this.#core = new RouterCore(config, boot, at(this.#segment.now));
    this.give({ on: "start" });
    this.#stand();
    this.give({ on: "track", path: "/check", ok: this.#isChecked });
    this.#refresh();
  }

  /** Everything of the host is gone at once. */
  kill(): void {
    this.#end();
    this.#masters = undefined;
    this.#heldUntil = -1;
    this.#isScriptUp = false;
    this.#segment.onChange();
  }

  /** The process is gone; what it put up stays, addresses until their lease ends. */
  crash(): void {
    if (this.#core !== undefined) {
      const routers = this.state === "master" ? [this.config.name] : [];
      this.#masters = { at: at(this.#frozenAt ?? this.#segment.now), routers };
    }
    this.#end();
    this.#segment.onChange();
  }

  freeze(): void {
    if (this.isUp) this.#frozenAt = this.#segment.now;
    this.#segment.onChange();
  }

  thaw(): void {
    const frozenAt = this.#frozenAt;
    if (frozenAt === undefined) return;
    this.#frozenAt = undefined;
    const due = this.#core?.deadline() ?? frozenAt;
    const ms = this.#segment.now - Math.max(frozenAt, due);
    if (ms > Math.max(this.deadMs / 2, oversleptMinMs)) this.give({ on: "overslept", ms });
    const missed = this.#queue;
    this.#queue = [];
    for (const input of missed) this.give(input);
    this.give({ on: "alarm" });
    this.#segment.onChange();
  }

  carrier(standing: "up" | "no-carrier"): void {
    this.#standing = standing;
    this.#stand();
    this.#segment.onChange();
  }

  check(ok: boolean): void {
    this.#isChecked = ok;
    this.give({ on: "track", path: "/check", ok });
  }

  command(command: Command): void {
    this.#requests += 1;
    this.give({ on: "command", request: this.#requests, command });
  }

  /** Takes an advert, a stopped process when it goes on; false when there is nobody to take it. */
  hear(advert: HeardAdvert): boolean {
    if (this.#core === undefined) return false;
    this.give({ on: "advert", router: this.config.name, advert });
    return true;
  }

  give(input: Input): void {
    if (this.#core === undefined) return;
    if (this.#frozenAt !== undefined) {
      if (input.on !== "alarm") this.#queue.push(input);
      return;
    }
    for (const effect of this.#core.step(input, at(this.#segment.now))) this.#act(effect);
    this.#arm();
    this.#segment.onChange();
  }

  #end(): void {
    this.#core = undefined;
    this.#life += 1;
    this.#queue = [];
    this.#frozenAt = undefined;
    this.#isRenewed = false;
    this.#isBusy = false;
    this.#alarm = undefined;
  }

  #stand(): void {
    const { address } = this;
    this.give({ on: "interface", device: "eth0", state: this.#standing, address });
  }

  #arm(): void {
    const deadline = this.#core?.deadline();
    if (deadline === undefined) return;
    const due = Math.max(deadline, this.#segment.now);
    if (this.#alarm !== undefined && this.#alarm <= due && this.#alarm >= this.#segment.now) return;
    this.#alarm = due;
    const life = this.#life;
    this.#segment.plan(due, () => {
      if (life !== this.#life || this.#alarm !== due) return;
      this.#alarm = undefined;
      this.give({ on: "alarm" });
    });
  }

  /** The pulse renews leases by the router's dead time, and not while it is stopped. */
  #refresh(): void {
    const life = this.#life;
    this.#segment.plan(this.#segment.now + this.deadMs / 4, () => {
      if (life !== this.#life || this.#core === undefined) return;
      if (this.#isRenewed && this.#frozenAt === undefined) this.#lease();
      this.#refresh();
    });
  }

  #lease(): void {
    this.#isRenewed = true;
    this.#heldUntil = this.#segment.now + Math.max(2_000, Math.ceil(this.deadMs / 1_000) * 1_000);
  }

  #act(effect: Effect): void {
    const { name, config } = this;
    switch (effect.do) {
      case "advert":
        this.#advertise(effect);
        return;
      case "hold":
        this.#segment.log(name, "hold");
        this.#lease();
        this.#answer(effect.job, holdMs, () => !this.tempers.get("hold")?.fails);
        return;
      case "drop":
      case "suspend":
        this.#segment.log(name, effect.do);
        this.#heldUntil = -1;
        this.#isRenewed = false;
        if (effect.do === "drop") this.#answer(effect.job, holdMs, () => true);
        return;
      case "announce":
        this.#segment.log(name, "announce");
        return;
      case "call":
        this.#call(effect);
        return;
      case "log":
        this.#segment.log(name, effect.text.replace(`${config.name}: `, ""));
        return;
      case "reply":
        this.replies.push(effect.text);
        return;
      case "exit":
        this.#segment.log(name, "exit");
        this.#end();
        return;
      default:
        return;
    }
  }

  #advertise(effect: Extract<Effect, { readonly do: "advert" }>): void {
    const { advbase, advskew, demote, counter } = effect;
    const { name, config } = this;
    const shown = demote === 0 ? "" : ` demote ${demote}`;
    this.#segment.log(name, `advert ${advbase}/${advskew}${shown}`);
    const random = () => BigInt(this.#segment.chance.below(2 ** 31));
    this.#sealed += 1;
    const number = BigInt(Math.round(this.#segment.now * 1_000) + this.#sealed);
    this.#segment.transmit(this, {
      family: 4,
      from: this.address,
      mac: `00:00:5e:00:0${config.sourceMac === "bsd" ? 1 : 0}:2a`,
      advbase,
      advskew,
      demote,
      counter: counter === "random" ? random() : counter,
      ...(config.seal === "off" ? {} : { seal: { sender: name, number } }),
    });
  }

  #call({ job, path, args, timeoutMs }: Extract<Effect, { readonly do: "call" }>): void {
    this.#segment.log(this.name, `call ${[path, ...args].join(" ")}`);
    if (this.#isBusy) this.#segment.violated(`${path} on ${this.name} overlaps another script`);
    this.#isBusy = true;
    const temper = this.tempers.get(path) ?? {};
    const tookMs = Math.min(timeoutMs, temper.tookMs ?? scriptMs);
    const isUp = path === this.config.upScript;
    const life = this.#life;
    // An address that a script puts up is there from its beginning, and until its end.
    if (isUp && temper.fails !== true) this.#isScriptUp = true;
    this.#answer(job, tookMs, () => {
      if (life === this.#life) this.#isBusy = false;
      if (!isUp) this.#isScriptUp = false;
      return temper.fails !== true && tookMs < timeoutMs;
    });
  }

  #answer(job: number, tookMs: number, end: () => boolean): void {
    const life = this.#life;
    this.#segment.plan(this.#segment.now + tookMs, () => {
      if (life !== this.#life) return;
      const ok = end();
      this.give({ on: "result", job, ok, text: ok ? "done" : "exit code 1", tookMs });
    });
  }
}
