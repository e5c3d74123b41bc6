// All media together: what is sent leaves on each of them, what is authentic goes to the core.
//
// A link is a name that the core knows (an interface or a ping node, heartbeat-wire 14); several
// media may share it. A link is ok while any of its media works and its interface has a carrier.

import { reasonOf } from "../../ffi/error.ts";
import { addressText } from "../../ffi/layout.ts";
import { close } from "../../ffi/socket.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { linkOf, type Medium } from "../config/medium.ts";
import type { Level } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import { earliest, type Instant } from "../core/instant.ts";
import type { PacketView } from "../core/snapshot.ts";
import { type Message, textOf } from "../wire/message.ts";
import { open, seal } from "../wire/packet.ts";
import { type Changes, carries, type Interfaces } from "./interfaces.ts";
import type { Ear, EarSpec, Heard } from "./media/carrier.ts";
import { describeMedium } from "./media/open.ts";
import { isPing, mayAnswer, pingMessage } from "./media/ping.ts";
import { Port } from "./port.ts";
import { Tally } from "./tally.ts";
import type { Watch } from "./watch.ts";

/** Longer than any datagram: what UDP and ICMP can carry at most is 65 535 bytes. */
const PACKET_BUFFER = 65_536;
/** Replies to one echo of a group are counted once; so many echoes are remembered. */
const ECHO_WINDOW = 128;
/** A rejected packet is worth a line when it is the first, then each time ten times as many came. */
const NOTABLE = new Set([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]);

interface OpenEar {
  readonly ear: Ear;
  readonly users: Set<Port>;
}

export interface LinksHost {
  readonly watch: Watch;
  readonly interfaces: Interfaces;
  now(): Instant;
  deliver(input: Input): void;
  log(level: Level, text: string, topic: string): void;
}

export class Links {
  readonly #host: LinksHost;
  #config: ClusterConfig;
  #ports: Port[] = [];
  readonly #ears = new Map<string, OpenEar>();
  readonly #indexes = new Map<Port, number | undefined>();
  readonly #tallies = new Map<string, Tally>();
  readonly #states = new Map<string, boolean>();
  readonly #echoes = new Map<string, number[]>();
  readonly #buffer = new Uint8Array(new ArrayBuffer(PACKET_BUFFER));

  constructor(config: ClusterConfig, host: LinksHost) {
    this.#host = host;
    this.#config = config;
    this.#ports = config.media.map((medium) => new Port(medium));
    for (const medium of config.media) this.#tally(linkOf(medium));
  }

  /** Opens what can be opened; the core is told of each link how it is. */
  open(): void {
    for (const port of this.#ports) this.#open(port);
    this.#judge();
  }

  /** Signs once and sends on every medium but the ping ones. */
  send(message: Message): void {
    const { keyring, msgfmt } = this.#config;
    const packet = seal(message, keyring, msgfmt);
    for (const port of this.#ports) if (!isPing(port.medium)) this.#send(port, packet);
    this.#judge();
  }

  /** One echo request for each ping node, to every host of a group. */
  ping(ts: number): void {
    const { keyring, msgfmt } = this.#config;
    for (const port of this.#ports) {
      if (!isPing(port.medium)) continue;
      this.#send(port, seal(pingMessage(port.medium, ts), keyring, msgfmt));
    }
    this.#judge();
  }

  /** Tries again what is due. */
  expire(now: Instant): void {
    for (const port of this.#ports) {
      const due = port.deadline();
      if (due !== undefined && due <= now) this.#open(port);
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
      const device = isPing(port.medium) ? undefined : port.medium.device;
      if (device === undefined) {
        port.hurry(now);
        continue;
      }
      const link = this.#host.interfaces.named(device);
      if (port.carrier !== undefined && link?.index !== this.#indexes.get(port)) {
        this.#close(port);
        port.fail(link === undefined ? `"${device}" is gone` : `"${device}" is another one`, now);
      }
      if (changes.addresses.size > 0 && port.carrier?.stale?.() === true) {
        this.#close(port);
        port.fail(`the broadcast address of "${device}" changed`, now);
      }
      const touched = changes.all || changes.devices.has(device) || changes.addresses.size > 0;
      if (port.carrier === undefined && link !== undefined && touched) port.hurry(now);
    }
    this.expire(now);
  }

  /** Adopts media and keys; media that stay the same stay open. */
  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    const kept = new Map(this.#ports.map((port) => [JSON.stringify(port.medium), port]));
    this.#ports = config.media.map((medium) => {
      const key = JSON.stringify(medium);
      const port = kept.get(key) ?? new Port(medium);
      kept.delete(key);
      return port;
    });
    for (const port of kept.values()) {
      this.#close(port);
      port.close();
      this.#indexes.delete(port);
    }
    for (const medium of config.media) this.#tally(linkOf(medium));
    this.open();
  }

  packets(): PacketView[] {
    return [...this.#tallies.values()].map((tally) => tally.view());
  }

  close(): void {
    for (const port of this.#ports) {
      this.#close(port);
      port.close();
    }
  }

  #open(port: Port): void {
    const now = this.#host.now();
    port.open(now);
    const { carrier, medium } = port;
    if (carrier === undefined) return;
    try {
      this.#listen(carrier.ear, port);
      const link = isPing(medium) ? undefined : this.#host.interfaces.named(medium.device);
      this.#indexes.set(port, link?.index);
    } catch (error) {
      port.fail(reasonOf(error), now);
    }
  }

