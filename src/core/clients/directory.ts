// What clients of the API may ask about the cluster (heartbeat-api.md 5). The desk answers from it at once; it comes in
// the same stream as what is delivered to them, and before it.

export interface Directory {
  /** Normal nodes as configured, then ping nodes. */
  readonly nodes: readonly DirectoryNode[];
  /** What this node holds, in Heartbeat's words; "transition" while something moves. */
  readonly resources: "none" | "local" | "foreign" | "all" | "transition";
}

export interface DirectoryNode {
  readonly name: string;
  readonly type: "normal" | "ping";
  /** The word of its last status: init, up, active, dead, ping … */
  readonly status: string;
  readonly weight: number;
  /** May be empty. */
  readonly site: string;
  /** 32 hex digits; absent while it is not known. */
  readonly uuid?: string;
  /** A normal node's media, a ping node's own link, which has its name. */
  readonly links: readonly { readonly name: string; readonly status: "up" | "dead" }[];
}
