// The face that every medium wears: where its packets go, where its packets come from.
//
// A carrier is open or it does not exist: opening throws, and the links retry. Rules of all media:
// heartbeat-wire 14.

import type { Medium } from "../../config/medium.ts";

/** A socket that several carriers may share, so that one port is bound once. */
export interface Ear {
  readonly fd: number;
  /** Reads one packet into the buffer; undefined when nothing is queued. */
  hear(buffer: Uint8Array): Heard | undefined;
}

export interface Heard {
  /** The packet; shares the buffer's memory. Absent when what arrived is not for hb at all. */
  readonly packet?: Uint8Array;
  /** The sender's address. */
  readonly from: Uint8Array;
  /** Sequence number of an echo reply. */
  readonly sequence?: number;
}

/** What an ear is, before it is opened: equal keys share one. */
export interface EarSpec {
  readonly key: string;
  open(): Ear;
}

export interface Carrier {
  readonly medium: Medium;
  readonly ear: EarSpec;
  /** Sends one packet to everybody whom the medium reaches; false when the kernel had no room. */
  send(packet: Uint8Array): boolean;
  /** True when the interface's addresses changed so that it must be opened anew. */
  stale?(): boolean;
  close(): void;
}

/** Room for a burst of packets while this process is away. */
export const RECEIVE_BUFFER = 1024 * 1024;
