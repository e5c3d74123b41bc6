// heartbeat-wire 12: node lists, autojoin, addnode, delnode, setweight, setsite, hostcache.

import { describe, expect, test } from "bun:test";
import type { Effect } from "../../../src/core/effect.ts";
import { at } from "../../../src/core/instant.ts";
import { Membership } from "../../../src/core/membership/membership.ts";
import { text, textOf } from "../../../src/wire/message.ts";
import { acquainted, boot, config, from, logs, news, sentOf, status, uuidOf } from "./scene.ts";

const THREE = { nodes: ["alice", "bob", "carol"] };

function names(membership: Membership): string[] {
  return membership.members().map((member) => member.name);
}

function caches(effects: readonly Effect[]) {
  return effects.flatMap((effect) => (effect.do === "hostcache" ? [effect] : []));
}

/** Alice up and waiting for bob's list, with the nodes of her own ha.cf. */
function asking(nodes: readonly string[]): Membership {
  const alice = new Membership(config("alice", { nodes }), boot("alice"), at(0));
  alice.start(at(0));
  alice.heard("eth0", status("bob", "active", { seq: 1 }), at(9_000));
  alice.expire(at(10_000));
  return alice;
}

describe("repnodes", () => {
  const list = (nodelist: string, delnodelist = " ") =>
    from("bob", { dest: "alice", t: "repnodes", nodelist, delnodelist }, { seq: 2 });

  test("adds the nodes that this node did not know", () => {
    const alice = asking(["alice", "bob"]);
    const { events } = alice.heard("eth0", list("alice bob dave "), at(10_001));
    expect(names(alice)).toEqual(["alice", "bob", "dave"]);
    expect(news(events)).toEqual([]);
    expect(news(alice.expire(at(10_001)).events)).toEqual([]);
    expect(news(alice.heard("eth0", status("dave", "up", { seq: 1 }), at(10_002)).events)).toEqual([
      "up dave",
      "comm-up",
    ]);
  });

  test("removes the configured nodes that nobody hears and the other does not list", () => {
    const alice = asking(["alice", "bob", "carol"]);
    const { events } = alice.heard("eth0", list("alice bob "), at(10_001));
    expect(news(events)).toEqual(["removed carol", "comm-up"]);
    expect(names(alice)).toEqual(["alice", "bob"]);
  });

  test("keeps a node that is up, even when the other does not list it", () => {
    const alice = asking(["alice", "bob", "carol"]);
    alice.heard("eth0", status("carol", "up", { seq: 1 }), at(10_000));
    alice.heard("eth0", list("alice bob "), at(10_001));
    expect(names(alice)).toEqual(["alice", "bob", "carol"]);
  });

  test("is not adopted when it lacks this node", () => {
    const alice = asking(["alice", "bob"]);
    const { effects } = alice.heard("eth0", list("bob carol "), at(10_001));
    expect(logs(effects)).toContain("The node list of bob lacks this node: not adopted");
    expect(names(alice)).toEqual(["alice", "bob"]);
  });

  test("changes nothing when nobody asked", () => {
    const alice = acquainted();
    alice.heard("eth0", { ...list("alice bob dave ") }, at(1));
    expect(names(alice)).toEqual(["alice", "bob"]);
  });
});

