// heartbeat-wire 8, 9, 11, 13: alive, late, dead, restarted, returned, left.

import { describe, expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Membership } from "../../../src/core/membership/membership.ts";
import { textOf } from "../../../src/wire/message.ts";
import { acquainted, boot, config, from, logs, news, sentOf, status, TIMING } from "./scene.ts";

function memberBob(alice: ReturnType<typeof acquainted>) {
  return alice.members().find((member) => member.name === "bob");
}

describe("Membership.expire()", () => {
  test("declares a peer dead at its own dt, exactly, and says why", () => {
    const alice = acquainted();
    alice.heard("eth0", status("bob", "active", { seq: 4, dt: 1234 }), at(500));
    expect(news(alice.expire(at(1733.9)).events)).toEqual([]);
    expect(alice.deadline()).toBe(at(1734));
    const { effects, events } = alice.expire(at(1734));
    expect(news(events)).toEqual(["dead bob"]);
    expect(logs(effects)).toContain("bob is dead: silent for 1234 ms (dt 1234 ms) on eth0");
    expect(memberBob(alice)?.status).toBe("dead");
    expect(news(alice.expire(at(9000)).events)).toEqual([]);
  });

  test("names the links of this host that fail when it declares a peer dead", () => {
    const alice = acquainted();
    alice.link("eth0", false, "no carrier", at(100));
    const { effects } = alice.expire(at(5000));
    expect(logs(effects)).toContain(
      "bob is dead: silent for 5000 ms (dt 5000 ms) on eth0; eth0 fails here: no carrier",
    );
  });

  test("sends a status each keepalive, on the grid even when a little late", () => {
    const alice = acquainted();
    const beats = [1000, 2000.4, 3000.2].map((ms) => {
      expect(alice.deadline()).toBe(at(Math.floor(ms)));
      return sentOf(alice.expire(at(ms)).effects, "status").length;
    });
    expect(beats).toEqual([1, 1, 1]);
    expect(alice.deadline()).toBe(at(4000));
  });

  test("sends one status, not many, after a long delay", () => {
    const alice = acquainted();
    expect(sentOf(alice.expire(at(4500)).effects, "status")).toHaveLength(1);
    expect(alice.deadline()).toBe(at(5000));
    const late = acquainted();
    expect(sentOf(late.expire(at(4700)).effects, "status")).toHaveLength(1);
  });
});

describe("Membership.overslept()", () => {
  test("condemns nobody for the time that this host slept", () => {
    const alice = acquainted();
    alice.expire(at(1000));
    alice.overslept(8000, at(9000));
    expect(news(alice.expire(at(9000)).events)).toEqual([]);
    expect(news(alice.expire(at(12_999)).events)).toEqual([]);
    expect(news(alice.expire(at(13_000)).events)).toEqual(["dead bob"]);
  });

  test("counts what was heard after it as usual", () => {
    const alice = acquainted();
    alice.overslept(8000, at(8000));
    const { effects } = alice.heard("eth0", status("bob", "active", { seq: 4 }), at(8000));
    expect(logs(effects).filter((line) => line.startsWith("Late"))).toEqual([]);
    expect(news(alice.expire(at(12_999)).events)).toEqual([]);
  });

  test("prolongs initdead as well", () => {
    const alice = new Membership(config("alice"), boot("alice"), at(0));
    alice.start(at(0));
    alice.overslept(3000, at(4000));
    expect(news(alice.expire(at(12_999)).events)).toEqual([]);
    expect(news(alice.expire(at(13_000)).events)).toEqual(["dead bob", "comm-up"]);
  });
});

