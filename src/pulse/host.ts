// The world as the loop sees it: everything that can be read, everything that an effect can do.
//
// It decides nothing. Inputs are queued for the core in the order in which they happened.

import { bootMs } from "../../ffi/clock.ts";
import { reasonOf, SysError } from "../../ffi/error.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Boot } from "../core/boot.ts";
import type { FromDesk, SealGrant } from "../core/channel.ts";
import type { Effect, Level } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import { after, at, earliest, type Instant } from "../core/instant.ts";
import type { PulseView, Snapshot } from "../core/snapshot.ts";
import { deadIntervalMs } from "../wire/carp/timing.ts";
import { textOf } from "../wire/message.ts";
import { AddressBook } from "./addressbook.ts";
import { Alarm } from "./alarm.ts";
import { Adverts } from "./carp/adverts.ts";
import { Collector } from "./collector.ts";
import { DeskLine } from "./deskline.ts";
import { DeskProcess } from "./deskprocess.ts";
import { DeskSilence } from "./desksilence.ts";
import { Helpers } from "./helpers.ts";
import { Interfaces } from "./interfaces.ts";
import { Lateness } from "./lateness.ts";
import { Links } from "./links.ts";
import { WallClock } from "./wallclock.ts";
import { Watch } from "./watch.ts";
import { Watchdog } from "./watchdog.ts";

const ALIVE_MIN_MS = 20;
const ALIVE_MAX_MS = 1_000;

/** Why the loop is to end: 0 as it was told to, 3 because the desk is gone. */
export const exitCode = { told: 0, deskGone: 3 } as const;

/** What the desk's first packet says that matters here. */
export interface Begin {
  readonly config: ClusterConfig;
  readonly boot?: Pick<Boot, "memory">;
  readonly seal?: SealGrant;
}

export class Host {
  readonly watch: Watch;
  readonly interfaces = new Interfaces();
  readonly lateness = new Lateness();
  readonly #clock = new WallClock();
  readonly #alarm = new Alarm();
  readonly #desk: DeskLine;
  readonly #links: Links;
  readonly #book: AddressBook;
  readonly #adverts: Adverts;
  readonly #watchdog: Watchdog;
  readonly #helpers: Helpers;
  readonly #collector: Collector;
  readonly #silence: DeskSilence;
  readonly #process = new DeskProcess();
  readonly #missing: readonly string[];
  #config: ClusterConfig;
  #patienceMs: number;
  #queue: Input[] = [];
  #questions: number[] = [];
  #aliveAt: Instant;
  #ended: number | undefined;

  /** `missing`: what could not be had at start. `begin` has been read from `fd` already. */
  constructor(fd: number, { config, boot, seal }: Begin, missing: readonly string[]) {
    this.#config = config;
    this.#patienceMs = patienceOf(config);
    this.#missing = missing;
    this.#helpers = new Helpers(config);
    this.#collector = new Collector(this.now());
    this.watch = new Watch();
    this.#silence = new DeskSilence(this.now());
    this.#aliveAt = this.now();
    this.watch.add(this.#alarm.fd, () => this.#alarm.fired());
    this.#desk = new DeskLine(fd, this.watch, (value) => this.#hear(value));
    this.watch.add(this.interfaces.fd, () => this.#refresh());
    const surroundings = {
      watch: this.watch,
      interfaces: this.interfaces,
      now: () => this.now(),
      deliver: (input: Input) => this.#queue.push(input),
      log: (level: Level, text: string, topic: string) => this.log(level, text, topic),
      refresh: () => this.#refresh(),
    };
    this.#links = new Links(config, surroundings);
    const left = boot?.memory?.groups.flatMap(({ up }) => up);
    this.#book = new AddressBook(config, surroundings, left);
    this.#adverts = new Adverts(config, surroundings, seal);
    this.#watchdog = new Watchdog(config, {
      ...surroundings,
      guarded: (timeoutS) =>
        this.#desk.say({ say: "guarded", ...(timeoutS === undefined ? {} : { timeoutS }) }),
    });
  }

  now(): Instant {
    return at(bootMs());
  }

