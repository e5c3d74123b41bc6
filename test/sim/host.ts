// A made-up host: a real core, and the addresses, scripts, disk and clock that it believes in.
//
// The desk and the pulse of a real host are one here. What they promise is kept: one job at a time
// per group, leases that end by themselves, a memory that survives the agent but not the host.

import type { ClusterConfig } from "../../src/config/cluster.ts";
import type { ScriptResource } from "../../src/config/resource.ts";
import { Core } from "../../src/core/core.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Input } from "../../src/core/input.ts";
import { at } from "../../src/core/instant.ts";
import type { GroupMemory } from "../../src/core/memory.ts";
import type { Snapshot } from "../../src/core/snapshot.ts";
import type { Message } from "../../src/wire/message.ts";

/** How the scripts of one resource behave on one host. */
export interface Temper {
  readonly startFails?: boolean;
  readonly stopFails?: boolean;
  readonly startHangs?: boolean;
  readonly stopHangs?: boolean;
  readonly tookMs?: number;
}

export interface World {
  readonly now: number;
  plan(at: number, act: () => void): void;
  send(from: string, message: Message): void;
  ping(from: string): void;
  log(node: string, text: string, level: string): void;
  violated(law: string): void;
  changed(): void;
  starting(node: string, word: string): void;
}

const memoryless = { hostcache: [], delhostcache: [] };
/** How long the pulse takes for one list of addresses. */
const holdMs = 0.3;
/** What a script takes when nothing else is said. */
const scriptMs = 20;
/** How often the desk refreshes the moment of the memory, in parts of deadtime. */
const memoryRate = 4;

export class Host {
  readonly name: string;
  readonly #world: World;
  #config: ClusterConfig;
  #core: Core | undefined;
  #generation = 1_000;
  #memory: GroupMemory | undefined;
  /** Inputs that wait while the host is frozen. */
  #queue: Input[] = [];
  #alarm: number | undefined;
  #life = 0;
  #frozenAt: number | undefined;
  #aliveAt = 0;
  isPowered = true;
  /** Addresses on the interface, with the end of their lease. */
  readonly addresses = new Map<string, number>();
  /** Addresses that the running pulse renews. */
  readonly #renewed = new Set<string>();
  readonly running = new Set<string>();
  readonly tempers = new Map<string, Temper>();
  readonly #busy = new Set<string>();
  readonly replies: { readonly request: number; readonly ok: boolean; readonly text: string }[] =
    [];
  readonly #asked = new Set<number>();

  constructor(name: string, config: ClusterConfig, world: World) {
    this.name = name;
    this.#config = config;
    this.#world = world;
  }

