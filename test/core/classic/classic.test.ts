// The rows of heartbeat-resources 4 and 5, one by one: what this node answers to a Heartbeat 3 partner.

import { describe, expect, test } from "bun:test";
import { Stand } from "./stand.ts";

const all = "resource rsc_hold=all rtype=full isstable=1";
const local = "resource rsc_hold=local rtype=full isstable=1";
const foreign = "resource rsc_hold=foreign rtype=full isstable=1";
const none = "resource rsc_hold=none rtype=full isstable=1";
const noneYet = "resource rsc_hold=none rtype=full isstable=0";
const acquired = (hold: string): string =>
  `resource rsc_hold=${hold} rtype=full isstable=1 info=req_our_resources()`;

/** Both hold their own groups and are stable. */
function pair(options: ConstructorParameters<typeof Stand>[0] = {}): Stand {
  const stand = new Stand(options);
  stand.startBoth();
  expect(stand.held()).toEqual([stand.self === "alice" ? "a" : "b"]);
  stand.logs.length = 0;
  stand.work.length = 0;
  return stand;
}

/** This node holds everything and its partner is dead. */
function alone(options: ConstructorParameters<typeof Stand>[0] = {}): Stand {
  const stand = pair(options);
  stand.event("dead");
  stand.advance(1_000);
  stand.said();
  expect(stand.held()).toEqual(["a", "b"]);
  return stand;
}

