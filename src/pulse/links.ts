// All media together: what is sent leaves on each of them, what is authentic goes to the core.
//
// A link is a name that the core knows (an interface, a tty or a ping node, heartbeat-wire 14); several
// media may share it. A link is ok while any of its media works and its interface has a carrier.

import { unixMs } from "../../ffi/clock.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { isLine, linkOf, type SerialMedium } from "../config/medium.ts";
import { filter } from "../core/clients/filter.ts";
import type { Input } from "../core/input.ts";
import { after, earliest, type Instant } from "../core/instant.ts";
import { Ring } from "../core/ring.ts";
import type { PacketView, SenderView } from "../core/snapshot.ts";
import { type Message, textOf } from "../wire/message.ts";
import { Admission, type Log } from "./admission.ts";
import { Ears } from "./ears.ts";
import { Echoes } from "./echoes.ts";
import { quick } from "./hmac.ts";
import { type Changes, carries, type Interfaces } from "./interfaces.ts";
import { Letter, type Sealing } from "./letter.ts";
import type { Heard, PppState, Surroundings } from "./media/carrier.ts";
import { describeMedium } from "./media/open.ts";
import { isPing, pingMessage } from "./media/ping.ts";
import { Port } from "./port.ts";
import { Senders } from "./senders.ts";
import { WantedLoss } from "./wantedloss.ts";
import type { Watch } from "./watch.ts";

/** What still waits for a line when the pulse ends may take so long: a goodbye at 9600 baud. */
const DRAIN_MS = 1_000;

export interface LinksHost {
  readonly watch: Watch;
  readonly interfaces: Interfaces;
  now(): Instant;
  deliver(input: Input): void;
  log: Log;
}

export class Links {
  readonly #host: LinksHost;
  readonly #admission: Admission;
  readonly #echoes: Echoes;
  readonly #senders = new Senders(unixMs);
  readonly #ears: Ears<Port>;
  #ring: Ring;
  #loss: WantedLoss;
  #config: ClusterConfig;
  #sealing: Sealing;
  #ports: Port[] = [];
  readonly #indexes = new Map<Port, number | undefined>();
  readonly #ppp = new Map<string, PppState>();
  readonly #states = new Map<string, boolean>();