  get deadtimeMs(): number {
    return this.#config.timing.deadtimeMs;
  }

  /** The shortest absence after which anybody may have taken over from this node. */
  get patienceMs(): number {
    return this.#patienceMs;
  }

  /** The exit code, once the process is to end. */
  get ended(): number | undefined {
    return this.#ended;
  }

  /** Opens the media and tells the desk. */
  open(): void {
    this.#links.open();
    this.#adverts.open();
    this.#book.rehearse();
    this.#book.changed({ devices: new Set(), addresses: new Set(), all: true });
    for (const text of this.#missing) this.log("warn", text, "missing");
    this.#desk.say({ say: "ready" });
  }

  /** When the host itself has something to do; there always is such a moment. */
  deadline(): Instant {
    const deskSilent = this.#silence.deadline(this.deadtimeMs);
    const traffic = earliest(this.#links.deadline(), this.#adverts.deadline());
    const parts = [traffic, this.#book.deadline(), this.#watchdog.deadline()];
    return earliest(this.#aliveAt, deskSilent, ...parts) ?? this.#aliveAt;
  }

  /** Blocks until this moment or until something can be read. */
  sleep(until: Instant): void {
    this.#desk.settle();
    this.#tidy(until);
    this.#alarm.set(until);
    this.watch.wait(-1);
  }

  /** Looks again what can be read, without waiting. */
  look(): void {
    this.watch.wait(0);
  }

  clock(now: Instant): Input {
    return this.#clock.input(now);
  }

  /** The process was away: that the desk was not heard means nothing. */
  overslept(now: Instant): void {
    this.#silence.heard(now);
  }

  /** Reads what is queued, at most `limit` packets of each socket. */
  read(limit: number): void {
    this.watch.read(limit);
  }

  /** The next input for the core. */
  next(): Input | undefined {
    return this.#queue.shift();
  }

  /** Does what the core asked for. What the world refuses is told and is no end of the loop. */
  perform(effect: Effect): void {
    try {
      this.#perform(effect);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      this.log("error", `Cannot carry out "${effect.do}": ${error.message}`, "fault");
    }
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "send":
        this.#links.send(effect.message);
        if (textOf(effect.message, "t") === "status") this.#watchdog.spoke(this.now());
        break;
      case "ping":
        this.#links.ping(effect.ts);
        break;
      case "hold":
        this.#book.hold(effect.job, effect.resources);
        break;
      case "drop":
        this.#book.drop(effect.job, effect.resources);
        break;
      case "suspend":
        this.#book.suspend(effect.resources);
        break;
      case "announce":
        this.#announce(effect.words);
        break;
      case "advert":
        this.#adverts.send(effect);
        break;
      case "reconfigure":
        this.#reconfigure(effect.config);
        break;
      case "publish":
        // Once per turn is enough, and id 0 means that nobody asked.
        if (!this.#questions.includes(0)) this.#questions.push(0);
        break;
      case "exit":
      case "restart":
        // Before the desk is told: it grants us little time then, and a watchdog would be left running.
        if (effect.do === "exit") this.#watchdog.close(true);
        this.#ended = exitCode.told;
        this.#desk.say({ say: "effect", effect });
        break;
      default:
        this.#desk.say({ say: "effect", effect });
        break;
    }
  }

  /** What is due by the clock and is not the core's business. */
  expire(now: Instant): void {
    this.#links.expire(now);
    this.#adverts.expire(now);
    this.#book.expire(now);
    if (now >= this.#aliveAt) {
      this.#desk.say({ say: "alive", at: now });
      this.#aliveAt = after(now, this.#aliveEveryMs());
      this.#helpers.tend();
    }
    if (this.#ended === undefined && this.#isAlone(now)) this.#ended = exitCode.deskGone;
  }

  /** Renews the leases and feeds the watchdog. Only after a healthy turn with a living desk. */
  renew(now: Instant): void {
    if (this.#ended !== undefined) return;
    try {
      this.#book.renew(now);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      this.log("error", `Cannot renew leases: ${error.message}`, "fault");
    }
    this.#watchdog.feed(now);
  }

  /** Answers the questions for a snapshot of this turn. */
  answer(snapshot: (pulse: PulseView) => Snapshot): void {
    if (this.#questions.length === 0) return;
    const watchdog = this.#watchdog.view();
    const adverts = this.#adverts.views();
    const senders = this.#links.senders();
    const { digest } = this.#config;
    const view = snapshot({
      lateMs: this.lateness.view(),
      lateness: this.lateness.histogram(),
      packets: this.#links.packets(),
      missing: this.#missing,
      ...(watchdog && { watchdog }),
      ...(digest !== undefined && { digest }),
      ...(senders.length > 0 && { senders }),
      ...(adverts && { adverts }),
    });
    for (const id of this.#questions) this.#desk.say({ say: "snapshot", id, snapshot: view });
    this.#questions = [];
  }

  log(level: Level, text: string, topic: string): void {
    this.#desk.say({ say: "effect", effect: { do: "log", level, text, topic } });
  }

  /** The end: leased addresses stay (the kernel or an adopter has them), all else is undone. */
  close(): void {
    this.#watchdog.close(false);
    this.#desk.finish(500);
    try {
      this.#book.close();
    } finally {
      this.#links.close();
      this.#adverts.close();
      this.interfaces.close();
    }
  }

  /** True when there is no desk that looks after services. One that hangs ends first, where it may: it would
   *  wake up with what it knew, when another node has taken over. */
  #isAlone(now: Instant): boolean {
    if (this.#desk.closed) return true;
    const verdict = this.#silence.verdict(now, this.deadtimeMs);
    if (verdict === undefined) return false;
    const silent = `The agent is ${verdict}, silent for ${Math.round(this.#silence.silentMs(now))} ms`;
    if (verdict === "hung" && this.#process.end(`${silent}: killed`)) return true;
    this.log("error", `${silent}: the pulse ends`, "pulse");
    return true;
  }

  /** Garbage waits until neither the clock nor anybody else wants anything. */
  #tidy(until: Instant): void {
    const now = this.now();
    if (this.#collector.wants(now, until) && !this.watch.wait(0)) this.#collector.collect(now);
  }

  /** Takes in the kernel's news of links and addresses. */
  #refresh(): void {
    const changes = this.interfaces.pump();
    if (!changes.all && changes.devices.size === 0 && changes.addresses.size === 0) return;
    this.#links.changed(changes);
    this.#adverts.changed(changes);
    this.#book.changed(changes);
  }

  /** The name of a virtual router is one frame for each of its addresses, as ucarp does it. */
  #announce(words: readonly string[]): void {
    const held = words.filter((word) => !this.#adverts.announce(word, this.#book.vmacOf(word)));
    if (held.length > 0) this.#book.announce(held);
  }

  #reconfigure(config: ClusterConfig): void {
    this.#config = config;
    this.#patienceMs = patienceOf(config);
    try {
      this.#links.reconfigure(config);
      this.#adverts.reconfigure(config);
      this.#book.reconfigure(config);
      this.#watchdog.reconfigure(config);
    } catch (error) {
      this.log("error", `Cannot use the new configuration: ${reasonOf(error)}`, "reload");
    }
  }

  #hear(value: FromDesk): void {
    this.#silence.heard(this.now());
    if (value.say === "input") this.#links.told(value.input);
    if (value.say === "input") this.#queue.push(value.input);
    const bodies = value.say === "clients" ? value.bodies : [];
    for (const body of bodies) this.#queue.push({ on: "client", body });
    if (value.say === "seal") this.#adverts.extend(value.until);
    if (value.say === "seals") this.#adverts.grant(value.grant);
    if (value.say === "snapshot?") this.#questions.push(value.id);
    if (value.say === "ppp") this.#links.ppp(value.tty, value);
  }

  #aliveEveryMs(): number {
    return Math.min(ALIVE_MAX_MS, Math.max(ALIVE_MIN_MS, this.deadtimeMs / 4));
  }
}

function patienceOf({ timing, routers }: ClusterConfig): number {
  const dead = routers.map((router) => deadIntervalMs(router, router.deadratio));
  return Math.min(timing.deadtimeMs, ...dead);
}