describe("Membership.heard()", () => {
  test("warns of a late heartbeat and condemns nobody who is not dead yet", () => {
    const alice = acquainted();
    const { effects, events } = alice.heard("eth0", status("bob", "active", { seq: 4 }), at(7000));
    expect(logs(effects)).toContain(
      "Late heartbeat: bob was silent for 7000 ms (warntime 3000 ms)",
    );
    expect(events).toEqual([]);
    expect(memberBob(alice)?.status).toBe("active");
  });

  test("takes a higher generation of a live peer for a restart, not a death", () => {
    const alice = acquainted();
    const init = status("bob", "init", { seq: 1, hg: 1001 });
    expect(news(alice.heard("eth0", init, at(100)).events)).toEqual(["restarted bob"]);
    expect(memberBob(alice)).toMatchObject({ status: "init", generation: 1001 });
    const active = status("bob", "active", { seq: 2, hg: 1001 });
    expect(news(alice.heard("eth0", active, at(200)).events)).toEqual(["active bob"]);
  });

  test("takes a higher generation of a dead peer for a new run", () => {
    const alice = acquainted();
    alice.expire(at(5000));
    const init = status("bob", "init", { seq: 1, hg: 1001 });
    expect(news(alice.heard("eth0", init, at(6000)).events)).toEqual(["up bob"]);
  });

  test("takes the same generation of a dead peer for a healed partition, and answers at once", () => {
    const alice = acquainted();
    alice.expire(at(5000));
    const { effects, events } = alice.heard("eth0", status("bob", "active", { seq: 90 }), at(9000));
    expect(news(events)).toEqual(["returned bob", "active bob"]);
    expect(sentOf(effects, "status")).toHaveLength(1);
    expect(sentOf(alice.expire(at(9500)).effects, "NS_rexmit")).toEqual([]);
  });

  test("knows an hb node that returns by any message: it is what it was", () => {
    const alice = acquainted();
    const words = { t: "status", st: "active", dt: "1388", protocol: "1", hb: "1" };
    alice.heard("eth0", from("bob", words, { seq: 4 }), at(100));
    alice.expire(at(6000));
    expect(memberBob(alice)?.status).toBe("dead");
    const { events } = alice.heard("eth0", from("bob", { t: "hb_groups" }, { seq: 5 }), at(9000));
    expect(news(events)).toEqual(["returned bob", "active bob", "message bob hb_groups"]);
    expect(memberBob(alice)?.status).toBe("active");
  });

  test("knows an hb node whose status was lost by its report", () => {
    const alice = acquainted();
    const report = from("bob", { t: "hb_groups", st: "active" }, { seq: 2, hg: 1001 });
    expect(news(alice.heard("eth0", report, at(100)).events)).toEqual([
      "restarted bob",
      "active bob",
      "message bob hb_groups",
    ]);
    expect(memberBob(alice)).toMatchObject({ status: "active", speaksHb: true, generation: 1001 });
    const early = from("bob", { t: "hb_groups", st: "starting" }, { seq: 1, hg: 1002 });
    expect(news(alice.heard("eth0", early, at(200)).events)).toEqual([
      "restarted bob",
      "message bob hb_groups",
    ]);
    expect(memberBob(alice)?.status).toBe("up");
  });

  test("waits for the status of a Heartbeat 3 node that returns", () => {
    const alice = acquainted();
    alice.expire(at(5000));
    const { events } = alice.heard("eth0", from("bob", { t: "resource" }, { seq: 5 }), at(9000));
    expect(events).toEqual([]);
    expect(memberBob(alice)?.status).toBe("dead");
  });

  test("wakes no dead peer by a message that was seen before its death", () => {
    const alice = acquainted();
    alice.heard("eth0", status("bob", "active", { seq: 7 }), at(0));
    alice.expire(at(5000));
    for (const seq of [7, 6, 2]) {
      const { events } = alice.heard("eth0", status("bob", "active", { seq }), at(6000));
      expect(events).toEqual([]);
    }
    expect(memberBob(alice)?.status).toBe("dead");
  });

  test("keeps nobody alive by replayed messages", () => {
    const alice = acquainted();
    for (let ms = 500; ms < 5000; ms += 500) {
      alice.heard("eth0", status("bob", "active", { seq: 2 }), at(ms));
      alice.heard("eth0", from("bob", { t: "NS_ackmsg", dest: "alice", ackseq: "1" }), at(ms));
    }
    expect(news(alice.expire(at(5000)).events)).toEqual(["dead bob"]);
  });

  test("drops an earlier generation whatever the type, and says so once a minute", () => {
    const alice = acquainted();
    const lines: string[] = [];
    for (let i = 0; i < 100; i++) {
      const old = status("bob", "dead", { seq: 50 + i, hg: 999 });
      const { effects, events } = alice.heard("eth0", old, at(i));
      expect(events).toEqual([]);
      lines.push(...logs(effects));
    }
    expect(lines).toEqual(["Replay of a message from bob: generation 999, but it runs in 1000"]);
    expect(alice.drops).toMatchObject({ replay: 100 });
    const missing = from("bob", { t: "resource", rsc_hold: "all" }, { seq: 60, hg: 0 });
    expect(alice.heard("eth0", missing, at(200)).events).toEqual([]);
  });

  test("holds messages of a new life back until its first status", () => {
    const alice = acquainted();
    const early = from("bob", { t: "resource", rsc_hold: "all" }, { seq: 2, hg: 1001 });
    expect(alice.heard("eth0", early, at(100)).events).toEqual([]);
    const active = status("bob", "active", { seq: 3, hg: 1001 });
    expect(news(alice.heard("eth0", active, at(200)).events)).toEqual([
      "restarted bob",
      "active bob",
      "message bob resource",
    ]);
  });

  test("notes shutdone as leaving, and later silence without alarm", () => {
    const alice = acquainted();
    const bye = from("bob", { t: "shutdone", st: "dead" }, { seq: 4 });
    expect(news(alice.heard("eth0", bye, at(100)).events)).toEqual(["left bob"]);
    alice.heard("eth0", status("bob", "active", { seq: 5 }), at(1000));
    expect(alice.nodeViews(at(1000)).find((node) => node.name === "bob")?.state).toBe("left");
    const { effects, events } = alice.expire(at(6000));
    expect(news(events)).toEqual(["dead bob"]);
    const line = effects.find((effect) => effect.do === "log" && effect.topic === "member");
    expect(line).toMatchObject({
      level: "info",
      text: "bob is gone: it had left the cluster before",
    });
  });

  test("shows an unknown status word, which makes nobody dead or alive", () => {
    const alice = acquainted();
    const { events } = alice.heard("eth0", status("bob", "weird", { seq: 4 }), at(100));
    expect(events).toEqual([]);
    expect(alice.nodeViews(at(100)).find((node) => node.name === "bob")?.state).toBe("weird");
    expect(memberBob(alice)?.status).toBe("active");
  });

  test("ignores the word of an older status that fills a gap", () => {
    const alice = acquainted();
    alice.heard("eth0", status("bob", "active", { seq: 6 }), at(100));
    alice.heard("eth0", status("bob", "up", { seq: 5 }), at(300));
    expect(memberBob(alice)?.status).toBe("active");
  });

  test("knows an hb node by its status and forgets that when it turns into Heartbeat 3", () => {
    const alice = acquainted();
    expect(memberBob(alice)?.speaksHb).toBe(false);
    const fields = { t: "status", st: "active", dt: "1388", protocol: "1", hb: "1" };
    alice.heard("eth0", from("bob", fields, { seq: 1, hg: 1001 }), at(100));
    expect(memberBob(alice)?.speaksHb).toBe(true);
    alice.expire(at(5100));
    expect(memberBob(alice)).toMatchObject({ status: "dead", speaksHb: true });
    alice.heard("eth0", status("bob", "up", { seq: 1, hg: 1002 }), at(6000));
    expect(memberBob(alice)?.speaksHb).toBe(false);
  });

  test.each([
    ["no type", from("bob", { x: "y" }, { seq: 4 })],
    ["no sequence number", from("bob", { t: "status", st: "active" })],
    ["no time", from("bob", { t: "status", st: "active" }, { seq: 4, ts: 0 })],
  ])("drops a message with %s", (what, message) => {
    const alice = acquainted();
    const { effects, events } = alice.heard("eth0", message, at(100));
    expect(events).toEqual([]);
    expect(logs(effects)).toEqual([`A message on eth0 has ${what}`]);
  });

  test("drops the messages of unknown nodes and names them once", () => {
    const alice = acquainted();
    const { effects } = alice.heard("eth0", status("mallory", "active", { seq: 1 }), at(100));
    expect(logs(effects)).toEqual(['Unknown node "mallory" on eth0: not in a node line of ha.cf']);
    expect(alice.members().map((member) => member.name)).toEqual(["alice", "bob"]);
  });

  test("tells of another host that has this node's name", () => {
    const alice = acquainted();
    const clone = from("alice", { t: "status", st: "active" }, { seq: 1, uuid: "ff".repeat(16) });
    const { effects, events } = alice.heard("eth0", clone, at(100));
    expect(events).toEqual([]);
    expect(logs(effects)).toEqual(["Another host calls itself alice: a message has another uuid"]);
  });

  test("keeps two nodes apart that were cloned with one uuid", () => {
    const alice = acquainted();
    const message = from("bob", { t: "resource", dest: "bob" }, { seq: 4, uuid: "61".repeat(16) });
    alice.heard("eth0", message, at(100));
    expect(memberBob(alice)?.status).toBe("active");
  });

  test("does not hear itself when the medium loops its messages back", () => {
    const alice = acquainted();
    const [own] = sentOf(alice.expire(at(1000)).effects, "status");
    if (own === undefined) throw new Error("no status was sent");
    expect(alice.heard("eth0", own, at(1000))).toMatchObject({ effects: [], events: [] });
  });

  test("delivers what is for this node or all, in the order of keeping", () => {
    const alice = acquainted({ nodes: ["alice", "bob", "carol"] });
    const delivered: string[] = [];
    const say = (fields: Record<string, string>, seq: number) => {
      const { events } = alice.heard("eth0", from("bob", fields, { seq }), at(100));
      delivered.push(...news(events));
    };
    say({ t: "resource", rsc_hold: "local" }, 4);
    say({ t: "ask_resources", dest: "carol" }, 5);
    say({ t: "hb_groups", dest: "alice" }, 6);
    say({ t: "NS_ackmsg", dest: "alice", ackseq: "1" }, 0);
    say({ t: "starting" }, 8);
    say({ t: "whatever" }, 7);
    expect(delivered).toEqual([
      "message bob resource",
      "message bob hb_groups",
      "message bob starting",
      "message bob whatever",
    ]);
  });
});

