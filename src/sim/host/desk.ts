// The desk of a made-up host: keeps a pulse alive, keeps the files of state, runs the scripts, brings
// operators' commands to the core and its answers back (src/desk: keeper, agent, remember, operator).
//
// What the world has no use for is left out: its log, its control socket's bytes, the watchdog.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Boot, RouterMemory } from "../../core/boot.ts";
import type { DeskEffect } from "../../core/channel.ts";
import type { Level } from "../../core/effect.ts";
import type { Command } from "../../core/input.ts";
import { type GroupMemory, saysTheSame } from "../../core/memory.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import type { Message } from "../../wire/message.ts";
import { decodeNetstring, netstringText } from "../../wire/netstring.ts";
import { DiskFull, type Hostcache, torn } from "./disk.ts";
import type { Host } from "./host.ts";
import { Identity } from "./identity.ts";
import { Operator } from "./operator.ts";
import { Queue } from "./queue.ts";

/** A life of the pulse shorter than this counts as a failed start. */
const shortLifeMs = 10_000;
/** Pauses before the second, third … attempt; when they are used up the desk gives up. */
const pausesMs = [0, 50, 200, 500, 1_000, 2_000, 4_000];
/** What a device takes to reset a host. */
const fenceMs = 1_000;
/** From the start of a process to its first turn. */
const pulseStartMs = 100;
/** From SIGTERM to the death of what an earlier desk left running. */
const orphanMs = 20;

export class Desk {
  readonly #host: Host;
  readonly #identity: Identity;
  readonly #queue: Queue;
  readonly #operator: Operator;
  #config: ClusterConfig;
  #memory: GroupMemory | undefined;
  #masters: RouterMemory | undefined;
  #life = 0;
  #bornAt = 0;
  #shortLives = 0;
  #expected: "life" | "restart" | "end" = "life";
  #signals = 0;
  #isOver = false;

  /** Reads its files. Throws when it must write one and the disk is full. */
  constructor(host: Host) {
    this.#host = host;
    this.#config = host.config;
    this.#identity = new Identity(host.disk, host.world.chance, host.fixedUuid);
    this.#queue = new Queue(host.scripts, (act) => this.#defer(act));
    this.#operator = new Operator(host);
    const { memory } = host.disk;
    if (host.traits.remembers && memory !== undefined && memory !== torn) this.#memory = memory;
  }

  /** Starts the first pulse, and ends the scripts of an earlier desk meanwhile. */
  start(): void {
    if (!this.#queue.isOpen) {
      this.#host.scripts.killAll("ended: its agent is gone");
      this.#host.later(orphanMs, () => this.#queue.open());
    }
    this.#begin();
  }

