// Everything that ha.cf says, checked word by word, with every default filled in (heartbeat-config 2).
// The core needs the part that is in cluster.ts; the desk needs the rest.

import type { RouterLine } from "./carp/setting.ts";
import type { ChildLine } from "./child.ts";
import type { ClusterConfig, Timing } from "./cluster.ts";
import type { ListenPlace } from "./listen.ts";
import type { Medium, SerialMedium } from "./medium.ts";
import type { QuorumPolicy } from "./quorum.ts";

/** Who may use the client API under a name. */
export interface ApiAuth {
  readonly client: string;
  readonly uids: readonly string[];
  readonly gids: readonly string[];
}

export interface Stonith {
  /** Absent for `stonith`; "*" or a node for `stonith_host`. */
  readonly host?: string;
  readonly type: string;
  readonly parameters: string;
}

export interface HaConf
  extends Timing,
    Pick<
      ClusterConfig,
      | "autojoin"
      | "msgfmt"
      | "hopfudge"
      | "autoFailback"
      | "resourceTimeoutMs"
      | "onStopFailure"
      | "announceIntervalMs"
      | "addressLease"
      | "addressMethod"
      | "realtime"
      | "rtprio"
      | "memreserveKib"
      | "serialRing"
      | "watchdog"
    > {
  readonly nodes: readonly string[];
  readonly cluster: string;
  readonly uuidfrom: "file" | "nodename";
  readonly hbgenmethod: "file" | "time";
  readonly quorumServer?: string;

  readonly media: readonly Medium[];
  readonly udpport: number;
  readonly baud: number;
  readonly serialFlow: SerialMedium["flow"];

  /** CARP virtual routers, whose passwords are still in their files. */
  readonly routers: readonly RouterLine[];

  readonly stonith: readonly Stonith[];
  /** As written; what it means says child.ts. */
  readonly pacemaker: string;
  readonly crmdSpawnsPengine: boolean;

  readonly apiauth: readonly ApiAuth[];
  /** Programs beside the agent, in the order of the file. */
  readonly children: readonly ChildLine[];
  /** How long one of them may take to end when it is told to. */
  readonly childTimeoutMs: number;
  /** Pairs for the environment of scripts, without the prefix HA_. */
  readonly env: readonly (readonly [string, string])[];
  readonly useApphbd: boolean;
  /** hb is the `ccm` of this node. */
  readonly membership: boolean;
  /** What a side without quorum does with groups; absent: not given. */
  readonly quorumPolicy?: QuorumPolicy;

  readonly compression: "zlib" | "bz2";
  readonly compressionThresholdKib: number;
  readonly traditionalCompression: boolean;
  readonly logBadpack: boolean;

  /** The program that is told what happens, with its arguments. */
  readonly notify?: readonly string[];
  /** Where the status page is; absent: nowhere. */
  readonly statusPage?: readonly ListenPlace[];
  readonly logfile?: string;
  readonly debugfile?: string;
  /** A syslog facility in lower case; absent: not given, or "none". */
  readonly logfacility?: string;
  /** Absent: not given. */
  readonly useLogd?: boolean;
  readonly connLogdMs: number;
  readonly syslogmsgfmt: boolean;
  readonly logFormat: "text" | "json" | "classic";
  readonly debug: number;

  readonly coredumps: boolean;
  readonly coreroot?: string;
  readonly normalpoll: boolean;

  /** The values that count as they stand in the file, by directive; "crm" is "pacemaker". */
  readonly written: Readonly<Record<string, string>>;
  /** Names of nodes and ping nodes as they follow each other in the file. */
  readonly listed: readonly string[];
}

/** The same while it is read: nothing is there until a line says so. */
export type Draft = { -readonly [Key in keyof HaConf]?: HaConf[Key] };

/** UDP port of Heartbeat: service ha-cluster. */
export const haClusterPort = 694;

/** Speed of serial lines and PPP when `baud` is not given. */
export const standardBaud = 19_200;

/** Fills in what the file does not say. */
export function complete(draft: Draft, defaultPort = haClusterPort): HaConf {
  const deadtimeMs = draft.deadtimeMs ?? 30_000;
  const udpport = draft.udpport ?? defaultPort;
  const baud = draft.baud ?? standardBaud;
  const flow = draft.serialFlow ?? "rtscts";
  const defaults = {
    nodes: [],
    autojoin: "none",
    cluster: "linux-ha",
    uuidfrom: "file",
    hbgenmethod: "file",
    keepaliveMs: 1000,
    warntimeMs: Math.round(deadtimeMs / 2),
    initdeadMs: standardInitdead(deadtimeMs),
    deadpingMs: deadtimeMs,
    maxRexmitDelayMs: 250,
    hopfudge: 1,
    autoFailback: "legacy",
    stonith: [],
    pacemaker: "off",
    crmdSpawnsPengine: true,
    apiauth: [],
    children: [],
    childTimeoutMs: 60_000,
    env: [],
    useApphbd: false,
    membership: false,
    msgfmt: "classic",
    compression: "zlib",
    compressionThresholdKib: 2,
    traditionalCompression: false,
    logBadpack: true,
    connLogdMs: 60_000,
    syslogmsgfmt: true,
    logFormat: "text",
    debug: 0,
    realtime: true,
    rtprio: 1,
    memreserveKib: 6500,
    coredumps: true,
    normalpoll: true,
    resourceTimeoutMs: 60_000,
    // As Heartbeat does; hb check says so.
    onStopFailure: "reboot",
    announceIntervalMs: 60_000,
    addressLease: "auto",
    addressMethod: "netlink",
    serialRing: false,
    serialFlow: "rtscts",
    routers: [],
    written: {},
    listed: [],
  } as const;
  return {
    ...defaults,
    ...draft,
    deadtimeMs,
    udpport,
    baud,
    // What media are given may stand below them.
    media: (draft.media ?? []).map((medium) => filledIn(medium, { udpport, baud, flow })),
  };
}

/** initdead when it is not given (heartbeat-config 2). */
function standardInitdead(deadtimeMs: number): number {
  if (deadtimeMs > 10_000) return deadtimeMs;
  return deadtimeMs < 6_000 ? 12_000 : 2 * deadtimeMs;
}

function filledIn(
  medium: Medium,
  { udpport: port, baud, flow }: Pick<HaConf, "udpport" | "baud"> & Pick<SerialMedium, "flow">,
): Medium {
  switch (medium.kind) {
    case "bcast":
    case "ucast":
    case "ucast6":
      return { ...medium, port };
    case "ppp":
      return { ...medium, port, flow, baud: medium.baud || baud };
    case "serial":
      return { ...medium, flow };
    default:
      return medium;
  }
}
