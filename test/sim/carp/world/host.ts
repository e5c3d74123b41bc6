// A made-up host with one virtual router: a program that decides (hb's real core, or a model of another
// one), and around it what the pulse, the desk and the kernel promise. What is seen from outside is told
// to the segment.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Boot, RouterMemory } from "../../../../src/core/boot.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Command, Input } from "../../../../src/core/input.ts";
import { at } from "../../../../src/core/instant.ts";
import type { RouterView } from "../../../../src/core/snapshot.ts";
import { Chance } from "../../../../src/sim/chance.ts";
import type { Breed, HostShape } from "../../../../src/sim/shape.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { deadIntervalMs } from "../../../../src/wire/carp/timing.ts";
import { configFor, isKernel, mindOf, routerOf } from "./breed.ts";
import { WallClock } from "./clock.ts";
import { Hand } from "./hand.ts";
import { Held } from "./held.ts";
import { type Ground, Life } from "./life.ts";
import { Mouth } from "./mouth.ts";
import { Scripts } from "./scripts.ts";
import { SealDesk } from "./sealer.ts";
import type { Segment } from "./segment.ts";
import type { Time } from "./time.ts";

export type Standing = "up" | "no-carrier" | "down";

/** Until the desk has started another pulse, and the service manager another agent. */
const keeperMs = 50;
const managerMs = 1_000;
const extendMs = 1_800_000;
const pulseView = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };

export class RouterHost implements Ground {
  readonly name: string;
  readonly clock = new WallClock();
  readonly seals: SealDesk;
  readonly scripts: Scripts;
  readonly held: Held;
  breed: Breed;
  readonly mouth: Mouth;
  readonly hand: Hand;
  readonly #segment: Segment;
  #config: ClusterConfig;
  /** What it speaks and hears with. */
  #spoken: RouterConfig;
  #life: Life | undefined;
  #lives = 0;
  #standing: Standing = "up";
  #isChecked = true;
  /** It stays away until it is started. */
  #isOff = true;
  #requests = 0;

