// What a made-up pulse hears: packets that are let in or not, echoes of others' packets passed on in a
// ring of cables, and what waits in the kernel while nobody reads.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Instant } from "../../core/instant.ts";
import { Ring } from "../../core/ring.ts";
import type { Keyring } from "../../wire/keyring.ts";
import type { Message } from "../../wire/message.ts";
import { type Opened, open } from "../../wire/packet.ts";
import { openRun, RunReader } from "../../wire/stream.ts";
import type { Delivery } from "../network/delivery.ts";
import { Line } from "../network/line.ts";
import { Packet, trusts } from "../network/packet.ts";
import type { Host } from "./host.ts";
import { send } from "./mouth.ts";

/** What a socket's buffer of 2 MiB holds: a small packet takes a kilobyte. The newest are lost. */
const waitingMax = 2_000;
/** What a tty's buffers hold, some 16 KiB. */
const lineWaitingMax = 64;
/** Packets of one socket in one turn (src/pulse/loop.ts). */
const readLimit = { usual: 64, due: 256, overslept: 8_192 };

export class Ears {
  readonly #host: Host;
  readonly #hear: (message: Message, link: string) => void;
  #config: ClusterConfig;
  #ring: Ring | undefined;
  #trusted = new Map<Keyring, boolean>();
  /** Of serial lines. */
  readonly #readers = new Map<string, RunReader>();
  /** By link. */
  readonly #waiting = new Map<string, Delivery[]>();

  constructor(host: Host, config: ClusterConfig, hear: (message: Message, link: string) => void) {
    this.#host = host;
    this.#hear = hear;
    this.#config = config;
    this.#ring = ringOf(config);
  }

  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    this.#ring = ringOf(config);
    this.#trusted = new Map();
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Nobody reads now. */
  keep(delivery: Delivery): void {
    const link = delivery.way.arrivesBy;
    const waiting = this.#waiting.get(link) ?? [];
    if (waiting.length === 0) this.#waiting.set(link, waiting);
    const max = delivery.way.cable instanceof Line ? lineWaitingMax : waitingMax;
    if (waiting.length < max) waiting.push(delivery);
  }

  /** Reads what waits, one link after the other. */
  read(turn: { readonly isDue: boolean; readonly overslept: boolean }, now: Instant): void {
    if (this.#waiting.size === 0) return;
    const limit = turn.overslept
      ? readLimit.overslept
      : turn.isDue
        ? readLimit.due
        : readLimit.usual;
    for (const [link, waiting] of this.#waiting) {
      for (const delivery of waiting.splice(0, limit)) this.take(delivery, now);
      if (waiting.length === 0) this.#waiting.delete(link);
    }
  }

  /** Lets a packet in, or not; of a line's stream none or several. */
  take(delivery: Delivery, now: Instant): void {
    const { packet, way } = delivery;
    const { keyring } = this.#config;
    const reader = way.cable instanceof Line ? this.#reader(way.arrivesBy) : undefined;
    const isSure = !delivery.isDamaged && !this.#host.world.isExact && this.#trusts(packet.keyring);
    // What waits in a reader may swallow the next packet of its line.
    if (isSure && reader?.isEmpty !== false) this.#admit(delivery, packet.message, now);
    else if (reader === undefined) {
      this.#judge(delivery, open(delivery.bytes.slice(), keyring), now);
    } else {
      for (const run of reader.push(delivery.bytes)) {
        this.#judge(delivery, openRun(run, keyring), now);
      }
    }
  }

  #judge(delivery: Delivery, opened: Opened, now: Instant): void {
    if (opened.ok) this.#admit(delivery, opened.message, now);
    else this.#tell(delivery, delivery.packet.message, opened.reason);
  }

  #admit(delivery: Delivery, message: Message, now: Instant): void {
    this.#tell(delivery, message);
    const { cable, arrivesBy } = delivery.way;
    if (cable !== undefined) this.#passOn(message, arrivesBy, now);
    const { world, name } = this.#host;
    if (world.withholds?.(name, arrivesBy, message) !== true) this.#hear(message, arrivesBy);
  }

  #tell({ way, packet, touched }: Delivery, message: Message, rejected?: string): void {
    const { world, name: node } = this.#host;
    if (!world.watched) return;
    // The frame of a packet on a line has bytes that nobody misses.
    const isWhole = way.cable instanceof Line && rejected === undefined && touched === "corrupted";
    const isTouched = touched !== undefined && !(isWhole && isSame(message, packet));
    const heard = { saw: "heard", node, from: packet.from, link: way.arrivesBy, message } as const;
    if (rejected === undefined && !isTouched) world.tell(heard);
    else {
      const why = rejected === undefined ? {} : { rejected };
      world.tell({ ...heard, ...why, ...(isTouched ? { touched } : {}) });
    }
  }

  #reader(link: string): RunReader {
    const reader = this.#readers.get(link) ?? new RunReader();
    this.#readers.set(link, reader);
    return reader;
  }

  #trusts(theirs: Keyring): boolean {
    const known = this.#trusted.get(theirs);
    if (known !== undefined) return known;
    const verdict = trusts(this.#config.keyring, theirs);
    this.#trusted.set(theirs, verdict);
    return verdict;
  }

  /** What came by one cable leaves by the others. */
  #passOn(message: Message, by: string, now: Instant): void {
    if (this.#ring === undefined) return;
    const { ports, links: cables } = this.#host.world.network.cables(this.#host);
    const relay = this.#ring.pass(message, { by, cables }, now);
    if (relay === undefined) return;
    const packet = new Packet(this.#host.name, relay.message, this.#config);
    for (const port of ports) {
      if (relay.to.includes(port.link)) send(this.#host, port, packet);
    }
  }
}

function isSame(message: Message, packet: Packet): boolean {
  return JSON.stringify(message) === JSON.stringify(packet.message);
}

function ringOf({ self, serialRing, timing }: ClusterConfig): Ring | undefined {
  return serialRing ? new Ring({ self, maxRexmitDelayMs: timing.maxRexmitDelayMs }) : undefined;
}
