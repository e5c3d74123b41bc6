// What a made-up pulse hears: packets that are let in or not, echoes of others' packets passed on in a
// ring of cables, and what waits in the kernel while nobody reads.

import type { ClusterConfig } from "../../config/cluster.ts";
import { isLine, linkOf } from "../../config/medium.ts";
import type { Instant } from "../../core/instant.ts";
import { Ring } from "../../core/ring.ts";
import type { Keyring } from "../../wire/keyring.ts";
import type { Message } from "../../wire/message.ts";
import type { Opened } from "../../wire/packet.ts";
import type { Delivery } from "../network/delivery.ts";
import { Packet, trusts } from "../network/packet.ts";
import type { Host } from "./host.ts";
import { send } from "./mouth.ts";

/** What a socket's buffer of 2 MiB holds: a small packet takes a kilobyte. The newest are lost. */
const waitingMax = 2_000;
/** Packets of one socket in one turn (src/pulse/loop.ts). */
const readLimit = { usual: 64, due: 256, overslept: 8_192 };

export class Ears {
  readonly #host: Host;
  readonly #hear: (message: Message, link: string) => void;
  #config: ClusterConfig;
  #ring: Ring | undefined;
  #trusted = new Map<Keyring, boolean>();
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
    if (waiting.length < waitingMax) waiting.push(delivery);
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

  /** Lets a packet in, or not. */
  take(delivery: Delivery, now: Instant): void {
    const { way, packet, touched } = delivery;
    const link = way.arrivesBy;
    const result = this.#open(delivery);
    const { world, name: node } = this.#host;
    if (world.watched) {
      const message = result?.ok === true ? result.message : packet.message;
      const why = result?.ok === false ? { rejected: result.reason } : {};
      const how = touched === undefined ? {} : { touched };
      world.tell({ saw: "heard", node, from: packet.from, link, message, ...why, ...how });
    }
    if (result?.ok === false) return;
    const message = result === undefined ? packet.message : result.message;
    if (way.cable !== undefined) this.#passOn(message, link, now);
    this.#hear(message, link);
  }

  /** Undefined: it is let in as it is, its bytes need not be looked at. */
  #open(delivery: Delivery): Opened | undefined {
    const { keyring } = delivery.packet;
    if (!this.#host.world.isExact && !delivery.isDamaged && this.#trusts(keyring)) return undefined;
    return delivery.open(this.#config.keyring);
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
    const ports = this.#host.world.network.ports(this.#host);
    const lines = ports.filter(({ medium }) => isLine(medium));
    const cables = lines.map(({ medium }) => linkOf(medium));
    const relay = this.#ring.pass(message, { by, cables }, now);
    if (relay === undefined) return;
    const packet = new Packet(this.#host.name, relay.message, this.#config);
    for (const port of lines) {
      if (relay.to.includes(port.link)) send(this.#host, port, packet, this.#config);
    }
  }
}

function ringOf({ self, serialRing, timing }: ClusterConfig): Ring | undefined {
  return serialRing ? new Ring({ self, maxRexmitDelayMs: timing.maxRexmitDelayMs }) : undefined;
}
