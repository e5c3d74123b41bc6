// What the desk and the pulse say to each other: one JSON value per packet.
//
// The desk speaks at least every deadtime/4 ("alive"); a pulse that hears nothing for deadtime, or reads
// end-of-file, stops renewing what it holds and exits: the kernel takes the addresses down when their
// lease ends, unless a restarted agent adopts them first.

import type { ClusterConfig } from "../config/cluster.ts";
import type { Boot } from "./boot.ts";
import type { Effect } from "./effect.ts";
import type { Input } from "./input.ts";
import type { Instant } from "./instant.ts";
import type { Snapshot } from "./snapshot.ts";

export type FromDesk =
  /** The first packet. `only`: a process of virtual routers, without membership and groups. */
  | {
      readonly say: "begin";
      readonly config: ClusterConfig;
      readonly boot: Boot;
      readonly only?: "routers";
      readonly seal?: SealGrant;
    }
  /** More numbers for seals: up to here. */
  | { readonly say: "seal"; readonly until: number }
  /** Other numbers for seals from now on: the first router that seals came, or the old ones can be written
   *  down no longer. */
  | { readonly say: "seals"; readonly grant: SealGrant }
  | { readonly say: "alive" }
  /** "command", "result" and "reload" inputs for the core. */
  | { readonly say: "input"; readonly input: Input }
  /** Several "client" inputs: a word for each would wake the pulse for each. */
  | { readonly say: "clients"; readonly bodies: readonly string[] }
  /** The PPP link on this tty came up, with what pppd told of it, or is down (absent). */
  | {
      readonly say: "ppp";
      readonly tty: string;
      readonly line?: PppLine;
      /** pppd's state: one sentence. */
      readonly reason: string;
    }
  /** Answered by one "snapshot" with the same id. */
  | { readonly say: "snapshot?"; readonly id: number };

/** Which numbers the seals of this life may bear (docs/carp-seal.md). The end is on the disk before it is
 *  used, so that no later life says a number again, whatever the clock does meanwhile. */
export interface SealGrant {
  /** 16 hex digits: this host. */
  readonly sender: string;
  /** The first number and the last; microseconds of unix time while the clock is sane. */
  readonly from: number;
  readonly until: number;
}

/** A PPP link that is up, as pppd tells its ip-up script. */
export interface PppLine {
  readonly device: string;
  readonly local: string;
  readonly remote: string;
}

/** Effects that the desk carries out; all others the pulse does itself. */
export type DeskEffect = Extract<
  Effect,
  {
    readonly do:
      | "run"
      | "call"
      | "fence"
      | "log"
      | "remember"
      | "hostcache"
      | "reply"
      | "deliver"
      | "directory"
      | "flow"
      | "consensus"
      | "restart"
      | "exit"
      | "reboot";
  }
>;

export type FromPulse =
  | { readonly say: "ready" }
  /** From now on a watchdog resets this host so long after this pulse's last turn; absent: none does. */
  | { readonly say: "guarded"; readonly timeoutS?: number }
  /** At least every deadtime/4. `at` is the pulse's own moment: the desk may read this much later, and must
   *  not take an old sign of life for a fresh one. */
  | { readonly say: "alive"; readonly at: Instant }
  | { readonly say: "effect"; readonly effect: DeskEffect }
  /** Several in their order. */
  | { readonly say: "effects"; readonly effects: readonly DeskEffect[] }
  /** In answer to "snapshot?" (its id), or unasked after a "publish" effect (id 0). */
  | { readonly say: "snapshot"; readonly id: number; readonly snapshot: Snapshot };
