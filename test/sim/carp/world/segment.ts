// A made-up network segment whose hosts share one virtual router: it carries out acts, carries adverts, and
// shows everything that can be seen from outside to its onlookers.

import type { Act } from "../../../../src/sim/act.ts";
import { Agenda } from "../../../../src/sim/agenda.ts";
import { Chance } from "../../../../src/sim/chance.ts";
import type { Plan, Shape } from "../../../../src/sim/shape.ts";
import type { Onlooker, Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { Cable } from "./cable.ts";
import { damage, encode, type Packet, read, readUntouched } from "./frame.ts";
import { RouterHost } from "./host.ts";

/** What was recorded on a host's port, for those who play it again. */
interface Recording {
  readonly at: number;
  readonly packet: Packet;
}

const recordingsMax = 400;

export interface SegmentOptions {
  readonly onlookers?: readonly Onlooker[];
  /** False: what programs say to people is not told. */
  readonly logs?: boolean;
  /** True for an advert that shall not come to its mind. For the twin of a run (run.ts). */
  withholds?(node: string, advert: HeardAdvert): boolean;
}

export class Segment {
  now = 0;
  readonly hosts = new Map<string, RouterHost>();
  readonly cable: Cable;
  readonly logs: boolean;
  readonly #agenda = new Agenda();
  readonly #onlookers: Onlooker[];
  readonly #recordings = new Map<string, Recording[]>();
  readonly #withholds: SegmentOptions["withholds"];
  /** Of forgers and damages alone: what they draw changes nothing else. */
  readonly #mischief: Chance;
  readonly #isExact: boolean;

  constructor(shape: Shape, { onlookers = [], logs = true, withholds }: SegmentOptions = {}) {
    this.logs = logs;
    this.#onlookers = [...onlookers];
    this.#withholds = withholds;
    this.#isExact = shape.exact === true;
    this.cable = new Cable(new Chance(shape.seed));
    this.#mischief = new Chance(shape.seed + 1);
    shape.hosts.forEach((host, n) => {
      const seed = shape.seed + 1_000 * (n + 1);
      this.hosts.set(host.config.self, new RouterHost(host, this, seed));
    });
  }

  watch(onlooker: Onlooker): void {
    this.#onlookers.push(onlooker);
  }

  tell(sight: Sight): void {
    for (const onlooker of this.#onlookers) onlooker(sight, this.now);
  }

  host(name: string): RouterHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  plan(at: number, act: () => void): void {
    this.#agenda.plan(at, { happen: act });
  }

  /** Lets `ms` pass. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#agenda.next(); next !== undefined && next <= end; ) {
      const entry = this.#agenda.take();
      this.now = Math.max(this.now, next);
      entry?.happen();
      next = this.#agenda.next();
    }
    this.now = end;
  }

  /** Carries an act out. What makes no sense now, or is nothing for virtual routers, does nothing. */
  act(act: Act): void {
    this.tell({ saw: "act", act });
    const host = "node" in act ? this.hosts.get(act.node) : undefined;
    if (host !== undefined) this.#actOn(host, act);
    else if (act.act === "cut") this.cable.cut(act.from, act.to, act.oneWay === true);
    else if (act.act === "heal") this.cable.heal();
    else if (act.act === "weather") this.cable.weather = act.weather;
  }

  transmit(from: RouterHost, advert: HeardAdvert): void {
    const router = from.spoken;
    this.tell({ saw: "advert", node: from.name, router: router.name, advert });
    const packet: Packet = { sender: from.name, breed: from.runs, router, advert };
    for (const to of this.hosts.values()) {
      if (to === from || !this.#joins(from, to)) continue;
      for (const { delayMs, isCorrupt } of this.cable.fates()) {
        this.plan(this.now + delayMs, () => {
          if (this.#joins(from, to)) this.#arrive(packet, to, isCorrupt ? "corrupted" : undefined);
        });
      }
    }
  }

  #joins(from: RouterHost, to: RouterHost): boolean {
    if (from.standing !== "up" || to.standing !== "up") return false;
    return this.cable.joins(from.name, to.name);
  }

  #arrive(packet: Packet, to: RouterHost, touched?: "replayed" | "corrupted"): void {
    if (touched === undefined) this.#record(packet, to.name);
    if (!to.isRunning) return;
    const { runs, spoken } = to;
    const isByBytes = this.#isExact || touched === "corrupted";
    const frame = isByBytes ? encode(packet) : undefined;
    const seen = frame && touched === "corrupted" ? damage(frame, this.#mischief) : frame;
    const reading =
      seen === undefined ? readUntouched(packet, runs, spoken) : read(seen, runs, spoken);
    const sight = {
      saw: "advert-heard",
      node: to.name,
      from: packet.sender,
      router: spoken.name,
      ...(touched === undefined ? {} : { touched }),
    } as const;
    if (!reading.ok) {
      this.tell({ ...sight, advert: packet.advert, rejected: reading.reason });
      return;
    }
    const { advert } = reading;
    const isWithheld = this.#withholds?.(to.name, advert) === true;
    this.tell({ ...sight, advert });
    if (!isWithheld) to.hear(advert);
  }

  #record(packet: Packet, name: string): void {
    const recordings = this.#recordings.get(name) ?? [];
    this.#recordings.set(name, recordings);
    recordings.push({ at: this.now, packet });
    if (recordings.length > recordingsMax) recordings.shift();
  }

  #actOn(host: RouterHost, act: Act): void {
    switch (act.act) {
      case "start":
      case "kill":
      case "crash":
      case "freeze":
      case "thaw":
        host[act.act]();
        return;
      case "kill-pulse":
        host.killPulse();
        return;
      case "kill-desk":
        host.killDesk();
        return;
      case "replay":
        this.#replay(host, act);
        return;
      case "clock":
      case "drift":
        if (act.act === "clock") host.clock.step(act.stepMs, this.now);
        else host.clock.drift(act.ppm, this.now);
        host.clockChanged();
        return;
      case "lose":
        if (act.file === "seals") host.seals.lose();
        return;
      case "disk":
        host.seals.isDiskFull = act.full;
        return;
      case "script":
        if (act.word === "address") host.hand.temper = act.temper;
        else if (act.word === "up" || act.word === "down")
          host.scripts.tempers[act.word] = act.temper;
        return;
      case "leave":
      case "yield":
        host.command({ name: act.act });
        return;
      case "reload":
        host.reload(act.config);
        return;
      case "address-lost":
        this.#loseAddress(host, act.forGood === true);
        return;
      case "rival": {
        const word = addressWord(host);
        host.give({ on: "rival", word, mac: "02:00:00:00:00:99" });
        return;
      }
      case "carrier":
        host.stand(act.up ? "up" : "no-carrier");
        return;
      case "device":
        host.stand(act.up ? "up" : "down");
        return;
      case "mute":
        host.mouth.isMute = act.on;
        return;
      case "check":
        host.check(act.ok);
        return;
      case "breed":
        host.breed = act.breed;
        return;
      default:
        return;
    }
  }

  #loseAddress(host: RouterHost, forGood: boolean): void {
    if (host.runs !== "hb" || !host.spoken.holdsAddresses) return;
    host.held.drop();
    const reason = forGood ? "the interface is gone" : "removed by somebody";
    const word = addressWord(host);
    host.give({ on: "address-lost", word, reason, recoverable: !forGood });
  }

  /** The latest of what is old enough, the oldest first. */
  #replay(host: RouterHost, { count, agoMs, bare }: Extract<Act, { act: "replay" }>): void {
    const old = (this.#recordings.get(host.name) ?? []).filter(({ at }) => at <= this.now - agoMs);
    for (const { packet } of old.slice(-count)) {
      const { seal: _, ...unsealed } = packet.advert;
      const advert = bare === undefined ? packet.advert : { ...unsealed, ...bare };
      this.#arrive({ ...packet, advert }, host, "replayed");
    }
  }
}

/** Plays a whole plan; the segment that it leaves. */
export function play(plan: Plan, options: SegmentOptions = {}): Segment {
  const segment = new Segment(plan.shape, options);
  for (const act of plan.acts) {
    segment.advance(act.at - segment.now);
    segment.act(act);
  }
  segment.advance(plan.endMs - segment.now);
  return segment;
}

function addressWord(host: RouterHost): string {
  const { name, addresses } = host.spoken;
  return `${name} ${addresses[0]?.address ?? ""}`;
}
