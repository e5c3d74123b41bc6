// What the machine of the membership with consensus wants, and the names of its states.

import type { Message } from "../../wire/message.ts";
import type { Level } from "../effect.ts";

/** The states of ccm 5, by the words that STATE_INFO has for them. */
export type CcmState =
  | "NONE"
  | "VERSION_REQUEST"
  | "NEW_NODE_WAIT_FOR_MEM_LIST"
  | "JOINED"
  | "WAIT_FOR_CHANGE"
  | "WAIT_FOR_MEM_LIST"
  | "JOINING"
  | "SENT_MEMLISTREQ"
  | "MEMLIST_RES";

export interface CcmMember {
  readonly name: string;
  /** Its number in the sorted list of nodes. */
  readonly index: number;
  /** The number of the membership that it came with. */
  readonly bornon: number;
}

export interface CcmMembership {
  /** All nodes, sorted. */
  readonly nodes: readonly string[];
  readonly transition: number;
  /** Two nodes that have the same transition and the same cookie have the same members. */
  readonly cookie: string;
  readonly leader: string;
  readonly members: readonly CcmMember[];
  readonly quorate: boolean;
  readonly why: string;
}

/** Whether this side may speak for the cluster. */
export interface Standing {
  /** held: those who agree with each other have it. lost: not even all that are heard would. open: it is being
   *  agreed on. */
  readonly quorum: "held" | "open" | "lost";
  readonly why: string;
}

/** What programs on this host are told. */
export type ConsensusNews =
  | ({ readonly say: "membership" } & CcmMembership)
  | { readonly say: "influx" | "evicted" };

export type CcmEffect =
  /** From this node's `ccm` to those of all nodes, or of the node that `dest` names. */
  | { readonly do: "send"; readonly message: Message }
  | { readonly do: "membership"; readonly membership: CcmMembership }
  /** The membership is being agreed on anew; what was told last may not hold. */
  | { readonly do: "influx" }
  /** The others go on without this node. */
  | { readonly do: "evicted" }
  | { readonly do: "log"; readonly level: Level; readonly text: string };