describe("autojoin", () => {
  test("any: a stranger joins with its first status and is up with its second", () => {
    const alice = acquainted({
      autojoin: "any",
      timing: { ...config("alice").timing, initdeadMs: 0 },
    });
    const first = alice.heard("eth0", status("dave", "up", { seq: 1 }), at(100));
    expect(first.events).toEqual([]);
    expect(names(alice)).toEqual(["alice", "bob", "dave"]);
    const [cache] = caches(first.effects);
    expect(cache?.hosts.map((host) => [host.name, host.uuid])).toEqual([
      ["alice", uuidOf("alice")],
      ["bob", uuidOf("bob")],
      ["dave", uuidOf("dave")],
    ]);
    const second = alice.heard("eth0", status("dave", "up", { seq: 2 }), at(200));
    expect(news(second.events)).toEqual(["up dave"]);
  });

  test("any: nodes and weights of the hostcache are known from the start", () => {
    const hostcache = [
      { name: "alice", uuid: uuidOf("alice"), weight: 7, site: "rome" },
      { name: "dave", uuid: uuidOf("dave"), weight: 55, site: "paris" },
    ];
    const delhostcache = [{ name: "erin", uuid: uuidOf("erin"), weight: 100, site: "" }];
    const birth = boot("alice", { hostcache, delhostcache });
    const alice = new Membership(config("alice", { autojoin: "any" }), birth, at(0));
    expect(names(alice)).toEqual(["alice", "bob", "dave"]);
    alice.start(at(0));
    const { effects } = alice.heard("eth0", status("frank", "up", { seq: 1 }), at(1));
    expect(caches(effects)[0]).toMatchObject({
      hosts: [{ name: "alice", weight: 7 }, { name: "bob" }, hostcache[1], { name: "frank" }],
      deleted: delhostcache,
    });
  });

  test("none: the hostcache of an earlier life is not read", () => {
    const hostcache = [{ name: "dave", uuid: uuidOf("dave"), weight: 55, site: "" }];
    const alice = new Membership(config("alice"), boot("alice", { hostcache }), at(0));
    expect(names(alice)).toEqual(["alice", "bob"]);
  });
});

describe("addnode", () => {
  test("is told to all and carried out here", () => {
    const alice = acquainted();
    const outcome = alice.command({ name: "addnode", nodes: ["dave", "erin"] }, at(100));
    const [message] = sentOf(outcome?.effects ?? [], "addnode");
    expect(message && textOf(message, "nodelist")).toBe("dave erin");
    expect(names(alice)).toEqual(["alice", "bob", "dave", "erin"]);
    expect(news(alice.expire(at(5100)).events)).toEqual(["dead bob", "dead dave", "dead erin"]);
  });

  test("is refused for a node that is known", () => {
    const outcome = acquainted().command({ name: "addnode", nodes: ["bob"] }, at(100));
    expect(outcome?.refused).toBe("Node bob is in the cluster already");
    expect(outcome?.effects).toEqual([]);
  });

  test("adds those of its nodes that are not known, on all nodes", () => {
    const alice = acquainted();
    const outcome = alice.command({ name: "addnode", nodes: ["bob", "dave"] }, at(100));
    expect(outcome?.refused).toBeUndefined();
    const [message] = sentOf(outcome?.effects ?? [], "addnode");
    expect(message && textOf(message, "nodelist")).toBe("bob dave");
    expect(names(alice)).toEqual(["alice", "bob", "dave"]);
  });

  test("by another node is carried out here", () => {
    const alice = acquainted();
    alice.heard("eth0", from("bob", { t: "addnode", nodelist: "dave" }, { seq: 4 }), at(100));
    expect(names(alice)).toEqual(["alice", "bob", "dave"]);
  });
});

describe("delnode", () => {
  test("removes a dead node while all others are up, and remembers it", () => {
    const alice = acquainted({ ...THREE, managesResources: false });
    alice.heard("eth0", status("bob", "active", { seq: 4 }), at(4000));
    alice.expire(at(5000));
    const outcome = alice.command({ name: "delnode", nodes: ["carol"] }, at(5001));
    expect(outcome?.refused).toBeUndefined();
    expect(news(outcome?.events ?? [])).toEqual(["removed carol"]);
    expect(sentOf(outcome?.effects ?? [], "delnode")).toHaveLength(1);
    expect(caches(outcome?.effects ?? [])[0]?.deleted.map((host) => host.name)).toEqual(["carol"]);
    const question = from("bob", { t: "reqnodes", dest: "alice" }, { seq: 5 });
    const [answer] = sentOf(alice.heard("eth0", question, at(5002)).effects, "repnodes");
    expect(answer && textOf(answer, "delnodelist")).toBe("carol ");
  });

  test.each([
    ["a live node", ["bob"], "Deletion refused: node bob is active, not dead"],
    ["an unknown node", ["dave"], "Deletion refused: node dave is not in the cluster"],
    ["itself", ["alice"], "Deletion refused: alice is this node, and it is alive"],
    ["nobody", [], "Deletion refused: no node is named"],
  ])("of %s is refused with the reason", (_what, nodes, refused) => {
    const outcome = acquainted(THREE).command({ name: "delnode", nodes }, at(100));
    expect(outcome).toMatchObject({ refused, effects: [], events: [] });
  });

  test("is refused while another node is dead too", () => {
    const alice = acquainted(THREE);
    alice.expire(at(5000));
    const outcome = alice.command({ name: "delnode", nodes: ["carol"] }, at(5001));
    expect(outcome?.refused).toBe(
      "Deletion refused: node bob is dead: every other node must be up to take note",
    );
  });
});

