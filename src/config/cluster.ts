// What the core and the pulse need to know of the configuration: checked, complete, defaults filled
// in, JSON-clean. `ha.cf` holds more than this; the rest is the desk's business.

import type { Keyring } from "../wire/keyring.ts";
import type { Medium } from "./medium.ts";
import type { QuorumPolicy, QuorumRule } from "./quorum.ts";
import type { GroupSpec } from "./resource.ts";
import type { RouterConfig } from "./router.ts";
import type { TestLoss } from "./testloss.ts";

export interface Timing {
  readonly keepaliveMs: number;
  readonly deadtimeMs: number;
  readonly warntimeMs: number;
  readonly initdeadMs: number;
  readonly deadpingMs: number;
  readonly maxRexmitDelayMs: number;
}

export interface ClusterConfig {
  /** Own node name, lower case. */
  readonly self: string;
  /** Normal nodes in configuration order, self included. */
  readonly nodes: readonly string[];
  readonly autojoin: "none" | "other" | "any";
  readonly timing: Timing;
  readonly media: readonly Medium[];
  readonly keyring: Keyring;
  /** `classic`: messages hold the inner signature too (heartbeat-wire 2.4). */
  readonly msgfmt: "classic" | "netstring";
  readonly hopfudge: number;
  readonly autoFailback: "on" | "off" | "legacy";
  readonly groups: readonly GroupSpec[];
  /** False with `-M` or pacemaker: membership only, haresources is not read. */
  readonly managesResources: boolean;
  /** hb's own directives. */
  readonly resourceTimeoutMs: number;
  readonly onStopFailure: "ignore" | "reboot";
  readonly announceIntervalMs: number;
  /** "auto": just above deadtime, at least 2 s; "off": permanent addresses; or a fixed length. */
  readonly addressLease: "auto" | "off" | { readonly ms: number };
  readonly addressMethod: "netlink" | "ioctl";
  readonly realtime: boolean;
  /** 1–99, SCHED_RR. */
  readonly rtprio: number;
  readonly memreserveKib: number;
  /** Messages that arrive on one cable leave on the others (ours; Heartbeat 3 forwards nothing). */
  readonly serialRing: boolean;
  /** The type of the device with which this node resets others; absent: it has none. */
  readonly fencing?: string;
  /** Device that resets the host when it is not written to; absent: none. */
  readonly watchdog?: string;
  /** Of what all nodes must be told alike; absent: not said to the others. */
  readonly digest?: string;
  /** Packets that a test wants lost; absent: none. */
  readonly testLoss?: TestLoss;
  /** This node agrees on a membership with consensus (`membership on`); absent: it does not. */
  readonly consensus?: {
    readonly rules: readonly QuorumRule[];
    /** What a side without quorum does with groups. */
    readonly policy: QuorumPolicy;
  };
  /** CARP virtual routers of this host, in configuration order. */
  readonly routers: readonly RouterConfig[];
}