  #listen(spec: EarSpec, port: Port): void {
    const known = this.#ears.get(spec.key);
    if (known !== undefined) {
      known.users.add(port);
      return;
    }
    const ear = spec.open();
    const opened = { ear, users: new Set([port]) };
    this.#ears.set(spec.key, opened);
    this.#host.watch.add(ear.fd, (limit) => this.#hear(opened, limit));
  }

  /** Takes the port's ear away from it; closes the ear when nobody else listens by it. */
  #close(port: Port): void {
    const key = port.carrier?.ear.key;
    const opened = key === undefined ? undefined : this.#ears.get(key);
    if (key === undefined || opened === undefined) return;
    opened.users.delete(port);
    if (opened.users.size > 0) return;
    this.#ears.delete(key);
    this.#host.watch.remove(opened.ear.fd);
    close(opened.ear.fd);
  }

  #send(port: Port, packet: Uint8Array): void {
    const ear = port.carrier?.ear.key;
    const sent = port.send(packet, this.#host.now());
    if (sent) this.#tally(linkOf(port.medium)).sent += 1;
    if (port.carrier === undefined && ear !== undefined) this.#orphan(ear, port);
  }

  /** The port closed itself while sending: its ear hears a vanished interface. */
  #orphan(key: string, port: Port): void {
    const opened = this.#ears.get(key);
    opened?.users.delete(port);
    if (opened === undefined || opened.users.size > 0) return;
    this.#ears.delete(key);
    this.#host.watch.remove(opened.ear.fd);
    close(opened.ear.fd);
  }

  #hear(opened: OpenEar, limit: number): void {
    for (let count = 0; count < limit; count += 1) {
      let heard: Heard | undefined;
      try {
        heard = opened.ear.hear(this.#buffer);
      } catch (error) {
        // An error that waited on the socket (the interface went down). Reading took it away.
        for (const port of opened.users) {
          this.#tally(linkOf(port.medium)).reject("socket");
          this.#host.log("debug", `${describeMedium(port.medium)}: ${reasonOf(error)}`, "link");
        }
        return;
      }
      if (heard === undefined) return;
      this.#take(opened.users, heard);
    }
  }

  #take(users: ReadonlySet<Port>, heard: Heard): void {
    const [first] = users;
    if (first === undefined) return;
    if (!isPing(first.medium)) {
      const link = linkOf(first.medium);
      const message = this.#authentic(link, heard);
      if (message !== undefined) this.#host.deliver({ on: "message", link, message });
      return;
    }
    // An echo that is not ours was answered to another program on this host: no reason to count it.
    if (heard.packet === undefined) return;
    const { keyring } = this.#config;
    const result = open(heard.packet.slice(), keyring);
    for (const { medium } of users) {
      if (!isPing(medium) || !mayAnswer(medium, heard.from)) continue;
      const tally = this.#tally(medium.name);
      if (!result.ok) {
        tally.reject(result.reason);
        continue;
      }
      const { message } = result;
      if (textOf(message, "src") !== medium.name) continue;
      if (textOf(message, "info") !== medium.kind) continue;
      if (!this.#firstEcho(medium, heard.sequence ?? 0)) continue;
      tally.received += 1;
      this.#host.deliver({ on: "message", link: medium.name, message });
    }
  }

  /** The message in a packet, counted; undefined when it is not authentic. */
  #authentic(link: string, heard: Heard): Message | undefined {
    const tally = this.#tally(link);
    const result =
      heard.packet === undefined
        ? ({ ok: false, reason: "too-large" } as const)
        : open(heard.packet.slice(), this.#config.keyring);
    if (result.ok) {
      tally.received += 1;
      return result.message;
    }
    const count = tally.reject(result.reason);
    if (NOTABLE.has(count)) {
      const from = addressText(heard.from);
      const text = `Rejected packet from ${from} on ${link}: "${result.reason}", ${count} so far`;
      this.#host.log("warn", text, "rejected");
    }
    return undefined;
  }

  /** Only the first reply of a group to one echo counts. */
  #firstEcho(medium: Medium, sequence: number): boolean {
    if (medium.kind !== "ping_group") return true;
    const seen = this.#echoes.get(medium.name) ?? [];
    if (seen.includes(sequence)) return false;
    this.#echoes.set(medium.name, [...seen.slice(-(ECHO_WINDOW - 1)), sequence]);
    return true;
  }

  #tally(link: string): Tally {
    const known = this.#tallies.get(link);
    if (known !== undefined) return known;
    const tally = new Tally(link);
    this.#tallies.set(link, tally);
    return tally;
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
    if (first !== undefined && !isPing(first.medium)) {
      const link = this.#host.interfaces.named(first.medium.device);
      if (link === undefined) return { ok: false, reason: `no interface "${first.medium.device}"` };
      if (!carries(link)) return { ok: false, reason: `"${link.name}" is down or has no carrier` };
    }
    if (ports.some((port) => port.ok)) return { ok: true, reason: "open" };
    const reasons = ports.map((port) => `${describeMedium(port.medium)}: ${port.reason}`);
    return { ok: false, reason: reasons.join("; ") };
  }
}
