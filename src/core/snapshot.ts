// The state of a node as `hb status` shows it. Its JSON is a promise: keys are added, never changed.

import type { QuorumPolicy } from "../config/quorum.ts";

export interface Snapshot {
  readonly version: 1;
  readonly node: string;
  /** Own status word: init, up, active, leaving. */
  readonly state: string;
  readonly generation: number;
  readonly resources: "local" | "foreign" | "all" | "none" | "transition";
  readonly nodes: readonly NodeView[];
  readonly groups: readonly GroupView[];
  readonly routers: readonly RouterView[];
  /** The membership with consensus; absent without `membership on`. */
  readonly membership?: ConsensusView;
  /** Authentic messages that do not count, by reason: stranger, replay, clone, old, … */
  readonly dropped: Readonly<Record<string, number>>;
  readonly pulse: PulseView;
  /** The PPP links of this host; absent when ha.cf names none. */
  readonly ppp?: readonly PppView[];
  /** Programs that the agent runs beside itself; absent when ha.cf names none. */
  readonly children?: readonly ChildView[];
  /** Processes of `hb carp` on this host; absent where there are none. What they run is among `routers`. */
  readonly carp?: readonly CarpView[];
}

/** A process of `hb carp`. */
export interface CarpView {
  readonly pid: number;
  /** Why it gives no answer; absent when it does. */
  readonly trouble?: string;
}

export interface NodeView {
  readonly name: string;
  readonly state: string;
  /** "hb", "heartbeat" or "ping"; "unknown" until heard. */
  readonly kind: string;
  /** Absent for this node and for nodes never heard. */
  readonly lastHeardMs?: number;
  /** An hb node that talks, and by what it says does not hear this one: true, else absent. */
  readonly deaf?: true;
  readonly links: readonly LinkView[];
}

/** What the nodes have agreed on, as far as this one knows. */
export interface ConsensusView {
  /** Heartbeat's word: JOINED while all is well. */
  readonly state: string;
  /** These are absent before the first membership. */
  readonly transition?: number;
  readonly leader?: string;
  readonly members: readonly { readonly name: string; readonly bornon: number }[];
  readonly quorum?: boolean;
  /** The rule that gives or denies quorum: one sentence. */
  readonly why?: string;
  /** What a side without quorum does with groups. */
  readonly policy?: QuorumPolicy;
}

export interface LinkView {
  readonly name: string;
  readonly medium: string;
  readonly state: "up" | "dead" | "unknown";
}

export interface GroupView {
  readonly key: string;
  readonly owner: string;
  readonly resources: readonly string[];
  /** Node that holds it as far as this node knows; null when nobody. */
  readonly holder: string | null;
  /** On this node: idle, starting, held, stopping, failed, unsure. */
  readonly state: string;
  /** The rule that put it there, with times: one sentence. */
  readonly why: string;
}

/** A CARP virtual router. */
export interface RouterView {
  readonly name: string;
  readonly device: string;
  readonly vhid: number;
  readonly state: "init" | "backup" | "master";
  readonly sinceMs: number;
  /** The rule that put it into this state: one sentence. */
  readonly why: string;
  readonly addresses: readonly string[];
  readonly advbase: number;
  readonly advskew: number;
  /** What is added to the skew, or said as a demotion count, now; with the reasons. */
  readonly demoted: readonly string[];
  /** The last advert that was heard, absent when none was. */
  readonly heard?: {
    readonly from: string;
    readonly advbase: number;
    readonly advskew: number;
    readonly demote: number;
    readonly sealed: boolean;
    readonly agoMs: number;
  };
  readonly packets: {
    readonly sent: number;
    readonly received: number;
    /** By reason: checksum, ttl, version, digest, seal, replay, … */
    readonly rejected: Readonly<Record<string, number>>;
  };
  /** The next timer: what it is and how far away. */
  readonly next?: { readonly what: "advert" | "takeover"; readonly inMs: number };
  /** The process of `hb carp` that runs it; absent: the one that was asked. */
  readonly pid?: number;
}