  /** SIGTERM: the first leaves in good order, the second does not wait for scripts, the third for nothing.
   *  Agents that do not hurry hear that they are to leave, and are leaving. */
  signal(): void {
    if (this.#signals > 0 && !this.#host.traits.hurries) return;
    this.#signals += 1;
    switch (this.#signals) {
      case 1:
        this.#leave();
        return;
      case 2:
        this.#log("warn", "Hurrying: the scripts that run are ended", "leave");
        this.#host.scripts.killAll("ended: the agent hurries");
        return;
      default:
        this.#log("error", "Ended at once: what was up here may still be up", "exit");
        this.#host.deskEnded("told");
    }
  }

  command(command: Command): void {
    this.#operator.ask(command);
  }

  send(message: Message): void {
    this.#host.pulse?.tell({ on: "client", body: netstringText(message) });
  }

  /** SIGHUP. */
  reload(config: ClusterConfig): void {
    this.#config = config;
    this.#host.pulse?.tell({ on: "reload", config });
  }

  /** What the check commands of virtual routers say. */
  checked(): void {
    const { pulse, isChecked: ok } = this.#host;
    const tracks = this.#config.routers.flatMap(({ track }) => track);
    const paths = tracks.flatMap((one) => (one.kind === "script" ? [one.path] : []));
    for (const path of new Set(paths)) pulse?.tell({ on: "track", path, ok });
  }

  /** The pulse is alive at this moment of its clock. */
  alive(now: GroupMemory["at"]): void {
    if (this.#masters !== undefined) this.#masters = { ...this.#masters, at: now };
    const memory = this.#memory;
    if (memory === undefined || now < memory.at) return;
    this.#memory = { ...memory, at: now };
    // The stamp is a file of its own, and means nothing without the other.
    const { disk } = this.#host;
    if (disk.memory !== undefined && disk.memory !== torn) disk.memory = this.#memory;
  }

  published({ routers }: Snapshot, now: GroupMemory["at"]): void {
    const masters = routers.filter(({ state }) => state === "master").map(({ name }) => name);
    this.#masters = masters.length === 0 ? undefined : { at: now, routers: masters };
  }

  /** What the pulse wants of it. */
  effect(effect: DeskEffect, life: number): void {
    switch (effect.do) {
      case "run": {
        const { group, job, resource, action, timeoutMs } = effect;
        this.#run({ job, group, life }, { word: resource.word, action, timeoutMs });
        return;
      }
      case "call":
        this.#call(effect, life);
        return;
      case "fence":
        this.#fence(effect, life);
        return;
      case "log":
        this.#log(effect.level, effect.text, effect.topic);
        return;
      case "remember":
        this.#keep(effect.memory);
        return;
      case "hostcache":
        this.#learn({ hosts: effect.hosts, deleted: effect.deleted });
        return;
      case "reply":
        this.#operator.answered(effect);
        return;
      case "deliver":
        this.#deliver(effect.body);
        return;
      case "consensus":
        this.#host.world.tell({ saw: "consensus", node: this.#host.name, news: effect.news });
        return;
      case "restart":
        this.#log("warn", `Beginning anew with a higher generation: ${effect.reason}`, "restart");
        if (effect.above === undefined) this.#forget();
        else this.#identity.outrun(effect.above);
        this.#expected = "restart";
        return;
      case "exit":
        this.#log("info", effect.reason, "exit");
        this.#masters = undefined;
        this.#forget();
        this.#expected = "end";
        return;
      case "reboot":
        this.#log("error", `Rebooting this host: ${effect.reason}`, "reboot");
        this.#host.later(0, () => this.#host.reset());
    }
  }

  /** The pulse is gone. */
  pulseEnded(reason: string): void {
    this.#operator.unanswered(false, "The pulse ended: ask again");
    if (this.#expected === "end") {
      this.#host.deskEnded("told");
      return;
    }
    if (this.#expected === "restart") {
      this.#shortLives = 0;
      this.#beginIn(0);
      return;
    }
    const livedMs = this.#host.world.now - this.#bornAt;
    this.#shortLives = livedMs < shortLifeMs ? this.#shortLives + 1 : 1;
    const pauseMs = pausesMs[this.#shortLives - 1];
    if (pauseMs === undefined) {
      this.#log("error", `The pulse ${reason}, ${this.#shortLives} times in a row`, "exit");
      this.#host.deskEnded("failed");
      return;
    }
    const when = pauseMs === 0 ? "at once" : `in ${pauseMs} ms`;
    this.#log("error", `The pulse ${reason}: the next one starts ${when}`, "pulse");
    this.#beginIn(pauseMs);
  }

  /** It is gone: what it was asked will not be answered, and nobody waits for scripts. */
  end(how: "told" | "failed" | "killed"): void {
    this.#isOver = true;
    this.#queue.end();
    this.#host.scripts.abandon();
    if (how === "told") this.#operator.unanswered(true, "The agent has ended");
    else this.#operator.unanswered(false, "The agent is gone");
  }

  #beginIn(pauseMs: number): void {
    this.#host.later(pauseMs + pulseStartMs, () => {
      if (!this.#isOver) this.#host.guard(() => this.#begin());
    });
  }

  #begin(): void {
    const { kernel, traits } = this.#host;
    const unixMs = kernel.unixMs();
    const note = (text: string) => this.#log("warn", text, "generation");
    const memory = traits.remembers ? this.#memory : undefined;
    const boot: Boot = {
      ...this.#identity.next(unixMs, note),
      bootUnixMs: unixMs - kernel.now(),
      ...(memory === undefined ? {} : { memory }),
      ...(this.#masters === undefined ? {} : { masters: this.#masters }),
    };
    this.#life += 1;
    this.#expected = "life";
    this.#bornAt = this.#host.world.now;
    this.#host.startPulse(this.#config, boot, this.#life);
    this.checked();
    if (this.#host.audience.filter > 0) this.#host.pulse?.tell(this.#host.audience);
    // Who was asked to leave while there was no pulse.
    if (this.#signals > 0) this.#leave();
  }

  #leave(): void {
    if (this.#host.pulse !== undefined) this.#operator.ask({ name: "leave" });
  }

  #run(
    { job, group, life }: { job: number; group: string; life: number },
    order: Parameters<Queue["run"]>[0]["order"],
  ): void {
    const report = ({ ok, text, tookMs }: { ok: boolean; text: string; tookMs: number }) => {
      const { pulse } = this.#host;
      if (pulse?.life === life) pulse.tell({ on: "result", job, ok, text, tookMs });
    };
    this.#queue.run({ group, order, report });
  }

  #call({ job, router, path, timeoutMs }: Extract<DeskEffect, { do: "call" }>, life: number): void {
    const known = this.#config.routers.find(({ name }) => name === router);
    const action = path === known?.upScript ? "start" : "stop";
    const addresses = known?.holdsAddresses === false ? known.addresses : [];
    const words = addresses.map(({ address }) => address);
    const order = { word: router, action, timeoutMs, addresses: words } as const;
    this.#run({ job, group: `router ${router}`, life }, order);
  }

  /** The device of a story: "fails" does, any other cuts the power of the host, which takes a second. */
  #fence({ job, node }: Extract<DeskEffect, { do: "fence" }>, life: number): void {
    const { world } = this.#host;
    const report = (ok: boolean, text: string) => {
      const { pulse } = this.#host;
      if (pulse?.life === life) pulse.tell({ on: "fenced", job, ok, text, tookMs: fenceMs });
    };
    if (this.#config.fencing === "fails") {
      this.#host.later(fenceMs, () => report(false, "exit code 5"));
      return;
    }
    // Once the device has its order, nothing that becomes of this host stops it.
    world.plan(world.now + fenceMs, { happen: () => world.host(node).reset() });
    this.#host.later(fenceMs, () => report(true, "done"));
  }

  #deliver(body: string): void {
    const { world, name: node } = this.#host;
    const message = world.watched ? decodeNetstring(body)?.message : undefined;
    if (message !== undefined) world.tell({ saw: "delivered", node, message });
  }

  #learn(hostcache: Hostcache): void {
    try {
      this.#identity.learned(hostcache);
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error;
      this.#log("error", `The next agent must learn the nodes anew: ${error.message}`, "hostcache");
    }
  }

  #keep(memory: GroupMemory): void {
    const was = this.#memory;
    const isSame = was !== undefined && saysTheSame(was, memory);
    this.#memory = memory;
    if (!isSame && this.#host.traits.remembers) this.#host.disk.memory = memory;
    this.alive(memory.at);
  }

  #forget(): void {
    this.#memory = undefined;
    this.#host.disk.memory = undefined;
  }

  #defer(act: () => void): void {
    this.#host.defer(() => {
      if (!this.#isOver) act();
    });
  }

  #log(level: Level, text: string, topic?: string): void {
    this.#host.log(level, text, topic);
  }
}
