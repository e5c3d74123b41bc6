// A model of Heartbeat 3.0.6 as its neighbours see it: what docs/protocol/heartbeat-wire.md and
// heartbeat-resources.md say of it, its defects included. Written from these pages, not from hb's core.
//
// It reads packets every half second and with each own heartbeat, looks for the dead every 250 ms, never
// gives a script a time limit, restarts itself when a partition heals, and leaves its addresses where they
// are when it is killed. Left out: fencing, autojoin, clients, changes of the node list, the warnings about
// its own configuration.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { Boot } from "../../../../src/core/boot.ts";
import type { Effect, Level } from "../../../../src/core/effect.ts";
import type { Command, Input } from "../../../../src/core/input.ts";
import { after, earliest, type Instant } from "../../../../src/core/instant.ts";
import { Chance } from "../../../../src/sim/chance.ts";
import type { MakeMind, Mind } from "../../../../src/sim/shape.ts";
import type { Message } from "../../../../src/wire/message.ts";
import { decodeNetstring } from "../../../../src/wire/netstring.ts";
import { Children } from "./children.ts";
import { Ending } from "./ending.ts";
import type { Estate } from "./estate.ts";
import { Harc } from "./harc.ts";
import { Header, payloadOf } from "./header.ts";
import { History } from "./history.ts";
import type { Fields, Master } from "./master.ts";
import { Membership } from "./membership.ts";
import { Nice } from "./nice.ts";
import { type Peer, peersOf } from "./peer.ts";
import { Plain } from "./plain.ts";
import { Reception } from "./reception.ts";
import { hbStandby } from "./resourcemanager.ts";
import type { Script } from "./shell.ts";
import { type TimerName, Timers } from "./timers.ts";

const WAKE_MS = 500;
const CHECK_MS = 250;
const SETTLED_MS = 5_000;
const SETTLING_DT_MS = 2_000;
const REBIRTH_DT_MS = 30_000;
const SECOND_MS = 1_000;

export const heartbeat3: MakeMind = (config, boot, now) => new Heartbeat3(config, boot, now);

export class Heartbeat3 implements Mind, Master {
  readonly timers = new Timers();
  readonly chance: Chance;
  config: ClusterConfig;
  now: Instant;
  #bootUnixMs: number;
  #load = "n/a";
  readonly #peers: ReadonlyMap<string, Peer>;
  readonly #header: Header;
  readonly #history: History;
  readonly #reception: Reception;
  readonly #membership: Membership;
  readonly #estate: Estate;
  readonly #children: Children;
  readonly #harc = new Harc(this);
  /** Packets that nobody has read yet. */
  #inbox: { readonly link: string; readonly message: Message }[] = [];
  readonly #ending: Ending;
  /** Nothing is sent or read any more. */
  #isClosed = false;
  #leaveRequest: number | undefined;
  #dtExtraMs = SETTLING_DT_MS;
  #effects: Effect[] = [];