describe("setweight and setsite", () => {
  test("are told to all and written to the hostcache", () => {
    const alice = acquainted({ managesResources: false });
    const weight = alice.command({ name: "setweight", node: "bob", weight: 55 }, at(1));
    expect(sentOf(weight?.effects ?? [], "setweight").map((m) => textOf(m, "weight"))).toEqual([
      "55",
    ]);
    const site = from("bob", { t: "setsite", node: "alice", site: "paris\tnord" }, { seq: 4 });
    const { effects } = alice.heard("eth0", site, at(2));
    expect(caches(effects)[0]?.hosts).toMatchObject([
      { name: "alice", weight: 100, site: "paris nord" },
      { name: "bob", weight: 55, site: "" },
    ]);
  });

  test("are refused for unknown nodes", () => {
    const outcome = acquainted().command({ name: "setsite", node: "dave", site: "x" }, at(1));
    expect(outcome?.refused).toBe("Node dave is not in the cluster");
  });
});

test("Membership.command() leaves the commands about groups to others", () => {
  expect(acquainted().command({ name: "leave" }, at(1))).toBeUndefined();
});

describe("ping nodes", () => {
  const media = [
    { kind: "bcast", device: "eth0", port: 694 },
    { kind: "ping", name: "10.0.0.1", address: "10.0.0.1" },
  ] as const;
  const echo = text({ t: "NS_st", st: "ping", info: "ping", src: "10.0.0.1", ts: "6b001160" });

  test("are up while they answer over their own link, dead after deadping", () => {
    const timing = { ...config("alice").timing, deadpingMs: 2000 };
    const alice = new Membership(config("alice", { media, timing }), boot("alice"), at(0));
    alice.start(at(0));
    expect(alice.heard("eth0", echo, at(1)).events).toEqual([]);
    expect(news(alice.heard("10.0.0.1", echo, at(2)).events)).toEqual(["ping 10.0.0.1"]);
    expect(alice.members().at(-1)).toMatchObject({ name: "10.0.0.1", status: "ping" });
    alice.heard("eth0", status("bob", "up", { seq: 1 }), at(9_000));
    alice.heard("10.0.0.1", echo, at(9_500));
    const list = { dest: "alice", t: "repnodes", nodelist: "alice bob ", delnodelist: " " };
    expect(news(alice.heard("eth0", from("bob", list, { seq: 2 }), at(9_600)).events)).toEqual([
      "comm-up",
    ]);
    const { events } = alice.expire(at(11_500));
    expect(events).toEqual([{ event: "ping", node: "10.0.0.1", ok: false }]);
  });

  test("are not in the node list, but count for ttl", () => {
    const alice = new Membership(config("alice", { media }), boot("alice"), at(0));
    const [first] = sentOf(alice.start(at(0)).effects, "status");
    expect(first && textOf(first, "ttl")).toBe("4");
    alice.heard("eth0", status("bob", "up", { seq: 1 }), at(1));
    const question = from("bob", { t: "reqnodes", dest: "alice" }, { seq: 2 });
    const [answer] = sentOf(alice.heard("eth0", question, at(2)).effects, "repnodes");
    expect(answer && textOf(answer, "nodelist")).toBe("alice bob ");
  });
});
