// Where heartbeats travel: one value per medium that ha.cf names (heartbeat-wire 14).
// Media with the same `link` name share a link, as in Heartbeat.

export type Medium =
  | { readonly kind: "bcast"; readonly device: string; readonly port: number }
  | {
      readonly kind: "ucast" | "ucast6";
      readonly device: string;
      /** Name or address as written; resolved by the desk before the pulse sees it. */
      readonly peer: string;
      readonly port: number;
    }
  | {
      readonly kind: "mcast" | "mcast6";
      readonly device: string;
      readonly group: string;
      readonly port: number;
      /** TTL or hop limit, 0–4. */
      readonly ttl: number;
      readonly loop: boolean;
    }
  | {
      readonly kind: "ping" | "ping6";
      /** The ping node's name, as written. */
      readonly name: string;
      /** Its address; equal to the name unless that had to be resolved. */
      readonly address: string;
    }
  | {
      readonly kind: "ping_group";
      readonly name: string;
      readonly addresses: readonly string[];
    }
  | SerialMedium
  | PppMedium;

/** A null-modem cable to one other node (heartbeat-wire 14.5). */
export interface SerialMedium {
  readonly kind: "serial";
  /** Absolute path of the tty; also the link's name. */
  readonly device: string;
  readonly baud: number;
  readonly flow: "rtscts" | "none";
}

/** UDP to one other node over a PPP link that the agent brings up on a tty. */
export interface PppMedium {
  readonly kind: "ppp";
  /** Absolute path of the tty; also the link's name. The network interface is known once pppd has told it. */
  readonly device: string;
  readonly local: string;
  /** Absent: the other end tells its own. */
  readonly remote?: string;
  readonly baud: number;
  readonly flow: SerialMedium["flow"];
  readonly port: number;
}

/** True for a medium on a tty: a cable to exactly one other node, and no network interface's name. */
export function isLine(medium: Medium): medium is SerialMedium | PppMedium {
  return medium.kind === "serial" || medium.kind === "ppp";
}

/** The link name: the interface for UDP media, the tty for cables, the node's name for ping media
 *  (heartbeat-wire 14). */
export function linkOf(medium: Medium): string {
  switch (medium.kind) {
    case "ping":
    case "ping6":
    case "ping_group":
      return medium.name;
    default:
      return medium.device;
  }
}
