// What a modelled BSD host is told: its kernel, its carp interface, and its network.

export interface BsdShape {
  readonly kernel: "openbsd" | "freebsd";
  /** The parent interface. */
  readonly device: string;
  readonly vhid: number;
  readonly pass: string;
  /** The virtual addresses, both families in any order. */
  readonly addresses: readonly string[];
  /** Own address of the parent interface. */
  readonly source4: string;
  /** Own link-local address; needed with IPv6 addresses. */
  readonly source6?: string;
  readonly advbase: number;
  readonly advskew: number;
  /** net.inet.carp.preempt: off by default on both. */
  readonly preempt?: boolean;
  /** Unicast peer instead of the group: OpenBSD's carppeer, FreeBSD's peer. IPv4. */
  readonly peer?: string;
  /** MAC of the peer, which a real host would ask for. */
  readonly peerMac?: string;
}

/** INIT: the parent interface cannot carry anything. */
export type BsdState = "INIT" | "BACKUP" | "MASTER";

/** What it says on stdout, one JSON value per line; `at` is the wall clock in milliseconds. */
export type BsdEvent =
  | { readonly at: number; readonly say: "state"; readonly state: BsdState; readonly why: string }
  | {
      readonly at: number;
      readonly say: "heard";
      readonly family: 4 | 6;
      readonly from: string;
      readonly advbase: number;
      readonly advskew: number;
      readonly demote: number;
      readonly counter: string;
    }
  | { readonly at: number; readonly say: "refused"; readonly reason: string; readonly from: string }
  | { readonly at: number; readonly say: "left" };
