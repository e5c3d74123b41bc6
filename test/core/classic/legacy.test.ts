// The rows of heartbeat-resources 6, one by one: an owner asks for its groups and gets them.

import { expect, test } from "bun:test";
import { Stand } from "./stand.ts";

const three = [
  ["alice", "a"],
  ["alice", "c"],
  ["bob", "b"],
] as const;

/** Both are active and hold their own groups. */
function pair(options: ConstructorParameters<typeof Stand>[0] = {}): Stand {
  const stand = new Stand({ autoFailback: "legacy", ...options });
  stand.event("up");
  stand.event("comm-up");
  stand.event("active");
  stand.advance(500);
  expect(stand.said()).toEqual([]);
  expect(stand.held()).toEqual(["a"]);
  stand.work.length = 0;
  return stand;
}

test("Legacy takes its own groups at comm-up when the partner is not active", () => {
  pair();
});

test("Legacy asks an active partner for each own group and takes what is answered", () => {
  const stand = new Stand({ autoFailback: "legacy", groups: three });
  stand.event("active");
  stand.event("comm-up");
  expect(stand.said()).toEqual(["ip-request ipaddr=a", "ip-request ipaddr=c"]);
  expect(stand.held()).toEqual([]);
  stand.hear("ip-request-resp dest=alice ipaddr=a weown=yes ok=OK");
  stand.hear("ip-request-resp dest=alice ipaddr=c weown=no ok=OK");
  stand.hear("ip-request-resp dest=alice ipaddr=b weown=no ok=OK");
  stand.advance(1_000);
  expect(stand.held()).toEqual(["a", "c"]);
  expect(stand.machine.stable).toBe(true);
});

test("Legacy starts even if it was made in the breath in which its node became active", () => {
  const stand = new Stand({ autoFailback: "legacy", status: "active" });
  stand.event("active");
  stand.event("comm-up");
  expect(stand.said()).toEqual(["ip-request ipaddr=a"]);
});

test("Legacy repeats a request without an answer six times, says so, and asks on more slowly", () => {
  const stand = new Stand({ autoFailback: "legacy" });
  stand.event("active");
  stand.event("comm-up");
  stand.advance(60_000);
  expect(stand.said()).toEqual(Array(10).fill("ip-request ipaddr=a"));
  expect(stand.held()).toEqual([]);
  const text = "bob does not answer for a after 6 requests, asking on every 10 s";
  expect(stand.logs.at(-1)).toBe(`error: ${text}`);
  expect(stand.machine.stable).toBe(true);
  stand.hear("ip-request-resp dest=alice ipaddr=a weown=no ok=OK");
  stand.advance(1_000);
  expect(stand.held()).toEqual(["a"]);
});

test("Legacy does not take a group that the partner refuses", () => {
  const stand = new Stand({ autoFailback: "legacy" });
  stand.event("active");
  stand.event("comm-up");
  stand.hear("ip-request-resp dest=alice ipaddr=a weown=no ok=BAD");
  stand.advance(1_000);
  expect(stand.held()).toEqual([]);
});

test("Legacy takes over from the dead and gives each group back when its owner asks", () => {
  const stand = pair();
  stand.event("dead");
  stand.advance(500);
  expect(stand.said()).toEqual(["stonith node=bob result=n_stnth"]);
  expect(stand.held()).toEqual(["a", "b"]);
  stand.event("up");
  stand.event("active");
  stand.hear("ip-request ipaddr=b");
  expect(stand.said()).toEqual([]);
  stand.advance(500);
  expect(stand.said()).toEqual(["ip-request-resp dest=bob ipaddr=b weown=yes ok=OK"]);
  expect(stand.held()).toEqual(["a"]);
});

test.each(["b", "unknown"])("Legacy does not own %s and says so at once", (key) => {
  const stand = pair();
  stand.hear(`ip-request ipaddr=${key}`);
  expect(stand.said()).toEqual([`ip-request-resp dest=bob ipaddr=${key} weown=no ok=OK`]);
});

test.each([
  [["b"], "yes", 1_000],
  [[], "no", 0],
] as const)(
  "Legacy answers an owner before this node is a member, with %p left up",
  (adopted, weown, waitMs) => {
    const stand = new Stand({ autoFailback: "legacy", adopted: [...adopted] });
    stand.advance(200);
    stand.event("active");
    stand.hear("ip-request ipaddr=b");
    stand.advance(waitMs);
    expect(stand.said()).toEqual([`ip-request-resp dest=bob ipaddr=b weown=${weown} ok=OK`]);
    expect(stand.running.has("b")).toBe(false);
    stand.event("comm-up");
    expect(stand.said()).toEqual(["ip-request ipaddr=a"]);
  },
);

test("Legacy stops a group that is still starting before it answers for it", () => {
  const stand = pair();
  stand.event("dead");
  stand.event("up");
  stand.event("active");
  stand.said();
  stand.hear("ip-request ipaddr=b");
  expect(stand.said()).toEqual([]);
  stand.advance(2_000);
  expect(stand.said()).toEqual(["ip-request-resp dest=bob ipaddr=b weown=yes ok=OK"]);
  expect(stand.running.has("b")).toBe(false);
});