  constructor({ config, breed = "hb" }: HostShape, segment: Segment, seed: number) {
    this.name = config.self;
    this.breed = breed;
    this.#config = config;
    this.#spoken = routerOf(config);
    this.#segment = segment;
    this.mouth = new Mouth(this, new Chance(seed));
    this.seals = new SealDesk(new Chance(seed + 1), () => this.clock.unixMs(segment.now));
    this.hand = new Hand(this, segment);
    const node = this.name;
    this.held = new Held(segment, (up) =>
      segment.tell({ saw: "address", node, word: this.#spoken.name, up }),
    );
    this.scripts = new Scripts(segment, {
      script: (action, phase, ok) => {
        const what = { saw: "script", node, word: this.#spoken.name, action, phase } as const;
        segment.tell(ok === undefined ? what : { ...what, ok });
      },
      // Where hb holds the addresses the scripts start and stop services alone.
      worked: (isUp) => {
        if (!isUp || !this.#spoken.holdsAddresses) this.held.script(isUp);
      },
    });
  }

  get config(): RouterConfig {
    return routerOf(this.#config);
  }

  get spoken(): RouterConfig {
    return this.#spoken;
  }

  get address(): string {
    return this.#spoken.source ?? "0.0.0.0";
  }

  get isUp(): boolean {
    return this.#life?.isFrozen === false;
  }

  get isRunning(): boolean {
    return this.#life !== undefined;
  }

  /** What runs, or would after a start. */
  get runs(): Breed {
    return this.#life?.breed ?? this.breed;
  }

  get standing(): Standing {
    return this.#standing;
  }

  get time(): Time {
    return this.#segment;
  }

  get view(): RouterView | undefined {
    return this.#life?.mind.snapshot?.(at(this.#segment.now), pulseView).routers[0];
  }

  get deadMs(): number {
    return deadIntervalMs(this.config, this.config.deadratio);
  }

  /** The agent, or the host with its kernel, begins. */
  start(): void {
    if (this.#life !== undefined) return;
    this.#isOff = false;
    this.seals.end();
    // A new agent ends what a killed one left running; ucarp knows of nothing.
    if (this.breed === "hb" && !this.config.likeUcarp) this.scripts.cut();
    this.#begin(undefined);
  }

  /** Everything of the host is gone at once. */
  kill(): void {
    this.#isOff = true;
    this.scripts.cut();
    this.#end();
    this.held.drop();
    this.held.script(false);
  }

  /** SIGKILL for everything that runs; what it put up stays, addresses until their lease ends. */
  crash(): void {
    if (isKernel(this.runs)) this.kill();
    else this.#end();
    // Nobody starts it again but an act.
    this.#isOff = true;
  }

  /** The desk starts another pulse, which learns what this one was. Other programs are one process. */
  killPulse(): void {
    const life = this.#life;
    if (life === undefined) return;
    if (life.breed !== "hb") {
      this.crash();
      return;
    }
    const { state, demoted = [] } = this.view ?? {};
    const routers = state === "master" ? [this.#spoken.name] : [];
    const sick = demoted.length > 0 ? routers : [];
    const masters = { at: at(life.aliveAt), routers, demoted: sick };
    // The desk runs what it was asked for, whoever asked.
    this.#end("desk lives");
    this.#afterEnd(keeperMs, () => this.#begin(masters));
  }

  /** Without its desk the pulse ends too; the service manager starts both. */
  killDesk(): void {
    const life = this.#life;
    if (life === undefined) return;
    this.crash();
    this.#isOff = isKernel(life.breed);
    if (life.breed === "hb") this.#afterEnd(managerMs, () => this.start());
  }

  freeze(): void {
    if (!this.isUp) return;
    this.#life?.freeze();
    this.#segment.tell({ saw: "frozen", node: this.name, frozen: true });
  }

  thaw(): void {
    if (this.#life?.isFrozen !== true) return;
    this.#segment.tell({ saw: "frozen", node: this.name, frozen: false });
    this.#life.thaw();
    this.hand.putBack();
  }

  stand(standing: Standing): void {
    this.#standing = standing;
    this.#tellStanding();
  }

  check(ok: boolean): void {
    this.#isChecked = ok;
    this.#tellChecks();
  }

  command(command: Command): void {
    if (this.#life === undefined) return;
    this.#requests += 1;
    const request = this.#requests;
    this.#segment.tell({ saw: "asked", node: this.name, request, what: command.name });
    this.give({ on: "command", request, command });
  }

  /** SIGHUP. Others than hb, and hb under ucarp's name, have to be started anew. */
  reload(config: ClusterConfig): void {
    this.#config = config;
    if (this.#life === undefined) this.#spoken = routerOf(config);
    else if (this.#life.breed === "hb" && !this.#spoken.likeUcarp) {
      this.give({ on: "reload", config: { ...config, routers: [configFor("hb", this.config)] } });
    } else {
      this.crash();
      this.start();
    }
  }

  clockChanged(): void {
    const bootUnixMs = this.clock.unixMs(this.#segment.now) - this.#segment.now;
    this.give({ on: "clock", bootUnixMs, load: "n/a" });
  }

  hear(advert: HeardAdvert): void {
    this.#life?.hear(this.#spoken.name, advert);
  }

  give(input: Input): void {
    this.#life?.give(input);
  }

  #begin(masters: RouterMemory | undefined): void {
    this.#lives += 1;
    const segment = this.#segment;
    const { now } = segment;
    const boot: Boot = {
      uuid: "00".repeat(16),
      generation: this.#lives,
      bootUnixMs: this.clock.unixMs(now) - now,
      hostcache: [],
      delhostcache: [],
      ...(masters === undefined ? {} : { masters }),
    };
    this.#spoken = configFor(this.breed, this.config);
    const random64 = () => this.mouth.random64();
    const mind = mindOf(
      this.breed,
      { ...this.#config, routers: [this.#spoken] },
      { boot, now: at(now), random64 },
    );
    const life = new Life(mind, this.breed, this);
    this.#life = life;
    this.mouth.begin();
    if (this.breed === "hb" && this.config.seal !== "off") this.seals.begin();
    segment.tell({ saw: "process", node: this.name, process: "pulse", alive: true });
    this.give({ on: "start" });
    this.#tellStanding();
    this.#tellChecks();
    if (life.breed !== "hb") return;
    this.hand.renew(life);
    this.#extend(life);
  }

  #end(desk: "desk lives" | "desk ends" = "desk ends"): void {
    if (this.#life === undefined) return;
    this.#life.end();
    this.#life = undefined;
    this.hand.end();
    if (desk === "desk ends") this.scripts.forsake();
    this.#segment.tell({ saw: "process", node: this.name, process: "pulse", alive: false });
  }

  /** Unless something else happens to it meanwhile. */
  #afterEnd(ms: number, act: () => void): void {
    const lives = this.#lives;
    this.#segment.plan(this.#segment.now + ms, () => {
      if (lives === this.#lives && this.#life === undefined && !this.#isOff) act();
    });
  }

  #tellStanding(): void {
    const { device } = this.#spoken;
    this.give({ on: "interface", device, state: this.#standing, address: this.address });
  }

  #tellChecks(): void {
    const paths = this.config.track.flatMap((track) =>
      track.kind === "script" ? [track.path] : [],
    );
    for (const path of paths) this.give({ on: "track", path, ok: this.#isChecked });
  }

  #extend(life: Life): void {
    life.later(extendMs, () => {
      if (!life.isFrozen) this.seals.extend();
      this.#extend(life);
    });
  }

  /** Does what the program wants done. */
  act(effect: Effect, life: Life): void {
    switch (effect.do) {
      case "reconfigure": {
        const [spoken] = effect.config.routers;
        if (spoken !== undefined) this.#spoken = spoken;
        this.hand.renew(life);
        // The pulse tells again how the interfaces are.
        this.#tellStanding();
        return;
      }
      case "exit":
        this.hand.say("exit");
        this.#end();
        return;
      default:
        this.hand.act(effect, life);
    }
  }
}