export interface PulseView {
  readonly lateMs: { readonly last: number; readonly p99: number; readonly worst: number };
  /** The same for monitoring; absent where nothing is measured. */
  readonly lateness?: HistogramView;
  /** Packets by link: authentic, and rejected by reason. */
  readonly packets: readonly PacketView[];
  /** What could not be had at start (no CAP_SYS_NICE, …). */
  readonly missing: readonly string[];
  /** Absent: none is configured. */
  readonly watchdog?: WatchdogView;
  /** Of the configuration that it runs with: what all nodes must be told alike. */
  readonly digest?: string;
  /** What the packets of other nodes tell of them besides their messages; absent where none came. */
  readonly senders?: readonly SenderView[];
  /** What is rejected before the core hears of it, by router. */
  readonly adverts?: Readonly<Record<string, RouterView["packets"]>>;
}

export interface SenderView {
  readonly node: string;
  /** Its clock less ours is between this and a second more: messages tell whole seconds. */
  readonly aheadS: number;
  /** As it tells; absent until it does. */
  readonly deadtimeMs?: number;
  /** Of its configuration; absent until it tells, and over slow lines, which do not carry it. */
  readonly digest?: string;
  /** Where it is heard. */
  readonly links: readonly {
    readonly name: string;
    /** The last source address; a cable has none. */
    readonly from?: string;
    readonly agoMs: number;
  }[];
}

/** Since the process began; cumulative: how many were at most `upToMs`. */
export interface HistogramView {
  readonly count: number;
  readonly sumMs: number;
  readonly buckets: readonly (readonly [upToMs: number, count: number])[];
}

export interface WatchdogView {
  readonly device: string;
  /** Absent while it cannot be opened; then `trouble` says why. */
  readonly timeoutS?: number;
  readonly identity?: string;
  readonly firmware?: number;
  readonly features?: readonly string[];
  /** Closing does not stop it: a graceful leave resets the host as well. */
  readonly nowayout?: boolean;
  readonly trouble?: string;
}

/** A PPP link that the agent brings up on a tty. */
export interface PppView {
  readonly tty: string;
  /** waiting: no pppd runs, one will be started. */
  readonly state: "waiting" | "starting" | "up";
  readonly sinceMs: number;
  /** pppd's. */
  readonly pid?: number;
  /** The network interface, while the link is up. */
  readonly device?: string;
  readonly local: string;
  /** Absent while only the other end knows it. */
  readonly remote?: string;
  /** What pppd does, or why it ended: one sentence. */
  readonly why: string;
}

/** A program that the agent runs: `respawn`, `failfast`, or a part of Pacemaker. */
export interface ChildView {
  readonly kind: "respawn" | "failfast";
  /** Its path; its arguments may be secrets. */
  readonly program: string;
  readonly user: string;
  /** done: it ended and is not started again, as it should be. failed: it is given up, or this host is rebooted for
   *  it. */
  readonly state: "waiting" | "running" | "stopping" | "done" | "failed";
  readonly sinceMs: number;
  readonly pid?: number;
  /** How often this agent started it again. */
  readonly restarts: number;
  /** How its last run ended; absent before that, and where nobody saw it. */
  readonly lastExit?: { readonly code: number } | { readonly signal: string };
  /** One sentence on the state. */
  readonly why: string;
}

export interface PacketView {
  readonly link: string;
  readonly received: number;
  readonly sent: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Serial lines only. */
  readonly line?: LineView;
  /** Packets of others that left by this link (`serial_ring`); they are among those sent. */
  readonly forwarded?: number;
}

/** A serial line: what it carries and what it could not. */
export interface LineView {
  readonly baud: number;
  readonly flow: "rtscts" | "none";
  /** Bytes since it was opened first; what still waits here is not sent. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Bytes that belong to no packet. */
  readonly noise: number;
  readonly waiting: number;
  /** Messages that a newer one of the same kind replaced before they left. */
  readonly replaced: number;
  /** Messages that were thrown away because nothing left, or too much waited. */
  readonly dropped: number;
  /** Messages that the text form cannot carry. */
  readonly unsendable: number;
  /** How often nothing left for half a second: a dead cable or a deaf other end. */
  readonly stalls: number;
}