describe("Membership.reload()", () => {
  test("advertises a new deadtime at once", () => {
    const alice = acquainted();
    const timing = { ...TIMING, deadtimeMs: 7000 };
    const { effects } = alice.reload(config("alice", { timing }), at(100));
    expect(sentOf(effects, "status").map((message) => textOf(message, "dt"))).toEqual(["1b58"]);
  });

  test("takes on nodes that came and drops those that went", () => {
    const alice = acquainted();
    const { events } = alice.reload(config("alice", { nodes: ["alice", "carol"] }), at(100));
    expect(news(events)).toEqual(["removed bob"]);
    expect(alice.members().map((member) => member.name)).toEqual(["alice", "carol"]);
    expect(news(alice.expire(at(5100)).events)).toEqual(["dead carol"]);
  });
});

test("Membership.link() tells of a failing link once, and of its recovery", () => {
  const alice = acquainted();
  expect(logs(alice.link("eth0", false, "no carrier", at(1)).effects)).toEqual([
    "Link eth0 fails here: no carrier",
  ]);
  expect(alice.link("eth0", false, "no carrier", at(2)).effects).toEqual([]);
  const { effects } = alice.link("eth0", true, "", at(3));
  expect(logs(effects)).toEqual(["Link eth0 works again"]);
  expect(sentOf(effects, "status")).toHaveLength(1);
});

