// What the core tells of itself: the promise behind `hb status --json`.

import { describe, expect, test } from "bun:test";
import { Core } from "../../src/core/core.ts";
import { at } from "../../src/core/instant.ts";
import { boot, config, from, status, uuidOf } from "./membership/scene.ts";

const pulse = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };

/** A core that has heard bob once. */
function acquainted(): Core {
  const core = new Core(config("alice"), boot("alice"), at(0));
  core.step({ on: "start" }, at(0));
  const message = status("bob", "up", { seq: 1 });
  core.step({ on: "message", link: "eth0", message }, at(10));
  return core;
}

describe("Core.snapshot()", () => {
  test("has the keys that the commands promise", () => {
    const snapshot = acquainted().snapshot(at(20), pulse);
    expect(Object.keys(snapshot)).toEqual([
      "version",
      "node",
      "state",
      "generation",
      "resources",
      "nodes",
      "groups",
      "routers",
      "dropped",
      "pulse",
    ]);
    expect(snapshot).toMatchObject({ version: 1, node: "alice", generation: 1000, dropped: {} });
    const links = [{ name: "eth0", medium: "bcast", state: "up" }];
    expect(snapshot.nodes).toContainEqual(
      expect.objectContaining({ name: "bob", lastHeardMs: 10, links }),
    );
  });

  test("tells the age of the last packet in whole milliseconds", () => {
    const { nodes } = acquainted().snapshot(at(1234.567_89), pulse);
    expect(nodes.find(({ name }) => name === "bob")?.lastHeardMs).toBe(1225);
  });

  test("tells of a node that talks for deadtime without having heard this one", () => {
    const core = new Core(config("alice"), boot("alice"), at(0));
    core.step({ on: "start" }, at(0));
    const hello = { t: "status", st: "active", dt: "1388", protocol: "1", hb: "0.1" };
    core.step({ on: "message", link: "eth0", message: from("bob", hello, { seq: 1 }) }, at(0));
    const deaf = (now: number) => {
      return core.snapshot(at(now), pulse).nodes.find(({ name }) => name === "bob")?.deaf;
    };
    const says = (n: number, now: number, seen: string) => {
      core.step({ on: "alarm" }, at(now));
      const bulletin = { t: "hb_groups", n: `${n}`, st: "active", pings: "0", seen, ask: "" };
      const message = from("bob", bulletin, { seq: n + 1 });
      core.step({ on: "message", link: "eth0", message }, at(now));
    };
    for (let n = 1; n <= 7; n += 1) {
      says(n, n * 1_000, "");
      expect(deaf(n * 1_000)).toBe(n >= 5 ? true : undefined);
    }
    says(8, 8_000, "alice:1000:1");
    expect(deaf(8_000)).toBeUndefined();
  });

  test("counts by reason what was authentic and did not count", () => {
    const core = acquainted();
    const strange = [
      status("mallory", "active", { seq: 1 }),
      status("mallory", "active", { seq: 2 }),
      status("bob", "up", { seq: 1 }),
      status("bob", "up", { seq: 9, hg: 999 }),
      from("alice", { t: "status", st: "up" }, { seq: 1, uuid: uuidOf("bob") }),
      from("bob", { x: "no type" }, { seq: 2 }),
    ];
    for (const message of strange) core.step({ on: "message", link: "eth0", message }, at(20));
    expect(core.snapshot(at(20), pulse).dropped).toEqual({
      stranger: 2,
      duplicate: 1,
      replay: 1,
      clone: 1,
      header: 1,
    });
  });
});