  constructor(config: ClusterConfig, boot: Boot, now: Instant) {
    this.config = config;
    this.now = now;
    this.#bootUnixMs = boot.bootUnixMs;
    this.chance = new Chance(seedOf(config.self, boot.generation, now));
    this.#peers = peersOf(config, this.chance);
    const own = this.#peers.get(config.self);
    if (own !== undefined) own.uuid = boot.uuid;
    const left = boot.memory?.groups.flatMap(({ up }) => up) ?? [];
    this.#children = new Children((effect) => this.#act(effect), left);
    this.#header = new Header(config, boot, this.#peers);
    this.#history = new History(this);
    this.#reception = new Reception(this, {
      peers: this.#peers,
      history: this.#history,
      status: (peer, fields, how) => this.#membership.hearStatus(peer, fields, how),
      message: (fields) => this.#dispatch(fields),
      resend: (message) => this.#act({ do: "send", message }),
    });
    this.#membership = new Membership(this, this.#peers, {
      commUp: () => this.#estate.commUp(),
      died: (peer) => this.#estate.died(peer.name, peer.statusAt !== undefined),
      left: (node) => this.#estate.left(node),
      restarted: (node) => this.#estate.restarted(node),
      sendStatus: () => this.#sendStatus(),
    });
    this.#ending = new Ending(this, {
      sendStatus: () => this.#sendStatus(),
      stretchDeadtime: () => {
        this.#dtExtraMs = REBIRTH_DT_MS;
        this.#sendStatus();
      },
      close: () => this.#close(),
      end: (how) => this.#finish(how),
    });
    this.#estate = config.autoFailback === "legacy" ? new Plain(this) : new Nice(this);
  }

  step(input: Input, now: Instant): Effect[] {
    this.now = now;
    this.#hear(input);
    this.#children.expire(now);
    this.#ring();
    this.#harc.next();
    const isMember = this.#membership.status === "active";
    if (!this.#isClosed) this.#ending.tryToBegin(isMember, this.#estate);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  deadline(): Instant | undefined {
    return earliest(this.timers.earliest(), this.#children.deadline());
  }

  // What the parts ask for (master.ts).

  get unixSeconds(): number {
    return Math.floor((this.#bootUnixMs + this.now) / SECOND_MS);
  }

  get jobs(): number {
    return this.#children.count;
  }

  get othersActive(): boolean {
    return this.#membership.othersActive;
  }

  get isLeaving(): boolean {
    return this.#ending.hasBegun;
  }

  say(fields: Fields): void {
    if (this.#isClosed) return;
    const message = this.#header.complete(fields, this.unixSeconds, this.#load);
    if (message.seq !== undefined) this.#history.keep(message.seq, message.message);
    // Its own ears come first: whatever this makes it say leaves before (wire 15.1).
    this.#reception.hear(message.message, undefined);
    this.#act({ do: "send", message: message.message });
  }

  log(level: Level, text: string): void {
    this.#act({ do: "log", level, text });
  }

  fork(script: Script, ended: () => void = () => undefined): void {
    this.#children.fork(script, true, this.now, ended);
  }

  detach(script: Script): void {
    this.#children.fork(script, false, this.now, () => undefined);
  }

  notify(script: () => Script): void {
    this.#harc.queue(script);
  }

  reboot(reason: string): void {
    this.#act({ do: "reboot", reason });
    this.#close();
  }

  #act(effect: Effect): void {
    this.#effects.push(effect);
  }

  #hear(input: Input): void {
    switch (input.on) {
      case "start":
        this.#start();
        return;
      case "clock":
        this.#bootUnixMs = input.bootUnixMs;
        this.#load = input.load;
        return;
      case "overslept":
        // The timers come first; the packets that came meanwhile are read afterwards (wire 9.3).
        this.#membership.check(true);
        return;
      case "message":
        if (!this.#isClosed) this.#inbox.push({ link: input.link, message: input.message });
        return;
      case "result":
        this.#children.result(input.job, input.ok, this.now);
        this.#act({ do: "remember", memory: this.#children.memory(this.config, this.now) });
        return;
      case "command":
        this.#command(input.request, input.command);
        return;
      case "client": {
        const said = decodeNetstring(input.body);
        if (said !== undefined) this.say(payloadOf(said.message));
        return;
      }
      case "address-lost":
        // Nobody watches it; whoever asks for its status will see.
        this.#children.addresses.delete(input.word);
        return;
      case "reload":
        // Keys and groups are read again when they are needed.
        this.config = {
          ...this.config,
          keyring: input.config.keyring,
          groups: input.config.groups,
        };
        return;
      default:
        return;
    }
  }

  #start(): void {
    const { keepaliveMs } = this.config.timing;
    this.#sendStatus();
    this.#membership.status = "up";
    this.log("info", "Local status now set to: 'up'");
    this.#sendStatus();
    this.#sendStatus();
    this.timers.set("keepalive", after(this.now, keepaliveMs));
    this.timers.set("wake", after(this.now, WAKE_MS));
    this.timers.set("check", after(this.now, CHECK_MS));
    this.timers.set("settled", after(this.now, SETTLED_MS));
  }

  #ring(): void {
    for (let name = this.timers.take(this.now); name !== undefined; ) {
      this.#ringOne(name);
      name = this.timers.take(this.now);
    }
  }

  #ringOne(name: TimerName): void {
    const { now, timers } = this;
    switch (name) {
      case "wake":
        timers.set("wake", after(now, WAKE_MS));
        this.#read();
        return;
      case "check":
        timers.set("check", after(now, CHECK_MS));
        this.#membership.check(false);
        return;
      case "keepalive":
        timers.set("keepalive", after(now, this.config.timing.keepaliveMs));
        this.#sendStatus();
        this.#read();
        return;
      case "settled":
        this.#dtExtraMs = 0;
        this.#sendStatus();
        return;
      case "reqnodes":
        this.#membership.askNodes();
        return;
      case "rexmit":
        this.#reception.ask();
        return;
      case "failback":
        this.#estate.failBack();
        return;
      case "give-up":
        this.#ending.want("restart");
        return;
      default:
        this.#ending.ring(name);
    }
  }

  #read(): void {
    const waiting = this.#inbox;
    this.#inbox = [];
    // Whether its own timers or the packets come first in a turn is anybody's guess: both were captured.
    if (this.chance.below(2) === 0) this.#estate.awake();
    for (const { link, message } of waiting) this.#reception.hear(message, link);
    this.#estate.awake();
  }

  #sendStatus(): void {
    const { config } = this;
    const dt = (config.timing.deadtimeMs + this.#dtExtraMs).toString(16);
    this.say({ t: "status", st: this.#membership.status, dt, protocol: "1" });
    if (config.media.some(({ kind }) => kind.startsWith("ping"))) {
      this.#act({ do: "ping", ts: this.unixSeconds });
    }
  }

  #dispatch(fields: Fields): void {
    const { self } = this.config;
    const { src = "" } = fields;
    switch (fields.t) {
      case "shutdone":
        if (src === self) this.#ending.released();
        this.#membership.hear(fields);
        return;
      case "reqnodes":
      case "repnodes":
        this.#membership.hear(fields);
        return;
      default:
        if (!this.#harc.hear(fields)) this.#estate.hear(fields);
    }
  }

  #command(request: number, command: Command): void {
    switch (command.name) {
      case "standby":
        this.detach(hbStandby(this, command.set));
        break;
      case "takeover":
        this.say({ t: "hb_takeover", rsc_hold: command.set });
        break;
      case "leave":
        this.#leaveRequest = request;
        this.#ending.want("leave");
        return;
      default:
        this.#act({ do: "reply", request, ok: false, text: `no ${command.name} in this model` });
        return;
    }
    // The commands write into the FIFO and are gone.
    this.#act({ do: "reply", request, ok: true, text: "written into the FIFO" });
  }

  /** The end of the process, and with it of whoever waits for it. */
  #finish(how: "leave" | "restart"): void {
    if (this.#leaveRequest !== undefined) {
      this.#act({ do: "reply", request: this.#leaveRequest, ok: true, text: "stopped" });
    }
    if (how === "leave") this.#act({ do: "exit", reason: "shutdown" });
    else this.#act({ do: "restart", reason: "Performing heartbeat restart exec." });
  }

  #close(): void {
    this.timers.clearAll();
    this.#inbox = [];
    this.#isClosed = true;
  }
}

function seedOf(name: string, generation: number, now: Instant): number {
  return [...name].reduce((seed, letter) => seed * 31 + letter.charCodeAt(0), generation + now) | 0;
}
