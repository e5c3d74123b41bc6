// Tells the network where addresses live: gratuitous ARP and unsolicited neighbour advertisements.
//
// A burst when an address is put up, as the address scripts of Heartbeat do it: five rounds 200 ms
// apart, each a request and half a round later a reply (heartbeat-resources 8). The first frame
// leaves at once. Then one frame each announce interval, for those who missed the burst.

import { AF_PACKET, sockaddrLl } from "../../ffi/layout.ts";
import { ARPHRD_ETHER, IFF_UP, type LinkRow } from "../../ffi/rtnetlink.ts";
import { bufferSize, close, SOCK_RAW, sendTo, socket } from "../../ffi/socket.ts";
import { after, type Instant } from "../core/instant.ts";
import { arpReply, arpRequest, ETH_P_ARP } from "../wire/arp.ts";
import { ETH_P_IPV6, neighbourAdvertisement } from "../wire/neighbour.ts";
import { announcements } from "./announcement.ts";
import { carries, type Interfaces } from "./interfaces.ts";
import type { LinksHost } from "./links.ts";

const BURST_FRAMES = 10;
const HALF_ROUND_MS = 100;
/** So many frames leave in one turn; the others in the next, which follows at once. */
const SLICE = 128;

/** What is to be announced, and where. */
export interface Announceable {
  readonly word: string;
  readonly address: Uint8Array;
  readonly index: number;
  /** False for SendArp: only bursts. */
  readonly periodic: boolean;
}

interface Announced extends Announceable {
  /** Frames of the burst that are still to be sent. */
  left: number;
  at: Instant | undefined;
}

/** How an interface was when it was looked at last. */
interface Seen {
  readonly carries: boolean;
  readonly losses: number;
}

export class Announcer {
  readonly #interfaces: Interfaces;
  readonly #log: LinksHost["log"];
  readonly #fd: number;
  readonly #entries = new Map<string, Announced>();
  readonly #seen = new Map<number, Seen>();
  #intervalMs: number;
  #next: Instant | undefined;

  constructor(host: Pick<LinksHost, "interfaces" | "log">, intervalMs: number) {
    this.#interfaces = host.interfaces;
    this.#log = (...line) => host.log(...line);
    this.#intervalMs = intervalMs;
    // Protocol 0: it sends only; nothing is queued to it.
    this.#fd = socket(AF_PACKET, SOCK_RAW, 0);
    bufferSize(this.#fd, "snd", 4 * 1024 * 1024);
  }

  set intervalMs(value: number) {
    this.#intervalMs = value;
  }

  /** Announces these from now on; the first frame of each has left when this returns. */
  add(batch: readonly Announceable[], now: Instant): void {
    const entries = batch.map((one) => ({ ...one, left: BURST_FRAMES, at: now }));
    for (const entry of entries) {
      this.#entries.set(entry.word, entry);
      const link = this.#interfaces.link(entry.index);
      if (link !== undefined && !this.#seen.has(entry.index)) this.#see(link);
    }
    this.#burst(entries, now);
  }

  remove(word: string): void {
    this.#entries.delete(word);
  }

  /** A burst at once for these words; words that are not announced are passed over. */
  again(words: Iterable<string>, now: Instant): void {
    this.#burst(
      [...words].flatMap((word) => this.#entries.get(word) ?? []),
      now,
    );
  }

  /** Tells how an interface is. One that carries again may be on another switch port: what lives
   *  there is announced anew, also when the cable was out and in again between two looks. */
  carrier(link: LinkRow, now: Instant): void {
    const was = this.#seen.get(link.index);
    const is = this.#see(link);
    if (was === undefined || !is.carries || (was.carries && was.losses === is.losses)) return;
    const there = [...this.#entries.values()].filter((entry) => entry.index === link.index);
    this.#burst(there, now);
  }

  expire(now: Instant): void {
    if (this.#next === undefined || this.#next > now) return;
    this.#next = undefined;
    let room = SLICE;
    for (const entry of this.#entries.values()) {
      if (room > 0 && entry.at !== undefined && entry.at <= now) {
        this.#step(entry, now);
        room -= 1;
      }
      this.#sooner(entry.at);
    }
  }

  deadline(): Instant | undefined {
    return this.#next;
  }

  close(): void {
    close(this.#fd);
  }

  #see(link: LinkRow): Seen {
    const seen = { carries: carries(link), losses: link.carrierLosses };
    this.#seen.set(link.index, seen);
    return seen;
  }

  /** Begins a burst of each, and tells so once: after the frames, which have no time to lose. */
  #burst(entries: readonly Announced[], now: Instant): void {
    for (const entry of entries) {
      entry.left = BURST_FRAMES;
      this.#step(entry, now);
      this.#sooner(entry.at);
    }
    const lines = announcements(entries, (index) => this.#way(index)?.name);
    for (const line of lines) this.#log("debug", line, "announce");
  }

  #sooner(at: Instant | undefined): void {
    if (at !== undefined && (this.#next === undefined || at < this.#next)) this.#next = at;
  }

  #step(entry: Announced, now: Instant): void {
    const isReply = entry.left > 0 && entry.left % 2 === 1;
    this.#send(entry, isReply);
    entry.left = Math.max(0, entry.left - 1);
    if (entry.left > 0) entry.at = after(now, HALF_ROUND_MS);
    else entry.at = entry.periodic ? after(now, this.#intervalMs) : undefined;
  }

  /** The interface that it is announced on; undefined where nobody would hear of it. */
  #way(index: number): LinkRow | undefined {
    const link = this.#interfaces.link(index);
    return link?.type === ARPHRD_ETHER && (link.flags & IFF_UP) !== 0 ? link : undefined;
  }

  #send(entry: Announced, isReply: boolean): void {
    const link = this.#way(entry.index);
    if (link === undefined) return;
    const sender = { mac: link.mac, address: entry.address };
    const isArp = entry.address.length === 4;
    // An advertisement has no second form: one per round.
    if (!isArp && isReply) return;
    const frame = isArp
      ? isReply
        ? arpReply(sender)
        : arpRequest(sender)
      : neighbourAdvertisement(sender);
    const to = sockaddrLl({ protocol: isArp ? ETH_P_ARP : ETH_P_IPV6, index: entry.index });
    try {
      sendTo(this.#fd, frame, to, `an announcement on ${link.name}`);
    } catch {
      // The interface went away or has no room: the next frame of the burst tries again.
    }
  }
}
