// A made-up host: a kernel and a disk, the agent's two processes, its scripts, and the service manager that
// starts the desk again when it dies.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Boot } from "../../core/boot.ts";
import type { DeskEffect } from "../../core/channel.ts";
import type { Level } from "../../core/effect.ts";
import type { Command, Input } from "../../core/input.ts";
import type { Instant } from "../../core/instant.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import type { Message } from "../../wire/message.ts";
import type { Delivery } from "../network/delivery.ts";
import { Recorder } from "../network/recorder.ts";
import type { Breed, HostShape, Mind } from "../shape.ts";
import type { World } from "../world.ts";
import { Desk } from "./desk.ts";
import { Disk, DiskFull } from "./disk.ts";
import { randomUuid } from "./identity.ts";
import { Kernel } from "./kernel.ts";
import { Pulse } from "./pulse.ts";
import { Scripts } from "./script.ts";
import { type Traits, traitsOf } from "./trait.ts";
import { Watchdog } from "./watchdog.ts";

/** RestartSec (src/text/unit.ts), and what a desk takes to start. */
const restartMs = 100 + 150;
/** Generations of hosts that have run before. */
const generations = 1_690_000_000;
const load = "0.08 0.03 0.01 1/123 4567";

export class Host {
  readonly name: string;
  readonly index: number;
  readonly world: World;
  readonly kernel: Kernel;
  readonly disk: Disk;
  readonly scripts: Scripts;
  readonly recorder: Recorder;
  readonly watchdog: Watchdog;
  /** Made from the node's name; absent: the disk has one. */
  readonly fixedUuid: string | undefined;
  /** What the files say. */
  config: ClusterConfig;
  desk: Desk | undefined;
  pulse: Pulse | undefined;
  /** What runs here from the next start on, and what it is like. */
  breed: Breed;
  traits: Traits;
  /** What the clients here want to hear. */
  audience: Extract<Input, { readonly on: "audience" }> = { on: "audience", filter: 0 };
  /** The kernel refuses to send. */
  isMute = false;
  /** The check commands of virtual routers succeed. */
  isChecked = true;
  #isPowered = true;
  #isFrozen = false;
  /** What waits until the host goes on. */
  #deferred: (() => void)[] = [];
  /** Counts what ends everything that was planned here. */
  #era = 0;
  #clock: Extract<Input, { readonly on: "clock" }> | undefined;