describe("start", () => {
  test("Classic says `starting` at comm-up and nothing before", () => {
    const stand = new Stand();
    stand.event("up");
    stand.hear("starting");
    stand.hear(noneYet);
    expect(stand.said()).toEqual([]);
    stand.event("comm-up");
    expect(stand.said()).toEqual(["starting"]);
  });

  test("Classic starts even if it was made in the breath in which its node became active", () => {
    const stand = new Stand({ status: "active", autoFailback: "off" });
    stand.event("up");
    stand.event("active");
    stand.event("comm-up");
    expect(stand.said()).toEqual(["starting"]);
    stand.hear(none);
    stand.advance(500);
    expect(stand.said()).toEqual([noneYet, local, acquired("local")]);
    expect(stand.held()).toEqual(["a"]);
  });

  test("Classic takes its own groups at once beside a partner that starts with empty hands", () => {
    const stand = new Stand();
    stand.event("up");
    stand.event("comm-up");
    stand.hear("starting");
    expect(stand.said()).toEqual(["starting", noneYet]);
    stand.hear(noneYet);
    expect(stand.said()).toEqual([local]);
    stand.advance(500);
    expect(stand.said()).toEqual([acquired("local")]);
    expect(stand.held()).toEqual(["a"]);
  });

  test("Classic waits 10 s for a partner that is in flux, then takes its own groups", () => {
    const stand = new Stand();
    stand.event("active");
    stand.event("comm-up");
    stand.hear(noneYet);
    stand.said();
    stand.advance(9_999);
    expect(stand.said()).toEqual([]);
    expect(stand.held()).toEqual([]);
    stand.advance(1);
    expect(stand.said()).toEqual([local]);
    stand.advance(500);
    expect(stand.held()).toEqual(["a"]);
  });

  test.each([
    ["none", ["a"], [noneYet, local, acquired("local")]],
    ["local", ["a"], [noneYet, local, acquired("local")]],
    ["foreign", [], [noneYet, none]],
    ["all", [], [noneYet, none]],
  ] as const)("Classic beside a stable partner that holds %s takes %p", (hold, held, said) => {
    const stand = new Stand({ autoFailback: "off" });
    stand.event("active");
    stand.event("comm-up");
    stand.said();
    stand.hear(`resource rsc_hold=${hold} rtype=full isstable=1`);
    stand.advance(500);
    expect(stand.said()).toEqual([...said]);
    expect(stand.held()).toEqual([...held]);
  });

  test("Classic takes everything at comm-up when the partner was never heard", () => {
    const stand = new Stand();
    stand.event("dead", { wasHeard: false });
    expect(stand.said()).toEqual([]);
    stand.event("comm-up");
    expect(stand.said()).toEqual(["starting"]);
    stand.advance(500);
    expect(stand.held()).toEqual(["a", "b"]);
    const tail = [acquired("all"), "resource rsc_hold=foreign info=mach_down"];
    expect(stand.said()).toEqual(tail);
  });

  test("Classic takes everything once when death and comm-up come together", () => {
    const stand = new Stand();
    stand.event("comm-up");
    stand.event("dead", { wasHeard: false });
    stand.advance(1_000);
    expect(stand.work.toSorted()).toEqual(["start a", "start b"]);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test("Classic passes over a full report that is older than one it knows", () => {
    const stand = pair();
    stand.hear("resource rsc_hold=all rtype=full isstable=1", 0x50);
    stand.hear("resource rsc_hold=local rtype=full isstable=1", 0x51);
    stand.hear("resource rsc_hold=all rtype=full isstable=1", 0x4f);
    expect(stand.machine.holder("b")).toBe("bob");
    expect(stand.machine.holder("a")).toBe("alice");
    stand.advance(60_000);
    expect(stand.held()).toEqual(["a"]);
  });
});

describe("adoption", () => {
  const start = (adopted: string[], report: string, autoFailback: "on" | "off" = "off"): Stand => {
    const stand = new Stand({ adopted, autoFailback });
    stand.advance(200);
    stand.event("active");
    stand.event("comm-up");
    stand.said();
    stand.hear(report);
    stand.advance(2_000);
    return stand;
  };

  test("Classic confirms what an earlier run left up and the partner does not claim", () => {
    const stand = start(["a", "b"], none);
    expect(stand.held()).toEqual(["a", "b"]);
    expect(stand.work.filter((line) => line.startsWith("st"))).toEqual([]);
    expect(stand.said()[0]).toBe("resource rsc_hold=all rtype=full isstable=0");
  });

  test("Classic releases what the partner took over meanwhile", () => {
    const stand = start(["a", "b"], all);
    expect(stand.states()).toBe("a=idle b=idle");
    expect(stand.said()).toContain(none);
  });

  test("Classic keeps its own and releases the partner's when each should have its own", () => {
    const stand = start(["a", "b"], local);
    expect(stand.states()).toBe("a=held b=idle");
  });

  test("Classic takes the rest of a set that was left up in part", () => {
    const groups = [
      ["alice", "a1"],
      ["alice", "a2"],
      ["bob", "b"],
    ] as const;
    const stand = new Stand({ groups, adopted: ["a1"] });
    stand.advance(200);
    stand.event("active");
    stand.event("comm-up");
    stand.said();
    stand.hear(local);
    expect(stand.said()[0]).toBe(noneYet);
    stand.advance(2_000);
    expect(stand.states()).toBe("a1=held a2=held b=idle");
    expect(stand.work.filter((line) => line.startsWith("start"))).toEqual(["start a2"]);
  });

  test("Classic that begins in mid-run with everything held gives the partner's groups home", () => {
    const stand = new Stand({ status: "active", adopted: ["a", "b"], partner: "up" });
    stand.advance(200);
    stand.event("up");
    stand.event("active");
    stand.hear("starting");
    expect(stand.said()).toEqual([all]);
    stand.hear(noneYet);
    stand.hear(none);
    expect(stand.said()).toEqual([all, "ask_resources rsc_hold=foreign info=me"]);
  });
});

describe("standby", () => {
  test.each([
    ["all", "none", []],
    ["local", "none", []],
  ] as const)("Classic as giver of [%s] follows the three phases", (set, left, held) => {
    const stand = pair();
    stand.command(7, { name: "standby", set });
    expect(stand.said()).toEqual([`ask_resources rsc_hold=${set} info=me`]);
    stand.advance(400);
    stand.hear(`ask_resources rsc_hold=${set} info=other`);
    expect(stand.said()).toEqual([`resource rsc_hold=${left} rtype=full isstable=0 info=standby`]);
    stand.advance(400);
    expect(stand.said()).toEqual([`ask_resources rsc_hold=${set} info=done`]);
    expect(stand.held()).toEqual([...held]);
    expect(stand.replies).toEqual([]);
    stand.hear(all);
    expect(stand.said()).toEqual([none]);
    stand.hear(`ask_resources rsc_hold=${set} info=done`);
    expect(stand.said()).toEqual([none]);
    expect(stand.replies).toHaveLength(1);
    expect(stand.replies[0]).toMatch(/^7 ok: Moved a from alice to bob in \d+ ms$/);
    stand.advance(60_000);
    expect(stand.said()).toEqual([]);
    expect(stand.machine.holder("a")).toBe("bob");
  });

  test("Classic as taker follows the three phases and reports before its `done`", () => {
    const stand = pair();
    stand.hear("ask_resources rsc_hold=all info=me");
    expect(stand.said()).toEqual(["ask_resources rsc_hold=all info=other"]);
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=standby");
    stand.advance(400);
    expect(stand.said()).toEqual([]);
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(400);
    expect(stand.said()).toEqual([all, "ask_resources rsc_hold=all info=done"]);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test("Classic does not wait long for a giver that has forgotten its request", () => {
    const stand = pair();
    stand.hear("ask_resources rsc_hold=all info=me");
    expect(stand.machine.stable).toBe(false);
    stand.advance(30_000);
    expect(stand.machine.stable).toBe(true);
    expect(stand.held()).toEqual(["a"]);
  });

  test("Classic waits an hour for the stop scripts of a giver", () => {
    const stand = pair();
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=standby");
    stand.advance(3_590_000);
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(400);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test("Classic takes even if the report between the words of the giver was lost", () => {
    const stand = pair();
    stand.hear("ask_resources rsc_hold=local info=me");
    stand.hear("ask_resources rsc_hold=local info=done");
    stand.advance(400);
    expect(stand.held()).toEqual(["a", "b"]);
    stand.advance(60_000);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test.each([
    ["a set that is missing is all", "ask_resources info=me", "all"],
    ["an empty set is what is foreign to the asker", "ask_resources rsc_hold= info=me", "foreign"],
  ])("Classic understands that %s", (_what, line, set) => {
    const stand = pair();
    stand.hear(line);
    expect(stand.said()).toEqual([`ask_resources rsc_hold=${set} info=other`]);
  });

  test("Classic ignores a set of no meaning", () => {
    const stand = pair();
    stand.hear("ask_resources rsc_hold=some info=me");
    expect(stand.said()).toEqual([]);
    expect(stand.logs.at(-1)).toContain("bad resource type [some]");
  });

  test("Classic cancels a standby request that finds no answer in 10 s", () => {
    const stand = pair();
    stand.command(1, { name: "standby", set: "all" });
    stand.advance(9_999);
    expect(stand.replies).toEqual([]);
    stand.advance(1);
    expect(stand.replies).toEqual([
      "1 refused: Refused hand-over [all]: no answer from bob in 10000 ms",
    ]);
    expect(stand.held()).toEqual(["a"]);
    // The next request is welcome.
    stand.said();
    stand.command(2, { name: "standby", set: "local" });
    expect(stand.said()).toEqual(["ask_resources rsc_hold=local info=me"]);
  });

  test.each([
    [
      "a hand-over is going on",
      (stand: Stand) => stand.command(9, { name: "standby", set: "all" }),
    ],
    ["the partner is in flux", (stand: Stand) => stand.hear("starting")],
    ["the partner is dead", (stand: Stand) => stand.event("dead")],
    ["the partner left", (stand: Stand) => stand.event("left")],
    ["the partner is not active", (stand: Stand) => stand.event("restarted")],
    ["the partner hands over", (stand: Stand) => stand.hear("ask_resources rsc_hold=all info=me")],
  ])("Classic refuses standby with a reason when %s", (_why, prepare) => {
    const stand = pair();
    prepare(stand);
    stand.command(1, { name: "standby", set: "local" });
    expect(stand.replies.filter((reply) => reply.startsWith("1 "))).toHaveLength(1);
    expect(stand.replies.at(-1)).toMatch(/^1 refused: Refused standby local: ./);
  });

  test.each([
    ["standby in progress", (s: Stand) => s.command(9, { name: "standby", set: "all" })],
    ["other side is in flux", (s: Stand) => s.hear("starting")],
  ])("Classic does not answer a standby request: %s", (why, prepare) => {
    const stand = pair();
    prepare(stand);
    stand.said();
    stand.hear("ask_resources rsc_hold=local info=me");
    expect(stand.said()).toEqual([]);
    expect(stand.logs.at(-1)).toContain(why);
  });

  test.each(["other", "done"])("Classic ignores a stray `%s`", (word) => {
    const stand = pair();
    stand.hear(`ask_resources rsc_hold=all info=${word}`);
    stand.advance(60_000);
    expect(stand.said()).toEqual([]);
    expect(stand.held()).toEqual(["a"]);
  });

  test("Classic tells an operator that there is nothing to move", () => {
    const stand = pair();
    stand.command(1, { name: "standby", set: "foreign" });
    stand.command(2, { name: "takeover", set: "local" });
    expect(stand.replies).toEqual([
      "1 ok: Nothing to move: this node holds no foreign groups",
      "2 ok: Nothing to move: the local groups are here already",
    ]);
    expect(stand.said()).toEqual([]);
  });

  test("Classic takes back what it gave when the partner restarts in the middle", () => {
    const stand = pair();
    stand.command(1, { name: "standby", set: "all" });
    stand.hear("ask_resources rsc_hold=all info=other");
    stand.advance(400);
    expect(stand.held()).toEqual([]);
    stand.event("restarted");
    expect(stand.replies).toHaveLength(1);
    expect(stand.replies[0]).toContain("1 refused");
    stand.advance(400);
    expect(stand.held()).toEqual(["a"]);
  });

  test("Classic takes everything when the partner dies in the middle of giving or taking", () => {
    for (const first of ["me", "other"]) {
      const stand = pair();
      if (first === "other") stand.command(1, { name: "standby", set: "all" });
      stand.hear(`ask_resources rsc_hold=all info=${first}`);
      stand.advance(50);
      stand.event("dead");
      stand.advance(2_000);
      expect(stand.held()).toEqual(["a", "b"]);
      expect(stand.replies.length).toBe(first === "other" ? 1 : 0);
      expect(stand.machine.stable).toBe(true);
    }
  });
});

describe("a standby partner that takes this node for dead", () => {
  test("Classic passes over the agreement of a partner that has taken it for dead since", () => {
    const stand = pair();
    stand.command(1, { name: "standby", set: "all" });
    stand.hear("stonith node=alice result=n_stnth", 90);
    stand.hear("ask_resources rsc_hold=all info=other", 80);
    stand.advance(200);
    expect(stand.held()).toEqual(["a"]);
    expect(stand.said()).toEqual(["ask_resources rsc_hold=all info=me"]);
    stand.hear("ask_resources rsc_hold=all info=other", 91);
    stand.advance(200);
    expect(stand.held()).toEqual([]);
  });

  test.each([
    [80, 90, true],
    [90, 80, false],
  ] as const)(
    "Classic whose partner agreed with message %d and fenced it with %d ends the hand-over: %p",
    (agreed, fenced, isEnded) => {
      const stand = pair();
      stand.command(1, { name: "standby", set: "all" });
      stand.hear("ask_resources rsc_hold=all info=other", agreed);
      stand.hear("stonith node=alice result=n_stnth", fenced);
      const why = "bob has taken this node for dead after 0 ms";
      expect(stand.replies).toEqual(isEnded ? [`1 refused: Refused hand-over [all]: ${why}`] : []);
      stand.advance(200);
      const done = stand.said().includes("ask_resources rsc_hold=all info=done");
      expect(done).toBe(!isEnded);
    },
  );
});

describe("takeover", () => {
  test("Classic asks, takes what the partner gives, and tells the operator", () => {
    const stand = pair();
    const before = stand.machine.why("a");
    stand.command(3, { name: "takeover", set: "all" });
    expect(stand.said()).toEqual(["hb_takeover rsc_hold=all"]);
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=standby");
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(400);
    expect(stand.held()).toEqual(["a", "b"]);
    expect(stand.replies).toEqual([expect.stringMatching(/^3 ok: Moved b from bob to alice/)]);
    expect(stand.machine.why("a")).toBe(before);
    expect(stand.machine.why("b")).toBe("taken from bob: standby [all]");
  });

  test("Classic tells the operator in time that a hand-over is still under way, and goes on", () => {
    const stand = pair();
    stand.stuck.add("b");
    stand.command(3, { name: "takeover", set: "all" });
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(29_999);
    expect(stand.replies).toEqual([]);
    stand.advance(1);
    expect(stand.replies).toEqual([
      "3 refused: Hand-over [all] is still under way, not waiting any more",
    ]);
    stand.stuck.clear();
    stand.advance(1_000);
    expect(stand.held()).toEqual(["a", "b"]);
    expect(stand.said()).toContain("ask_resources rsc_hold=all info=done");
    expect(stand.replies).toHaveLength(1);
  });

  test("Classic as giver of [all] names what it held alone, not what the partner has anyway", () => {
    const stand = pair();
    const before = stand.machine.why("b");
    stand.hear("hb_takeover rsc_hold=all");
    stand.hear("ask_resources rsc_hold=all info=other");
    stand.advance(400);
    stand.hear(all);
    stand.hear("ask_resources rsc_hold=all info=done");
    expect(stand.logs.filter((line) => line.includes("Moved"))).toEqual([
      expect.stringMatching(/Moved a from alice to bob in \d+ ms$/),
    ]);
    expect(stand.machine.why("a")).toBe("given to bob: standby [all]");
    expect(stand.machine.why("b")).toBe(before);
  });

  test("Classic refuses a takeover that finds no answer in 10 s", () => {
    const stand = pair();
    stand.command(3, { name: "takeover", set: "foreign" });
    stand.advance(10_000);
    expect(stand.replies).toEqual([
      "3 refused: Refused takeover foreign: no answer from bob in 10000 ms",
    ]);
    expect(stand.machine.stable).toBe(true);
  });

  test.each([
    ["all", "all"],
    ["foreign", "local"],
    ["failback", undefined],
    ["local", undefined],
  ] as const)("Classic hears hb_takeover %s and offers %p", (word, set) => {
    const stand = pair();
    stand.hear(`hb_takeover rsc_hold=${word}`);
    const given = set ?? "foreign";
    expect(stand.said()).toEqual([`ask_resources rsc_hold=${given} info=me`]);
  });
});

describe("death, leave and return", () => {
  test("Classic takes over from a dead partner and says so as 3.0.6 does", () => {
    const stand = pair();
    stand.event("dead");
    expect(stand.said()).toEqual(["stonith node=bob result=n_stnth"]);
    stand.advance(400);
    const tail = [acquired("all"), "resource rsc_hold=foreign info=mach_down"];
    expect(stand.said()).toEqual(tail);
    expect(stand.work).toEqual(["start b"]);
  });

  test("Classic needs no fencing for a partner that held nothing", () => {
    const stand = pair();
    stand.command(1, { name: "takeover", set: "all" });
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(400);
    stand.hear(none);
    stand.said();
    stand.event("dead");
    stand.advance(400);
    expect(stand.said()).toEqual(["stonith node=bob result=unneeded"]);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test("Classic takes over at once from a partner that left, and does not fence it later", () => {
    const stand = pair();
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=shutdown");
    expect(stand.held()).toEqual(["a"]);
    stand.event("left");
    stand.advance(400);
    expect(stand.held()).toEqual(["a", "b"]);
    const tail = [acquired("all"), "resource rsc_hold=foreign info=mach_down"];
    expect(stand.said()).toEqual(tail);
    stand.event("dead");
    stand.advance(400);
    expect(stand.said()).toEqual(["stonith node=bob result=unneeded"]);
  });

  test.each([
    ["on", "ask_resources rsc_hold=foreign info=me"],
    ["off", undefined],
  ] as const)("Classic with auto_failback %s answers a return with %p", (autoFailback, offer) => {
    const stand = alone({ autoFailback });
    stand.event("up");
    stand.event("active");
    expect(stand.said()).toEqual([]);
    stand.hear("starting");
    expect(stand.said()).toEqual([all]);
    stand.hear(noneYet);
    expect(stand.said()).toEqual([]);
    stand.hear(none);
    expect(stand.said()).toEqual(offer === undefined ? [all] : [all, offer]);
    if (offer !== undefined) {
      stand.hear("ask_resources rsc_hold=foreign info=other");
      stand.advance(300);
      stand.hear(local);
      stand.hear("ask_resources rsc_hold=foreign info=done");
    }
    stand.advance(60_000);
    expect(stand.held()).toEqual(offer === undefined ? ["a", "b"] : ["a"]);
  });

  test("Classic leaves groups that an operator moved where they are", () => {
    const stand = pair();
    stand.command(1, { name: "takeover", set: "all" });
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(400);
    stand.hear(none);
    stand.said();
    stand.advance(60_000);
    expect(stand.said()).toEqual([]);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test("Classic lets a partner that restarted inside deadtime take its own groups again", () => {
    const stand = pair();
    stand.event("restarted");
    stand.event("active");
    stand.hear("starting");
    expect(stand.said()).toEqual([local]);
    stand.hear(noneYet);
    stand.hear(local);
    stand.advance(60_000);
    expect(stand.held()).toEqual(["a"]);
    expect(stand.work).toEqual([]);
  });

  test("Classic takes groups that a restarted partner does not hold any more", () => {
    const stand = pair();
    stand.command(1, { name: "standby", set: "all" });
    stand.hear("ask_resources rsc_hold=all info=other");
    stand.advance(400);
    stand.hear(all);
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.event("restarted");
    stand.event("active");
    stand.hear("starting");
    stand.hear(noneYet);
    stand.hear(local);
    stand.advance(3_000);
    expect(stand.held()).toEqual(["a"]);
    expect(stand.said()).toContain(local);
  });
});

describe("leave", () => {
  test("Classic gives everything up, says `shutdone`, replies and exits", () => {
    const stand = pair();
    stand.command(5, { name: "leave" });
    expect(stand.said()).toEqual(["resource rsc_hold=none rtype=full isstable=0 info=shutdown"]);
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.hear("starting");
    expect(stand.said()).toEqual([]);
    stand.advance(400);
    expect(stand.said()).toEqual(["shutdone st=dead"]);
    expect(stand.replies).toEqual([expect.stringMatching(/^5 ok: All resources relinquished in/)]);
    expect(stand.others).toEqual([{ do: "exit", reason: "left gracefully" }]);
    expect(stand.held()).toEqual([]);
  });

  test("Classic delays its leave until a hand-over has ended", () => {
    const stand = pair();
    stand.hear("ask_resources rsc_hold=all info=me");
    stand.said();
    stand.command(5, { name: "leave" });
    expect(stand.said()).toEqual([]);
    stand.hear("ask_resources rsc_hold=all info=done");
    stand.advance(150);
    expect(stand.said()).toEqual([]);
    stand.advance(2_000);
    stand.hear(none);
    stand.advance(2_000);
    expect(stand.said()).toContain("shutdone st=dead");
    expect(stand.held()).toEqual([]);
  });

  test("Classic does not wait longer than 15 s for a partner in flux", () => {
    const stand = pair();
    stand.hear("starting");
    stand.said();
    stand.command(5, { name: "leave" });
    stand.advance(14_999);
    expect(stand.said()).toEqual([]);
    stand.advance(1_000);
    expect(stand.said()).toContain("shutdone st=dead");
    expect(stand.replies).toHaveLength(1);
  });

  test("Classic leaves at once before the cluster has agreed", () => {
    const stand = new Stand({ adopted: ["a"] });
    stand.advance(200);
    stand.command(5, { name: "leave" });
    stand.advance(2_000);
    expect(stand.said()).toEqual(["shutdone st=dead"]);
    expect(stand.replies).toHaveLength(1);
    expect(stand.states()).toBe("a=idle b=idle");
  });

  test("Classic replies to every leave once", () => {
    const stand = pair();
    stand.command(5, { name: "leave" });
    stand.command(6, { name: "leave" });
    stand.advance(2_000);
    expect(stand.replies.map((reply) => reply.slice(0, 9))).toEqual(["6 refused", "5 ok: All"]);
  });
});

describe("failures", () => {
  test("Classic hands a failed own group to the partner at once", () => {
    const stand = new Stand();
    stand.broken.add("a");
    stand.startBoth();
    stand.advance(1_000);
    const offers = stand.logs.filter((line) => line.includes("wants to go standby [local]"));
    expect(offers).toHaveLength(1);
    stand.hear("ask_resources rsc_hold=local info=other");
    stand.advance(500);
    expect(stand.said()).toContain("ask_resources rsc_hold=local info=done");
    expect(stand.held()).toEqual([]);
    stand.hear(all);
    stand.hear("ask_resources rsc_hold=local info=done");
    stand.advance(600_000);
    expect(stand.machine.holder("a")).toBe("bob");
    expect(stand.running.has("a")).toBe(false);
  });

  test("Classic hands a group over whose interface is gone", () => {
    const groups = [
      ["alice", "ip-a"],
      ["bob", "b"],
    ] as const;
    const stand = new Stand({ groups });
    stand.startBoth();
    expect(stand.held()).toEqual(["ip-a"]);
    stand.lose("ip-a");
    stand.advance(300);
    // The hand tells nobody that asked for nothing: the core turns the machine after every change.
    stand.advance(0);
    expect(stand.said()).toEqual(["ask_resources rsc_hold=local info=me"]);
  });

  test("Classic tries a failed group again after a minute while it is alone", () => {
    const stand = pair();
    stand.broken.add("b");
    stand.event("dead");
    stand.advance(10_000);
    expect(stand.states()).toBe("a=held b=failed");
    stand.broken.clear();
    stand.advance(60_000);
    expect(stand.held()).toEqual(["a", "b"]);
  });

  test("Classic does not hand the same set over again and again", () => {
    const stand = new Stand();
    stand.broken.add("a");
    stand.startBoth();
    let offers = 0;
    for (let round = 0; round < 60; round += 1) {
      stand.advance(5_000);
      const said = stand.said();
      if (said.includes("ask_resources rsc_hold=local info=me")) offers += 1;
      if (said.includes("ask_resources rsc_hold=local info=me")) {
        stand.hear("ask_resources rsc_hold=local info=other");
        stand.advance(500);
        stand.hear(all);
        stand.hear("ask_resources rsc_hold=local info=done");
        // It fails there, too, and comes back.
        stand.hear("ask_resources rsc_hold=foreign info=me");
        stand.hear("ask_resources rsc_hold=foreign info=done");
        stand.advance(500);
        stand.hear(local);
      }
    }
    expect(offers).toBeLessThanOrEqual(1);
  });
});

describe("partition", () => {
  test("Classic releases what both claim also when a standby was asked for meanwhile", () => {
    const stand = new Stand();
    stand.startBoth();
    stand.event("dead");
    stand.advance(500);
    // It slept, took everything, and does not answer requests of a node that it sees in flux.
    stand.event("returned");
    stand.hear("stonith node=alice result=n_stnth");
    stand.hear("resource rsc_hold=all rtype=full isstable=1");
    stand.advance(1_000);
    stand.command(1, { name: "standby", set: "all" });
    stand.advance(11_000);
    expect(stand.replies).toEqual([expect.stringContaining("1 refused: ")]);
    stand.advance(20_000);
    expect(stand.held()).toEqual([]);
  });

  test.each(["up", "restarted"] as const)(
    "Classic asks a partner that became a member without it, and releases what that took (%s)",
    (event) => {
      const stand = new Stand();
      stand.startBoth();
      stand.event("dead");
      stand.advance(500);
      stand.said();
      stand.event(event, { status: "active" });
      stand.event("active");
      expect(stand.said()).toEqual([
        "resource rsc_hold=all rtype=full isstable=0",
        "resource rsc_hold=all rtype=full isstable=1",
      ]);
      stand.hear("resource rsc_hold=all rtype=full isstable=1");
      stand.advance(500);
      expect(stand.held()).toEqual([]);
      expect(stand.running).toEqual(new Set());
    },
  );

  test("Classic keeps everything while a partner that saw the partition restarts", () => {
    const stand = alone();
    stand.event("returned");
    expect(stand.said()).toEqual([]);
    stand.hear("stonith node=alice result=unneeded");
    stand.advance(2_000);
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=shutdown");
    stand.advance(200);
    stand.event("left");
    stand.advance(20_000);
    expect(stand.held()).toEqual(["a", "b"]);
    expect(stand.work).toEqual(["start b"]);
    expect(stand.said()).toEqual([acquired("all"), "resource rsc_hold=foreign info=mach_down"]);
  });

  test("Classic waits for a release that takes long, as long as it has begun", () => {
    const stand = alone();
    stand.event("returned");
    stand.advance(1_000);
    stand.hear("stonith node=alice result=n_stnth");
    stand.advance(4_000);
    stand.hear("resource rsc_hold=foreign info=mach_down");
    stand.advance(4_000);
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=shutdown");
    stand.advance(30_000);
    stand.event("left");
    stand.advance(1_000);
    expect(stand.held()).toEqual(["a", "b"]);
    expect(stand.work).toEqual(["start b"]);
  });

  test("Classic asks a partner that noticed nothing, and releases what that one holds", () => {
    const stand = alone();
    stand.event("returned");
    stand.advance(2_999);
    expect(stand.said()).toEqual([]);
    stand.advance(1);
    expect(stand.said()).toEqual(["resource rsc_hold=all rtype=full isstable=0", all]);
    stand.hear(local);
    expect(stand.said().at(-1)).toBe("resource rsc_hold=local rtype=full isstable=0");
    stand.advance(1_000);
    expect(stand.held()).toEqual(["a"]);
    expect(stand.said()).toEqual([local]);
    expect(stand.machine.stable).toBe(true);
    expect(stand.others).toEqual([]);
  });

  /** The partner slept, took everything, and has not moved since. */
  function rivalled(options: ConstructorParameters<typeof Stand>[0] = {}): Stand {
    const stand = new Stand({ autoFailback: "off", ...options });
    stand.startBoth();
    stand.event("dead");
    stand.advance(1_000);
    stand.event("returned");
    stand.hear("stonith node=alice result=n_stnth");
    stand.hear("resource rsc_hold=all rtype=full isstable=1 info=req_our_resources()");
    stand.hear("resource rsc_hold=foreign info=mach_down");
    stand.advance(4_999);
    expect(stand.said()).not.toContain("hb_takeover rsc_hold=local");
    stand.advance(1_000);
    expect(stand.said()).toContain("hb_takeover rsc_hold=local");
    expect(stand.held()).toHaveLength(2);
    return stand;
  }

  test("Classic has its own groups back from a partner that slept and took everything", () => {
    const stand = rivalled({
      groups: [
        ["alice", "ip1"],
        ["bob", "b"],
      ],
    });
    stand.work.length = 0;
    stand.others.length = 0;
    stand.hear("ask_resources rsc_hold=foreign info=me");
    stand.hear("resource rsc_hold=local rtype=full isstable=0 info=standby");
    stand.hear("ask_resources rsc_hold=foreign info=done");
    expect(stand.others).toEqual([{ do: "announce", words: ["ip1"] }]);
    stand.advance(500);
    expect(stand.held()).toEqual(["ip1"]);
    expect(stand.work).toEqual(["stop b"]);
    stand.hear(local);
    stand.advance(60_000);
    expect(stand.said().filter((line) => line.startsWith("hb_takeover"))).toEqual([]);
    expect(stand.held()).toEqual(["ip1"]);
  });

  test("Classic gives way to a partner that slept, took everything and does not answer", () => {
    const stand = rivalled();
    stand.advance(15_000);
    expect(stand.held()).toEqual([]);
    expect(stand.said()).toContain(none);
    stand.advance(60_000);
    expect(stand.held()).toEqual([]);
  });

  test("Classic takes everything again when its release was premature", () => {
    const stand = alone();
    stand.event("returned");
    stand.advance(3_000);
    stand.hear(all);
    stand.advance(21_000);
    expect(stand.held()).toEqual([]);
    stand.hear("resource rsc_hold=none rtype=full isstable=0 info=shutdown");
    stand.event("left");
    stand.advance(1_000);
    expect(stand.held()).toEqual(["a", "b"]);
  });
});

describe("oversleeping", () => {
  test("Classic falls silent, releases everything and asks for a new run", () => {
    const stand = pair();
    stand.overslept(15_000);
    expect(stand.machine.awakening).toBe("silent");
    stand.advance(1_000);
    expect(stand.said()).toEqual([]);
    expect(stand.states()).toBe("a=idle b=idle");
    const restart = stand.others.filter((effect) => effect.do === "restart");
    expect(restart).toEqual([{ do: "restart", reason: "overslept 15000 ms" }]);
  });

  test("Classic takes nothing more of what it was taking when it overslept", () => {
    const groups = [
      ["alice", "a"],
      ["alice", "b"],
      ["bob", "c"],
    ] as const;
    const stand = new Stand({ groups });
    stand.event("up");
    stand.event("active");
    stand.event("comm-up");
    stand.hear("starting");
    stand.hear("resource rsc_hold=none rtype=full isstable=0");
    stand.advance(150);
    expect(stand.work).toEqual(["start a"]);
    stand.overslept(15_000);
    stand.advance(5_000);
    expect(stand.work).toEqual(["start a", "stop a"]);
    expect(stand.others.at(-1)).toEqual({ do: "restart", reason: "overslept 15000 ms" });
  });

  test("Classic answers a pending command when it overslept", () => {
    const stand = pair();
    stand.command(1, { name: "standby", set: "all" });
    stand.overslept(15_000);
    stand.advance(1_000);
    expect(stand.replies).toEqual([expect.stringContaining("1 refused: ")]);
  });

  test("Classic leaves after oversleeping when it was told to", () => {
    const stand = pair();
    stand.overslept(15_000);
    stand.command(1, { name: "leave" });
    stand.advance(1_000);
    expect(stand.replies).toEqual(["1 ok: All resources relinquished"]);
    expect(stand.others.at(-1)).toEqual({ do: "exit", reason: "left after oversleeping" });
  });

  test("Classic whose partner was dead listens first and goes on", () => {
    const stand = alone();
    stand.overslept(15_000);
    expect(stand.machine.awakening).toBe("silent");
    stand.advance(4_999);
    expect(stand.states()).toBe("a=unsure b=unsure");
    stand.advance(1_000);
    expect(stand.machine.awakening).toBeUndefined();
    expect(stand.held()).toEqual(["a", "b"]);
    expect(stand.others.filter((effect) => effect.do === "restart")).toEqual([]);
  });

  test("Classic whose partner came up while it slept gives up", () => {
    const stand = alone();
    stand.overslept(15_000);
    stand.event("up");
    stand.advance(5_000);
    expect(stand.states()).toBe("a=idle b=idle");
    expect(stand.others.at(-1)).toEqual({ do: "restart", reason: "overslept 15000 ms" });
  });
});

test("Classic reads what the partner claims into the holder of each group", () => {
  const stand = pair();
  expect(stand.machine.holder("a")).toBe("alice");
  expect(stand.machine.holder("b")).toBe("bob");
  stand.hear(foreign);
  expect(stand.machine.holder("b")).toBeNull();
});
