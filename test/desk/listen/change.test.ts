import { expect, test } from "bun:test";
import type { GroupView, NodeView } from "../../../src/core/snapshot.ts";
import { changes } from "../../../src/desk/listen/change.ts";
import { topics } from "../../../src/desk/listen/wish.ts";

const bob: NodeView = {
  name: "bob",
  state: "active",
  kind: "hb",
  lastHeardMs: 12,
  links: [{ name: "eth0", medium: "bcast eth0", state: "up" }],
};
const group: GroupView = {
  key: "10.0.0.1",
  owner: "alice",
  resources: ["10.0.0.1"],
  holder: "alice",
  state: "held",
  why: "its owner is there",
};
const view = { nodes: [bob], groups: [group] };

test("changes() from nothing are everything as it is, by topic", () => {
  expect(changes(undefined, view, topics)).toEqual([
    { event: "node", node: "bob", state: "active", kind: "hb" },
    { event: "link", node: "bob", link: "eth0", state: "up" },
    {
      event: "group",
      group: "10.0.0.1",
      owner: "alice",
      holder: "alice",
      state: "held",
      why: "its owner is there",
    },
  ]);
});

test("changes() tell of no topic that was not asked for", () => {
  const dead = { nodes: [{ ...bob, state: "dead" }], groups: [{ ...group, holder: null }] };
  expect(changes(view, dead, ["groups"]).map(({ event }) => event)).toEqual(["group"]);
  expect(changes(view, dead, [])).toEqual([]);
});

test("changes() of what passes with time alone are none", () => {
  const later = {
    nodes: [{ ...bob, lastHeardMs: 900 }],
    groups: [{ ...group, why: "its owner is there since 3 s" }],
  };
  expect(changes(view, later, topics)).toEqual([]);
});

test("changes() tell what is gone", () => {
  const removed = changes(view, { nodes: [], groups: [] }, topics);
  expect(removed.map(({ event, state }) => `${event} ${state}`)).toEqual([
    "node removed",
    "link removed",
    "group removed",
  ]);
});

test.each([
  ["the state of a node", { nodes: [{ ...bob, state: "dead" }] }, "node"],
  ["the program of a node", { nodes: [{ ...bob, kind: "heartbeat" }] }, "node"],
  ["a link", { nodes: [{ ...bob, links: [{ ...bob.links[0], state: "dead" }] }] }, "link"],
  ["the holder", { groups: [{ ...group, holder: "bob" }] }, "group"],
  ["the owner", { groups: [{ ...group, owner: "bob" }] }, "group"],
  ["what happens here", { groups: [{ ...group, state: "stopping" }] }, "group"],
])("changes() tell of another value of %s", (_, part, event) => {
  const after = { ...view, ...part } as typeof view;
  expect(changes(view, after, topics).map((change) => change.event)).toEqual([event as "node"]);
});

test("changes() tell a membership again when its number or its quorum is another, and not its words", () => {
  const members = [{ name: "alice", bornon: 1 }];
  const membership = { state: "JOINED", transition: 3, leader: "alice", members, quorum: true };
  const told = { event: "membership", state: "agreed", transition: 3, quorum: true } as const;
  const is = { ...told, leader: "alice", members: ["alice"], why: "" };
  const after = (now: typeof membership & { why?: string }) =>
    changes({ ...view, membership }, { ...view, membership: now }, ["membership"]);
  expect(changes(view, { ...view, membership }, topics)).toEqual([is]);
  expect(after({ ...membership, why: "majority" })).toEqual([]);
  expect(after({ ...membership, quorum: false })).toEqual([{ ...is, quorum: false }]);
  expect(after({ ...membership, transition: 4 })).toEqual([{ ...is, transition: 4 }]);
  expect(after({ ...membership, state: "JOINING" })).toEqual([{ ...is, state: "agreeing" }]);
  expect(changes({ ...view, membership }, view, topics)).toEqual([{ ...is, state: "removed" }]);
});