  constructor(config: ClusterConfig, host: LinksHost) {
    this.#host = host;
    this.#config = config;
    this.#sealing = sealingOf(config);
    this.#admission = new Admission(this.#sealing.keyring, (...line) => host.log(...line));
    this.#echoes = new Echoes(this.#admission, (input) => host.deliver(input));
    this.#ears = new Ears(host.watch, {
      heard: (ports, heard) => this.#take(ports, heard),
      deaf: (ports, reason) => this.#deaf(ports, reason),
    });
    this.#ring = ringOf(config);
    this.#loss = new WantedLoss(config);
    this.#ports = config.media.map((medium) => this.#port(medium));
    for (const medium of config.media) this.#admission.tally(linkOf(medium));
  }

  /** Opens what can be opened; the core is told of each link how it is. */
  open(): void {
    for (const port of this.#ports) this.#open(port);
    this.#judge();
  }

  /** Signs once for each form and sends on every medium but the ping ones. */
  send(message: Message): void {
    if (this.#loss.losesSent()) return;
    const letter = new Letter(message, this.#sealing);
    for (const port of this.#ports) if (!isPing(port.medium)) this.#send(port, letter);
  }

  /** One echo request for each ping node, to every host of a group. */
  ping(ts: number): void {
    for (const port of this.#ports) {
      if (!isPing(port.medium)) continue;
      this.#send(port, new Letter(pingMessage(port.medium, ts), this.#sealing));
    }
  }

  /** Tries again what is due, and tells how the links are: once in every turn, whatever was sent in it. */
  expire(now: Instant): void {
    for (const port of this.#ports) {
      const due = port.deadline();
      if (due === undefined || due > now) continue;
      if (port.isOpen) port.expire(now);
      else this.#open(port);
    }
    this.#judge();
  }

  deadline(): Instant | undefined {
    return earliest(...this.#ports.map((port) => port.deadline()));
  }

  /** The interfaces changed: what vanished is closed, what came is opened at once. */
  changed(changes: Changes): void {
    const now = this.#host.now();
    for (const port of this.#ports) {
      if (port.medium.kind === "serial") continue;
      const device = this.#interfaceOf(port);
      if (device === undefined) {
        if (isPing(port.medium)) port.hurry(now);
        continue;
      }
      const link = this.#host.interfaces.named(device);
      if (port.isOpen && link?.index !== this.#indexes.get(port)) {
        port.fail(link === undefined ? `"${device}" is gone` : `"${device}" is another one`, now);
      }
      if (changes.addresses.size > 0 && port.stale) {
        port.fail(`the broadcast address of "${device}" changed`, now);
      }
      const touched = changes.all || changes.devices.has(device) || changes.addresses.size > 0;
      if (!port.isOpen && link !== undefined && touched) port.hurry(now);
    }
    this.expire(now);
  }

  /** The core is told something: while clients want copies, those of what this host says are heard too, as by 3.0.6. */
  told(input: Input): void {
    if (input.on === "audience") this.#ears.hearSelf((input.filter & filter.duplicate) !== 0);
  }

  /** The desk tells how the PPP link on this tty is. */
  ppp(tty: string, state: PppState): void {
    const before = this.#ppp.get(tty);
    this.#ppp.set(tty, state);
    const now = this.#host.now();
    const isSame = JSON.stringify(before?.line) === JSON.stringify(state.line);
    for (const port of this.#ports) {
      if (port.medium.kind !== "ppp" || port.medium.device !== tty) continue;
      if (port.isOpen && !isSame) port.fail(state.reason, now);
      // The reason may be another one, too: opening says it.
      if (!port.isOpen) port.hurry(now);
    }
    this.expire(now);
  }

  /** Adopts media and keys; media that stay the same stay open. */
  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    this.#sealing = sealingOf(config);
    this.#admission.keyring = this.#sealing.keyring;
    this.#ring = ringOf(config);
    this.#loss = new WantedLoss(config);
    const kept = new Map(this.#ports.map((port) => [JSON.stringify(port.medium), port]));
    this.#ports = config.media.map((medium) => {
      const key = JSON.stringify(medium);
      const port = kept.get(key) ?? this.#port(medium);
      kept.delete(key);
      return port;
    });
    for (const port of kept.values()) {
      port.close();
      this.#indexes.delete(port);
    }
    for (const medium of config.media) this.#admission.tally(linkOf(medium));
    this.open();
  }

  packets(): PacketView[] {
    return this.#admission.views();
  }

  senders(): SenderView[] {
    return this.#senders.views(this.#host.now());
  }

  /** Closes everything. What waits for a line is given a moment to leave: it may be the goodbye. */
  close(): void {
    const end = after(this.#host.now(), DRAIN_MS);
    for (let now = this.#host.now(); now < end && this.#drains(now); now = this.#host.now()) {
      this.#host.watch.wait(5);
    }
    for (const port of this.#ports) port.close();
  }

  /** True while a line that works has something to send. */
  #drains(now: Instant): boolean {
    let waits = false;
    for (const port of this.#ports) {
      port.expire(now);
      const { stream } = port;
      if (stream !== undefined && stream.trouble === undefined && stream.unsent > 0) waits = true;
    }
    return waits;
  }

  #port(medium: Port["medium"]): Port {
    const surroundings: Surroundings = {
      count: (line: SerialMedium) => this.#admission.tally(linkOf(line)).line(line),
      watch: this.#host.watch,
      now: () => this.#host.now(),
      warn: (text: string) => this.#host.log("warn", text, "link"),
      ppp: (tty: string) => this.#ppp.get(tty) ?? { reason: "pppd has not told of it yet" },
    };
    return new Port(medium, { ears: this.#ears, surroundings });
  }

  #open(port: Port): void {
    port.open(this.#host.now());
    if (!port.isOpen) return;
    const device = this.#interfaceOf(port);
    const link = device === undefined ? undefined : this.#host.interfaces.named(device);
    this.#indexes.set(port, link?.index);
  }

  /** The network interface that a medium is on; undefined for ping media, cables, and PPP that is down. */
  #interfaceOf({ medium }: Port): string | undefined {
    if (isPing(medium) || medium.kind === "serial") return undefined;
    return medium.kind === "ppp" ? this.#ppp.get(medium.device)?.line?.device : medium.device;
  }

  #send(port: Port, letter: Letter): boolean {
    const sent = port.send(letter, this.#host.now());
    if (sent) this.#admission.tally(linkOf(port.medium)).sent += 1;
    return sent;
  }

  /** True when it is for the core. */
  #take(ports: ReadonlySet<Port>, heard: Heard): boolean {
    const [first] = ports;
    if (first === undefined) return false;
    if (isPing(first.medium)) {
      this.#echoes.take(ports, heard);
      return true;
    }
    const link = linkOf(first.medium);
    const message = this.#admission.admit(link, heard);
    if (message === undefined) return false;
    const source = textOf(message, "src");
    if (this.#loss.losesHeard(source)) return false;
    if (source !== this.#config.self) {
      this.#senders.heard({ link, message, from: heard.from }, this.#host.now());
    }
    if (this.#config.serialRing && isLine(first.medium)) this.#passOn(message, link);
    this.#host.deliver({ on: "message", link, message });
    return true;
  }

  /** What came by one cable leaves by the others. */
  #passOn(message: Message, by: string): void {
    const lines = this.#ports.filter(({ medium }) => isLine(medium));
    const cables = lines.map(({ medium }) => linkOf(medium));
    const relay = this.#ring.pass(message, { by, cables }, this.#host.now());
    if (relay === undefined) return;
    const letter = new Letter(relay.message, this.#sealing);
    for (const port of lines) {
      const link = linkOf(port.medium);
      if (!relay.to.includes(link) || !this.#send(port, letter)) continue;
      this.#admission.tally(link).forwarded += 1;
    }
  }

  /** An error that waited on a socket (the interface went down) was taken away by reading it. A cable
   *  that cannot be read is no cable any more. */
  #deaf(ports: ReadonlySet<Port>, reason: string): void {
    for (const port of ports) {
      this.#admission.tally(linkOf(port.medium)).reject("socket");
      this.#host.log("debug", `${describeMedium(port.medium)}: ${reason}`, "link");
      if (port.stream !== undefined) port.fail(reason, this.#host.now());
    }
    this.#judge();
  }

  /** Tells the core of every link whose health is not what it was told last. */
  #judge(): void {
    const links = Map.groupBy(this.#ports, (port) => linkOf(port.medium));
    for (const [link, ports] of links) {
      const { ok, reason } = this.#health(ports);
      if (this.#states.get(link) === ok) continue;
      this.#states.set(link, ok);
      this.#host.deliver({ on: "link", link, ok, reason });
    }
  }

  #health(ports: readonly Port[]): { ok: boolean; reason: string } {
    const [first] = ports;
    const device = first === undefined ? undefined : this.#interfaceOf(first);
    if (device !== undefined) {
      const link = this.#host.interfaces.named(device);
      if (link === undefined) return { ok: false, reason: `no interface "${device}"` };
      if (!carries(link)) return { ok: false, reason: `"${link.name}" is down or has no carrier` };
    }
    if (ports.some((port) => port.ok)) return { ok: true, reason: "open" };
    const reasons = ports.map((port) => `${describeMedium(port.medium)}: ${port.reason}`);
    return { ok: false, reason: reasons.join("; ") };
  }
}

function sealingOf({ keyring, msgfmt }: ClusterConfig): Sealing {
  return { keyring: quick(keyring), msgfmt };
}

function ringOf({ self, timing }: ClusterConfig): Ring {
  return new Ring({ self, maxRexmitDelayMs: timing.maxRexmitDelayMs });
}
