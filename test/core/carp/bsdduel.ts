// hb's core and a modelled BSD kernel (test/sim/neighbour/bsd) as the two members of a virtual router, on a
// cable between them, in simulated time. No lab: a thousand stories a second, each with a seed.
//
// The judge looks at the addresses alone, not at what the members think of themselves.

import type { RouterConfig } from "../../../src/config/router.ts";
import { RouterCore } from "../../../src/core/carp/routercore.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import { at } from "../../../src/core/instant.ts";
import type { Chance } from "../../../src/sim/chance.ts";
import { plainConfig } from "../../plainconfig.ts";
import { plainRouter } from "../../plainrouter.ts";
import { BsdHost } from "../../sim/neighbour/bsd/machine.ts";
import type { BsdShape } from "../../sim/neighbour/bsd/shape.ts";
import type { Advert } from "../../sim/neighbour/bsd/wire.ts";

const HB = { 4: "10.77.0.12", 6: "fe80::12" } as const;
const BSD = { 4: "10.77.0.11", 6: "fe80::11" } as const;
const TRACK = "/etc/check";

export interface Match {
  readonly kernel: BsdShape["kernel"];
  readonly families: readonly (4 | 6)[];
  readonly bsd: Pick<BsdShape, "advbase" | "advskew" | "preempt">;
  readonly hb: Pick<RouterConfig, "advbase" | "advskew" | "preempt" | "dialect">;
}

export type Side = "hb" | "bsd";

interface Errand {
  readonly atMs: number;
  readonly run: () => void;
}

/** A change of who has the addresses. */
export interface Turn {
  readonly atMs: number;
  readonly holders: string;
}

export class BsdDuel {
  readonly turns: Turn[] = [];
  readonly match: Match;
  nowMs = 0;
  /** Share of packets that are lost. */
  loss = 0;
  isCut = false;
  readonly #chance: Chance;
  readonly #errands: Errand[] = [];
  readonly #holding = new Set<Side>();
  #core: RouterCore | undefined;
  #kernel: BsdHost | undefined;

  constructor(match: Match, chance: Chance) {
    this.match = match;
    this.#chance = chance;
  }

