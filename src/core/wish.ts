// The words by which operators name groups, relative to the node that speaks (heartbeat-resources 1).

export type GroupSet = "all" | "local" | "foreign";

/** The same groups as the other node of a pair names them: local ↔ foreign. */
export function mirror(set: GroupSet): GroupSet {
  switch (set) {
    case "all":
      return "all";
    case "local":
      return "foreign";
    case "foreign":
      return "local";
  }
}