  constructor(world: World, index: number, shape: HostShape) {
    const { config, breed = "hb", uuidFrom } = shape;
    this.name = config.self;
    this.index = index;
    this.world = world;
    this.config = config;
    this.breed = breed;
    this.traits = traitsOf[breed];
    this.kernel = new Kernel(world, this.name);
    const uuid = randomUuid(world.chance);
    this.fixedUuid = uuidFrom === "nodename" ? uuid : undefined;
    this.disk = new Disk(generations + world.chance.below(1_000), uuid);
    this.scripts = new Scripts(world, this.name, (words, up) => this.#place(words, up));
    this.recorder = new Recorder();
    this.watchdog = new Watchdog(this);
  }

  /** Its pulse runs and is not stopped. */
  get isUp(): boolean {
    return this.pulse !== undefined && !this.#isFrozen;
  }

  /** Its pulse is there. */
  get isRunning(): boolean {
    return this.pulse !== undefined;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  get isPowered(): boolean {
    return this.#isPowered;
  }

  /** Its own address on each of its interfaces. */
  get address(): string {
    return `192.0.2.${this.index + 1}`;
  }

  /** The address is on an interface, or the service runs. */
  has(word: string): boolean {
    return this.kernel.has(word) || this.scripts.has(word);
  }

  snapshot(): Snapshot | undefined {
    return this.pulse?.snapshot();
  }

  /** Power and the agent, unless they are there. */
  start(): void {
    this.#isPowered = true;
    if (this.desk !== undefined || this.pulse !== undefined) return;
    this.traits = traitsOf[this.breed];
    this.#startDesk();
  }

  /** The power goes. */
  kill(): void {
    if (!this.#isPowered) return;
    this.crash();
    this.watchdog.stop();
    this.scripts.reset();
    this.kernel.reset();
    this.disk.memory = undefined;
    this.#era += 1;
    this.#isPowered = false;
  }

  /** The host resets itself; whether it comes back is a matter of the world's shape. */
  reset(): void {
    const { bootMs } = this.world.shape;
    this.kill();
    if (bootMs !== undefined) this.later(bootMs, () => this.start());
  }

  /** Both processes get SIGKILL, and nobody starts them again. */
  crash(): void {
    this.#era += 1;
    this.#deferred = [];
    const { desk, pulse } = this;
    this.desk = undefined;
    this.pulse = undefined;
    pulse?.end();
    desk?.end("killed");
    if (pulse !== undefined) this.#tellProcess("pulse", false);
    if (desk !== undefined) this.#tellProcess("desk", false);
    if (this.#isFrozen) this.#tellFrozen(false);
  }

  killDesk(): void {
    if (this.desk === undefined) return;
    if (this.traits.isTwo) this.deskEnded("killed");
    else this.crash();
  }

  killPulse(): void {
    const { pulse } = this;
    if (pulse === undefined) return;
    if (!this.traits.isTwo) {
      this.crash();
      return;
    }
    pulse.end();
    this.pulseEnded("ended (killed by SIGKILL)");
  }

  freeze(): void {
    if (this.#isFrozen || (this.desk === undefined && this.pulse === undefined)) return;
    this.#tellFrozen(true);
  }

  /** The pulse is first: it is the one in real time. */
  thaw(): void {
    if (!this.#isFrozen) return;
    this.#tellFrozen(false);
    this.pulse?.thaw();
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const act of deferred) act();
  }

  reload(config: ClusterConfig): void {
    this.config = config;
    this.defer(() => this.desk?.reload(config));
  }

  /** An operator's command; nobody takes it when no agent runs. */
  command(command: Command): void {
    if (this.desk !== undefined) this.defer(() => this.desk?.command(command));
  }

  /** A script or a client says something to the cluster. */
  send(message: Message): void {
    this.defer(() => this.desk?.send(message));
  }

  /** Clients want to hear messages of these classes. */
  listen(filter: number): void {
    this.audience = { on: "audience", filter };
    this.defer(() => this.pulse?.tell(this.audience));
  }

  /** SIGTERM. */
  leave(): void {
    if (this.desk !== undefined) this.defer(() => this.desk?.signal());
  }

  /** The check commands say so from now on. */
  check(ok: boolean): void {
    this.isChecked = ok;
    this.defer(() => this.desk?.checked());
  }

  arrived(delivery: Delivery): void {
    this.recorder.keep(delivery);
    this.pulse?.heard(delivery);
  }

  /** Now, or when the host goes on. */
  defer(act: () => void): void {
    if (this.#isFrozen) this.#deferred.push(act);
    else act();
  }

  /** After a time that ends with everything else here when the agent is killed. */
  later(ms: number, act: () => void): void {
    const era = this.#era;
    const happen = () => {
      if (era === this.#era) this.defer(() => era === this.#era && act());
    };
    this.world.plan(this.world.now + ms, { happen });
  }

  /** The desk starts a pulse: its generation must be on the disk. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error;
      this.log("error", `No pulse can begin: ${error.message}`, "exit");
      this.deskEnded("failed");
    }
  }

  /** The desk ends, by its own will or not; the service manager starts it again unless it was told to go. */
  deskEnded(how: "told" | "failed" | "killed"): void {
    const { desk } = this;
    if (desk === undefined) return;
    this.desk = undefined;
    desk.end(how);
    this.#tellProcess("desk", false);
    this.pulse?.hangUp();
    if (how !== "told") this.later(restartMs, () => this.#restartDesk());
  }

  startPulse(config: ClusterConfig, boot: Boot, life: number): void {
    const pulse = new Pulse(this, config, boot, life);
    this.pulse = pulse;
    this.#tellProcess("pulse", true);
    pulse.begin();
  }

  pulseEnded(reason: string): void {
    if (this.pulse === undefined) return;
    this.pulse = undefined;
    this.#tellProcess("pulse", false);
    // A desk that is started while the host stands still has a pulse of its own.
    const { desk } = this;
    this.defer(() => this.desk === desk && desk?.pulseEnded(reason));
  }

  effect(effect: DeskEffect, life: number): void {
    this.desk?.effect(effect, life);
  }

  makeMind(config: ClusterConfig, boot: Boot, now: Instant): Mind {
    return this.world.mindOf(this.breed)(config, boot, now);
  }

  /** What the pulse tells the mind of the time. */
  clock(): Input {
    const bootUnixMs = this.kernel.bootUnixMs();
    const known = this.#clock;
    if (known?.bootUnixMs === bootUnixMs) return known;
    this.#clock = { on: "clock", bootUnixMs, load };
    return this.#clock;
  }

  log(level: Level, text: string, topic?: string): void {
    const { world, name: node } = this;
    const about = topic === undefined ? {} : { topic };
    if (world.watched) world.tell({ saw: "log", node, level, text, ...about });
  }

  #startDesk(): void {
    this.#tellProcess("desk", true);
    try {
      this.desk = new Desk(this);
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error;
      this.log("error", error.message, "start");
      this.#tellProcess("desk", false);
      this.later(restartMs, () => this.#restartDesk());
      return;
    }
    const { desk } = this;
    this.guard(() => desk.start());
  }

  #restartDesk(): void {
    if (this.desk === undefined) this.#startDesk();
  }

  #place(words: readonly string[], up: boolean): void {
    for (const word of words) {
      if (up) this.kernel.put(word, undefined, "script");
      else this.kernel.remove(word, "script");
    }
  }

  #tellProcess(process: "desk" | "pulse", alive: boolean): void {
    if (this.world.watched) this.world.tell({ saw: "process", node: this.name, process, alive });
  }

  #tellFrozen(frozen: boolean): void {
    this.#isFrozen = frozen;
    if (this.world.watched) this.world.tell({ saw: "frozen", node: this.name, frozen });
  }
}