  get isUp(): boolean {
    return this.#core !== undefined && this.#frozenAt === undefined;
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  get isRunning(): boolean {
    return this.#core !== undefined;
  }

  /** Start the agent. */
  start(): void {
    if (this.#core !== undefined) return;
    this.isPowered = true;
    this.#generation += 1;
    this.#life += 1;
    const boot = {
      uuid: uuidOf(this.name),
      generation: this.#generation,
      bootUnixMs: 1_700_000_000_000,
      ...memoryless,
      ...(this.#memory === undefined ? {} : { memory: this.#memory }),
    };
    const now = at(this.#world.now);
    this.#aliveAt = this.#world.now;
    this.#core = new Core(this.#config, boot, now);
    this.#give({ on: "start" });
    this.#refresh();
  }

  /** Everything of the host is gone at once. */
  kill(): void {
    this.crash();
    this.#memory = undefined;
    this.isPowered = false;
    this.addresses.clear();
    this.running.clear();
    this.#world.changed();
  }

  /** The agent is gone; addresses stay until their leases end, scripts stay as they are. */
  crash(): void {
    if (this.#core !== undefined && this.#memory !== undefined) {
      this.#memory = { ...this.#memory, at: at(this.#aliveAt) };
    }
    this.#core = undefined;
    this.#life += 1;
    this.#queue = [];
    this.#frozenAt = undefined;
    this.#renewed.clear();
    this.#busy.clear();
    this.#asked.clear();
    this.#world.changed();
  }

  freeze(): void {
    if (!this.isUp) return;
    this.#frozenAt = this.#world.now;
    this.#world.changed();
  }

  /** The host goes on: the core first learns that it was away, then what it missed. */
  thaw(): void {
    const frozenAt = this.#frozenAt;
    if (frozenAt === undefined) return;
    this.#frozenAt = undefined;
    const dueAt = this.#core?.deadline() ?? frozenAt;
    const overdueMs = this.#world.now - Math.max(frozenAt, dueAt);
    if (overdueMs > this.#config.timing.deadtimeMs / 2)
      this.#give({ on: "overslept", ms: overdueMs });
    const missed = this.#queue;
    this.#queue = [];
    for (const input of missed) this.#give(input);
    this.#give({ on: "alarm" });
    this.#world.changed();
  }

  reload(config: ClusterConfig): void {
    this.#config = config;
    this.#give({ on: "reload", config });
  }

  give(input: Input): void {
    if (input.on === "command") this.#asked.add(input.request);
    this.#give(input);
  }

  snapshot(): Snapshot | undefined {
    return this.#core?.snapshot(at(this.#world.now), {
      lateMs: { last: 0, p99: 0, worst: 0 },
      packets: [],
      missing: [],
    });
  }

  /** Requests that were never answered although the agent lives. */
  get unanswered(): readonly number[] {
    return [...this.#asked];
  }

  has(word: string): boolean {
    return (this.addresses.get(word) ?? -1) >= this.#world.now || this.running.has(word);
  }

  #give(input: Input): void {
    if (this.#core === undefined) return;
    if (this.#frozenAt !== undefined) {
      if (input.on !== "alarm") this.#queue.push(input);
      return;
    }
    this.#aliveAt = this.#world.now;
    const effects = this.#core.step(input, at(this.#world.now));
    for (const effect of effects) this.#act(effect);
    this.#arm();
  }

  #arm(): void {
    const deadline = this.#core?.deadline();
    if (deadline === undefined) return;
    const due = Math.max(deadline, this.#world.now);
    if (this.#alarm !== undefined && this.#alarm <= due && this.#alarm >= this.#world.now) return;
    this.#alarm = due;
    const life = this.#life;
    this.#world.plan(due, () => {
      if (life !== this.#life || this.#alarm !== due) return;
      this.#alarm = undefined;
      this.#give({ on: "alarm" });
    });
  }

  #act(effect: Effect): void {
    switch (effect.do) {
      case "send":
        this.#world.send(this.name, effect.message);
        return;
      case "ping":
        this.#world.ping(this.name);
        return;
      case "hold":
        this.#move("hold", effect.resources);
        for (const { word } of effect.resources) this.#world.starting(this.name, word);
        for (const { word } of effect.resources) this.#lease(word);
        this.#world.changed();
        this.#answer(effect.job, holdMs, () => ({ ok: true, text: "" }));
        return;
      case "drop":
        this.#move("drop", effect.resources);
        for (const { word } of effect.resources) this.#remove(word);
        this.#world.changed();
        this.#answer(effect.job, holdMs, () => ({ ok: true, text: "" }));
        return;
      case "suspend":
        this.#move("suspend", effect.resources);
        for (const { word } of effect.resources) this.#remove(word);
        this.#world.changed();
        return;
      case "announce":
        for (const word of effect.words) this.#world.log(this.name, `announce ${word}`, "announce");
        return;
      case "run":
        if (effect.action !== "status") this.#move(effect.action, [effect.resource]);
        if (effect.action === "start") this.#world.starting(this.name, effect.resource.word);
        this.#run(effect.job, effect.resource, effect.action, effect.timeoutMs);
        return;
      case "log":
        this.#world.log(this.name, effect.text, effect.level);
        return;
      case "remember":
        this.#memory = effect.memory;
        return;
      case "reply":
        if (!this.#asked.delete(effect.request)) {
          this.#world.violated(`request ${effect.request} of ${this.name} was answered twice`);
        }
        this.replies.push(effect);
        return;
      case "exit":
        this.#memory = undefined;
        this.crash();
        this.#world.changed();
        return;
      case "restart":
        this.crash();
        this.#memory = undefined;
        this.start();
        return;
      case "reboot":
        this.kill();
        return;
      default:
        return;
    }
  }

  #move(verb: string, resources: readonly { readonly word: string }[]): void {
    for (const { word } of resources) this.#world.log(this.name, `${verb} ${word}`, "move");
  }

  #lease(word: string): void {
    this.addresses.set(word, this.#world.now + this.#leaseMs());
    this.#renewed.add(word);
  }

  #remove(word: string): void {
    this.addresses.delete(word);
    this.#renewed.delete(word);
  }

  #leaseMs(): number {
    return Math.max(2_000, Math.ceil(this.#config.timing.deadtimeMs / 1_000) * 1_000 + 1_000);
  }

  /** What the pulse and the desk do every deadtime/4: renew leases and the moment of the memory. */
  #refresh(): void {
    const life = this.#life;
    this.#world.plan(this.#world.now + this.#config.timing.deadtimeMs / memoryRate, () => {
      if (life !== this.#life || this.#core === undefined) return;
      if (this.#frozenAt === undefined) {
        this.#aliveAt = this.#world.now;
        for (const word of this.#renewed) this.#lease(word);
      }
      this.#refresh();
    });
  }

  #answer(job: number, tookMs: number, end: () => { ok: boolean; text: string }): void {
    const life = this.#life;
    this.#world.plan(this.#world.now + tookMs, () => {
      const { ok, text } = end();
      if (life === this.#life) this.#give({ on: "result", job, ok, text, tookMs });
    });
  }

  #run(job: number, resource: ScriptResource, action: string, timeoutMs: number): void {
    const { word } = resource;
    if (this.#busy.has(word)) {
      this.#world.violated(`${action} of ${word} on ${this.name} overlaps another job`);
    }
    this.#busy.add(word);
    const temper = this.tempers.get(word) ?? {};
    const hangs = action === "start" ? temper.startHangs : action === "stop" && temper.stopHangs;
    const tookMs = hangs ? timeoutMs : (temper.tookMs ?? scriptMs);
    const life = this.#life;
    this.#answer(job, tookMs, () => {
      if (life === this.#life) this.#busy.delete(word);
      if (!this.isPowered) return { ok: false, text: "the host is off" };
      if (action === "status") return { ok: this.running.has(word), text: "not running" };
      if (hangs) return { ok: false, text: `timed out after ${timeoutMs} ms` };
      return action === "start" ? this.#began(word, temper) : this.#ended(word, temper);
    });
  }

  #began(word: string, temper: Temper): { ok: boolean; text: string } {
    if (temper.startFails) return { ok: false, text: "exit code 1" };
    this.running.add(word);
    this.#world.changed();
    return { ok: true, text: "" };
  }

  #ended(word: string, temper: Temper): { ok: boolean; text: string } {
    if (temper.stopFails) return { ok: false, text: "exit code 1" };
    this.running.delete(word);
    this.#world.changed();
    return { ok: true, text: "" };
  }
}

function uuidOf(name: string): string {
  const hex = [...name].map((letter) => letter.charCodeAt(0).toString(16)).join("");
  return hex.padEnd(32, "0").slice(0, 32);
}
