// The state of a node that is alone and holds nothing, for tests that look at a part of it.

import type { Snapshot } from "../src/core/snapshot.ts";

export function plainSnapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1,
    node: "alice",
    state: "active",
    generation: 1,
    resources: "none",
    nodes: [],
    groups: [],
    routers: [],
    dropped: {},
    pulse: { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] },
    ...more,
  };
}