test("Legacy takes over at `shutdone` and needs no fencing later", () => {
  const stand = pair();
  stand.event("left");
  stand.advance(500);
  expect(stand.held()).toEqual(["a", "b"]);
  stand.event("dead");
  stand.advance(500);
  expect(stand.said()).toEqual(["stonith node=bob result=unneeded"]);
});

test("Legacy leaves with `shutdone` and without a report", () => {
  const stand = pair();
  stand.command(1, { name: "leave" });
  stand.advance(500);
  expect(stand.said()).toEqual(["shutdone st=dead"]);
  expect(stand.replies).toHaveLength(1);
  expect(stand.others).toEqual([{ do: "exit", reason: "left gracefully" }]);
});

test.each(["standby", "takeover"] as const)("Legacy refuses %s with a reason", (name) => {
  const stand = pair();
  stand.command(1, { name, set: "all" });
  expect(stand.replies).toEqual([
    expect.stringContaining(`1 refused: Refused ${name}: auto_failback`),
  ]);
});

test("Legacy keeps everything while a partner that saw the partition restarts", () => {
  const stand = pair();
  stand.event("dead");
  stand.advance(500);
  stand.said();
  stand.event("returned");
  stand.advance(2_000);
  stand.event("left");
  stand.advance(10_000);
  expect(stand.held()).toEqual(["a", "b"]);
  expect(stand.said()).toEqual([]);
});

test("Legacy settles with a partner that did not see the partition", () => {
  const stand = pair();
  stand.event("dead");
  stand.advance(500);
  stand.said();
  stand.event("returned");
  stand.advance(6_000);
  expect(stand.held()).toEqual(["a"]);
  expect(stand.said()).toEqual(["ip-request ipaddr=a"]);
  stand.hear("ip-request-resp dest=alice ipaddr=a weown=yes ok=OK");
  stand.advance(1_000);
  expect(stand.held()).toEqual(["a"]);
  expect(stand.running).toEqual(new Set(["a"]));
});

test.each(["up", "restarted"] as const)(
  "Legacy settles at once with a partner that became a member without it (%s)",
  (event) => {
    const stand = pair();
    stand.event("dead");
    stand.advance(500);
    stand.said();
    // It restarted beyond the cut, took everything there, and is active when it is first heard.
    stand.event(event, { status: "active" });
    stand.event("active");
    stand.advance(500);
    expect(stand.held()).toEqual(["a"]);
    expect(stand.said()).toEqual(["ip-request ipaddr=a"]);
    stand.hear("ip-request-resp dest=alice ipaddr=a weown=yes ok=OK");
    stand.advance(1_000);
    expect(stand.running).toEqual(new Set(["a"]));
  },
);

test("Legacy releases groups of an active partner that an earlier run left up", () => {
  const stand = new Stand({ autoFailback: "legacy", adopted: ["a", "b"] });
  stand.advance(200);
  stand.event("active");
  stand.event("comm-up");
  expect(stand.said()).toEqual(["ip-request ipaddr=a"]);
  stand.hear("ip-request-resp dest=alice ipaddr=a weown=no ok=OK");
  stand.advance(1_000);
  expect(stand.states()).toBe("a=held b=idle");
});

test("Legacy asks for its own groups when the partner took them although both are alive", () => {
  const stand = pair();
  stand.hear("stonith node=alice result=n_stnth");
  expect(stand.said()).toEqual(["ip-request ipaddr=a"]);
  stand.hear("ip-request-resp dest=alice ipaddr=a weown=yes ok=OK");
  stand.advance(1_000);
  expect(stand.states()).toBe("a=held b=idle");
  // What it says of others, or while it is expected to restart, is no news.
  stand.hear("stonith node=carol result=n_stnth");
  stand.event("dead");
  stand.event("returned");
  stand.advance(500);
  stand.said();
  stand.hear("stonith node=alice result=unneeded");
  expect(stand.said()).toEqual([]);
});

test("Legacy stops what an earlier run left up of a partner that is only starting", () => {
  const stand = new Stand({ autoFailback: "legacy", adopted: ["a", "b"] });
  stand.advance(200);
  stand.event("up");
  stand.event("comm-up");
  stand.advance(1_000);
  expect(stand.said()).toEqual([]);
  expect(stand.states()).toBe("a=held b=idle");
});

test("Legacy tries a failed group again, but never one whose owner is there", () => {
  const stand = pair();
  stand.broken.add("b");
  stand.event("dead");
  stand.advance(10_000);
  expect(stand.states()).toBe("a=held b=failed");
  stand.event("up");
  stand.event("active");
  stand.broken.clear();
  stand.advance(120_000);
  expect(stand.running.has("b")).toBe(false);
  stand.event("dead");
  stand.advance(500);
  expect(stand.held()).toEqual(["a", "b"]);
});

test("Legacy falls silent when it overslept and asks for a new run", () => {
  const stand = pair();
  stand.overslept(15_000);
  expect(stand.machine.awakening).toBe("silent");
  stand.hear("ip-request ipaddr=a");
  stand.advance(1_000);
  expect(stand.said()).toEqual([]);
  expect(stand.states()).toBe("a=idle b=idle");
  expect(stand.others.at(-1)).toEqual({ do: "restart", reason: "overslept 15000 ms" });
});
