// The face that every medium wears: where its packets go, where its packets come from.
//
// A carrier is open or it does not exist: opening throws, and the links retry. Rules of all media:
// heartbeat-wire 14.

import type { Medium, SerialMedium } from "../../config/medium.ts";
import type { PppLine } from "../../core/channel.ts";
import type { Instant } from "../../core/instant.ts";
import type { Letter } from "../letter.ts";
import type { LineCount } from "../tally.ts";
import type { Watch } from "../watch.ts";

/** A descriptor that several carriers may share, so that one port is bound once. */
export interface Ear {
  readonly fd: number;
  /** Reads one packet, into the buffer if it needs room; undefined when nothing is queued. */
  hear(buffer: Uint8Array): Heard | undefined;
  /** From now on it hears, or does not hear, what this host itself sends to all. Absent: it is always the same. */
  hearSelf?(wanted: boolean): void;
  close(): void;
}

export interface Heard {
  /** The packet; may share the buffer's memory. Absent when what arrived is not for hb at all. */
  readonly packet?: Uint8Array;
  /** On a line: bytes that hold a packet, perhaps behind noise. */
  readonly run?: Uint8Array;
  /** The sender's address; a cable has none. */
  readonly from?: Uint8Array;
  /** Sequence number of an echo reply. */
  readonly sequence?: number;
}

/** What an ear is, before it is opened: equal keys share one. */
export interface EarSpec {
  readonly key: string;
  open(): Ear;
}

interface AnyCarrier {
  readonly medium: Medium;
  readonly ear: EarSpec;
  /** True when the interface's addresses changed so that it must be opened anew. */
  stale?(): boolean;
  close(): void;
}

/** Whole packets, which the kernel takes or refuses at once. */
export interface DatagramCarrier extends AnyCarrier {
  /** Sends one packet to everybody whom the medium reaches; false when the kernel had no room. */
  send(packet: Uint8Array): boolean;
}

/** A stream of bytes with a pace of its own: what is sent waits in a queue. */
export interface StreamCarrier extends AnyCarrier {
  /** Takes a message in, to leave when there is room. False when the line cannot carry it at all. */
  post(letter: Letter, now: Instant): boolean;
  /** When expire() has something to do; undefined: nothing waits. */
  deadline(): Instant | undefined;
  expire(now: Instant): void;
  /** Why nothing leaves although the line is open; undefined while it works. */
  readonly trouble: string | undefined;
  /** Bytes that have not left this host yet. */
  readonly unsent: number;
}

export type Carrier = DatagramCarrier | StreamCarrier;

export function isStream(carrier: Carrier | undefined): carrier is StreamCarrier {
  return carrier !== undefined && "post" in carrier;
}

export interface PppState {
  /** Absent while the link is down. */
  readonly line?: PppLine;
  /** pppd's state: one sentence. */
  readonly reason: string;
}

/** What a carrier may need of the pulse when it is opened. */
export interface Surroundings {
  readonly watch: Watch;
  now(): Instant;
  warn(text: string): void;
  /** The PPP link on this tty, as the desk knows it. */
  ppp(tty: string): PppState;
  /** The counters of a line; they go on when it is opened again. */
  count(medium: SerialMedium): LineCount;
}

/** Room for a burst of packets while this process is away. */
export const RECEIVE_BUFFER = 1024 * 1024;