  get holders(): string {
    return [...this.#holding].sort().join(" ");
  }

  /** The longest time since a moment that both had the addresses, up to now. */
  overlapMs(fromMs: number): number {
    let longest = 0;
    let since: number | undefined;
    for (const { atMs, holders } of [...this.turns, { atMs: this.nowMs, holders: "" }]) {
      if (since !== undefined) longest = Math.max(longest, atMs - Math.max(since, fromMs));
      since = holders === "bsd hb" ? atMs : undefined;
    }
    return longest;
  }

  /** Who these two are, and who had the addresses lately. */
  story(): string {
    const turns = this.turns.slice(-8).map(({ atMs, holders }) => `${atMs.toFixed(1)} ${holders}`);
    return `${JSON.stringify(this.match)} ${turns.join(", ")}; now ${this.nowMs.toFixed(1)}`;
  }

  /** The kernel's host boots. */
  startBsd(): void {
    const { kernel, families, bsd } = this.match;
    const shape: BsdShape = {
      kernel,
      device: "em0",
      vhid: 42,
      pass: "love",
      addresses: families.map((family) => (family === 4 ? "10.77.0.252" : "fd77::252")),
      source4: BSD[4],
      source6: BSD[6],
      ...bsd,
    };
    const random64 = () => BigInt(this.#chance.below(2 ** 31)) * 2n ** 31n + 1n;
    const kernelOf = (): BsdHost => {
      let host: BsdHost | undefined;
      const mine = () => host === undefined || host === this.#kernel;
      const world = {
        send: (advert: Omit<Advert, "from">) => this.#toHb(advert),
        raise: () => this.#hold("bsd", true),
        lower: () => mine() && this.#hold("bsd", false),
        announce: () => {},
        say: () => {},
        random64,
      };
      host = new BsdHost(shape, world, this.nowMs);
      return host;
    };
    this.#kernel = kernelOf();
  }

  /** The kernel's host loses its power. */
  crashBsd(): void {
    this.#kernel = undefined;
    this.#hold("bsd", false);
  }

  /** hb starts on its host. */
  startHb(): void {
    const { families, hb } = this.match;
    const addresses = families.map((family) => ({
      family,
      address: family === 4 ? "10.77.0.252" : "fd77::252",
    }));
    const track = [{ kind: "script", path: TRACK }] as const;
    const router = { ...plainRouter, ...hb, addresses, track, announceIntervalMs: 0 };
    const config = { ...plainConfig, routers: [router] };
    const boot = { uuid: "0", generation: 1, bootUnixMs: 0, hostcache: [], delhostcache: [] };
    this.#core = new RouterCore(config, boot, at(this.nowMs));
    this.#tell({ on: "start" });
    const standing = { device: "eth0", state: "up", address: HB[4], address6: HB[6] } as const;
    this.#tell({ on: "interface", ...standing });
    this.#tell({ on: "track", path: TRACK, ok: true });
  }

  /** hb's host loses its power. */
  crashHb(): void {
    this.#core = undefined;
    this.#hold("hb", false);
  }

  leaveHb(): void {
    this.#tell({ on: "command", request: 1, command: { name: "leave" } });
  }

  yieldHb(): void {
    this.#tell({ on: "command", request: 2, command: { name: "yield" } });
  }

  /** hb's check fails, or works again. */
  checkHb(ok: boolean): void {
    this.#tell({ on: "track", path: TRACK, ok });
  }

  demoteBsd(to: number): void {
    this.#kernel?.demote(to);
  }

  preemptBsd(on: boolean): void {
    this.#kernel?.preempt(on);
  }

  leaveBsd(): void {
    this.#kernel?.leave();
    this.crashBsd();
  }

  get isBsdUp(): boolean {
    return this.#kernel !== undefined;
  }

  get isHbUp(): boolean {
    return this.#core !== undefined;
  }

  /** Lets time pass. */
  run(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = Math.min(
        this.#errands[0]?.atMs ?? Number.POSITIVE_INFINITY,
        this.#core?.deadline() ?? Number.POSITIVE_INFINITY,
        this.#kernel?.deadline() ?? Number.POSITIVE_INFINITY,
      );
      if (next > end) break;
      this.nowMs = Math.max(this.nowMs, next);
      const errand = this.#errands[0];
      if (errand !== undefined && errand.atMs <= this.nowMs) this.#errands.shift()?.run();
      else if ((this.#core?.deadline() ?? Number.POSITIVE_INFINITY) <= this.nowMs)
        this.#tell({ on: "alarm" });
      else this.#kernel?.tick(this.nowMs);
    }
    this.nowMs = end;
  }

  #tell(input: Input): void {
    const core = this.#core;
    if (core === undefined) return;
    for (const effect of core.step(input, at(this.nowMs))) this.#act(core, effect);
  }

  #act(core: RouterCore, effect: Effect): void {
    switch (effect.do) {
      case "advert":
        for (const family of this.match.families) this.#toBsd(family, effect);
        return;
      case "suspend":
        this.#hold("hb", false);
        return;
      case "hold":
      case "drop": {
        const { job } = effect;
        const holds = effect.do === "hold";
        const tookMs = 0.5 + this.#chance.next() * 8;
        this.#later(tookMs, () => {
          if (this.#core !== core) return;
          this.#hold("hb", holds);
          this.#tell({ on: "result", job, ok: true, text: "", tookMs });
        });
        return;
      }
      case "exit":
        this.crashHb();
        return;
      default:
    }
  }

  #toBsd(family: 4 | 6, effect: Extract<Effect, { do: "advert" }>): void {
    const { advbase, advskew, demote } = effect;
    const counter =
      effect.counter === "random" ? BigInt(this.#chance.below(2 ** 31)) : effect.counter;
    this.#carry(() => {
      this.#kernel?.heard(
        { family, from: HB[family], advbase, advskew, demote, counter },
        this.nowMs,
      );
    });
  }

  #toHb(advert: Omit<Advert, "from">): void {
    const mac = "00:00:5e:00:01:2a";
    const heard = { ...advert, from: BSD[advert.family], mac };
    this.#carry(() => this.#tell({ on: "advert", router: "eth0/42", advert: heard }));
  }

  #carry(deliver: () => void): void {
    if (this.isCut || this.#chance.next() < this.loss) return;
    this.#later(0.1 + this.#chance.next() * 3, () => {
      if (!this.isCut) deliver();
    });
  }

  #later(ms: number, run: () => void): void {
    const errand = { atMs: this.nowMs + ms, run };
    const place = this.#errands.findIndex((other) => other.atMs > errand.atMs);
    this.#errands.splice(place === -1 ? this.#errands.length : place, 0, errand);
  }

  #hold(side: Side, holds: boolean): void {
    if (this.#holding.has(side) === holds) return;
    if (holds) this.#holding.add(side);
    else this.#holding.delete(side);
    this.turns.push({ atMs: this.nowMs, holders: this.holders });
  }
}
