// What membership tells the machines that decide about groups. One list, in the order it happened.

import type { Message } from "../wire/message.ts";

/** Status words of heartbeat-wire 9.1; anything else on the wire is kept as a word of no meaning. */
export type NodeStatus = "init" | "up" | "active" | "dead" | "ping";

export interface Member {
  readonly name: string;
  /** "normal" or a ping pseudo-member. */
  readonly kind: "normal" | "ping";
  readonly status: NodeStatus;
  /** True once a status of this generation said that the node runs hb (field `hb`). */
  readonly speaksHb: boolean;
  /** Never heard in this run of ours. */
  readonly unheard: boolean;
  /** Generation last heard; 0 when none. */
  readonly generation: number;
}

export type MemberEvent =
  /** First heard, or heard again after death with a higher generation. */
  | { readonly event: "up"; readonly node: string }
  /** Reached status active. */
  | { readonly event: "active"; readonly node: string }
  /** A new generation while not dead: a restart inside deadtime. It is not a death. */
  | { readonly event: "restarted"; readonly node: string }
  /** Silent beyond its deadtime (or initdead). `why` names links and lengths. */
  | {
      readonly event: "dead";
      readonly node: string;
      readonly why: string;
      /** False when it was never heard in this run. */
      readonly wasHeard: boolean;
    }
  /** The same generation heard again after we declared it dead: a partition healed. */
  | { readonly event: "returned"; readonly node: string }
  /** The node said by `shutdone` that it has released everything. */
  | { readonly event: "left"; readonly node: string }
  /** Removed from the cluster by delnode or a shorter node list. */
  | { readonly event: "removed"; readonly node: string }
  /** A message for the floors above, kept by the sequence check and addressed to me or all. Own
   *  messages are not delivered. */
  | { readonly event: "message"; readonly node: string; readonly message: Message }
  /** This node is a full member now (wire 10.1 step 6). */
  | { readonly event: "comm-up" }
  /** A ping node or group came or went. */
  | { readonly event: "ping"; readonly node: string; readonly ok: boolean };