test("Membership.leaving() keeps the heart beating", () => {
  const alice = acquainted();
  alice.leaving(at(100));
  expect(sentOf(alice.expire(at(1100)).effects, "status")).toHaveLength(1);
  expect(alice.nodeViews(at(1100))[0]?.state).toBe("leaving");
});

test("Membership warns of a silent link while another still carries", () => {
  const media = ["eth0", "eth1"].map((device) => ({ kind: "bcast", device, port: 694 }) as const);
  const alice = acquainted({ media });
  alice.heard("eth1", status("bob", "active", { seq: 3 }), at(0));
  for (let seq = 4; seq < 9; seq++) {
    alice.heard("eth1", status("bob", "active", { seq }), at((seq - 3) * 1000));
  }
  const { effects, events } = alice.expire(at(5000));
  expect(events).toEqual([]);
  expect(logs(effects)).toEqual(["Link bob:eth0 is dead: silent for 5000 ms"]);
  const bob = alice.nodeViews(at(5000)).find((node) => node.name === "bob");
  expect(bob?.links.map((link) => `${link.name} ${link.state}`)).toEqual(["eth0 dead", "eth1 up"]);
});

test("Membership takes a link that is a little behind for a working one, and a replayed one not", () => {
  const media = ["eth0", "ttyS0"].map((device) => ({ kind: "bcast", device, port: 694 }) as const);
  const alice = acquainted({ media });
  const upOn = () => alice.nodeViews(at(0))[1]?.links.map(({ state }) => state);
  for (let seq = 3; seq < 40; seq++) {
    alice.heard("eth0", status("bob", "active", { seq }), at(seq));
  }
  expect(upOn()).toEqual(["up", "unknown"]);
  alice.heard("ttyS0", status("bob", "active", { seq: 10 }), at(50));
  expect(upOn()).toEqual(["up", "unknown"]);
  alice.heard("ttyS0", status("bob", "active", { seq: 36 }), at(51));
  expect(upOn()).toEqual(["up", "up"]);
  expect(alice.drops.old).toBe(2);
});

test("Membership takes a link for dead on which only packets come that came by it before", () => {
  const media = ["eth0", "eth1"].map((device) => ({ kind: "bcast", device, port: 694 }) as const);
  const alice = acquainted({ media });
  const recorded = [3, 4].map((seq) => status("bob", "active", { seq }));
  for (const message of recorded) alice.heard("eth1", message, at(0));
  for (const message of recorded) alice.heard("eth1", message, at(4000));
  alice.heard("eth0", status("bob", "active", { seq: 5 }), at(4000));
  const { effects } = alice.expire(at(5000));
  expect(logs(effects)).toEqual(["Link bob:eth1 is dead: silent for 5000 ms"]);
  const restarted = { seq: 1, hg: 1001 };
  const { effects: back } = alice.heard("eth1", status("bob", "up", restarted), at(5500));
  expect(logs(back)).toContain("Link bob:eth1 is up");
});
