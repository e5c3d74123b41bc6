// The watchdog of a made-up host: who hangs is reset after the others took over, who is well never is.

import { expect, test } from "bun:test";
import { shapeOf } from "../plainshape.ts";
import { pair, Stage } from "./stage.ts";

function guarded(bootMs?: number): Stage {
  const shape = shapeOf(pair);
  const hosts = shape.hosts.map(({ config }) => ({
    config: { ...config, watchdog: "/dev/watchdog" },
  }));
  const stage = new Stage({ ...shape, hosts, ...(bootMs !== undefined && { bootMs }) });
  stage.act({ act: "start", node: "alice" }, { act: "start", node: "bob" });
  stage.advance(2_000);
  return stage;
}

test("World resets a host that stands still, at most T - D after the others took over", () => {
  const stage = guarded();
  stage.act({ act: "freeze", node: "alice" });
  stage.advance(60_000);
  const alice = stage.world.host("alice");
  expect([alice.isPowered, alice.has("httpd")]).toEqual([false, false]);
  expect(stage.world.holders("10.0.0.10")).toEqual(["bob"]);
  const [end] = stage.seen("service", 2_000).filter(({ node, up }) => node === "alice" && !up);
  const [start] = stage.seen("address", 2_000).filter(({ node, up }) => node === "bob" && up);
  expect((end?.at ?? 0) - (start?.at ?? 0)).toBeWithin(0, 1_001);
});

test("World resets a host whose agent is killed and stays away", () => {
  const stage = guarded();
  stage.act({ act: "crash", node: "alice" });
  stage.advance(10_999);
  expect(stage.world.host("alice").isPowered).toBe(true);
  stage.advance(2);
  expect(stage.world.host("alice").isPowered).toBe(false);
});

test("World boots a host that was reset, where its shape says so", () => {
  const stage = guarded(30_000);
  stage.act({ act: "freeze", node: "alice" });
  stage.advance(12_000);
  const alice = stage.world.host("alice");
  expect([alice.isPowered, alice.isUp]).toEqual([false, false]);
  stage.advance(60_000);
  expect([alice.isPowered, alice.isUp]).toEqual([true, true]);
});

test("World resets nobody who is well, short of a process for a moment, or gone in good order", () => {
  const stage = guarded();
  stage.advance(600_000);
  stage.act({ act: "kill-pulse", node: "alice" }, { act: "kill-desk", node: "bob" });
  stage.advance(600_000);
  stage.act({ act: "leave", node: "alice" });
  stage.advance(600_000);
  stage.act({ act: "freeze", node: "bob" });
  stage.advance(9_000);
  stage.act({ act: "thaw", node: "bob" });
  stage.advance(60_000);
  expect(stage.world.hosts.map((host) => host.isPowered)).toEqual([true, true]);
  expect(stage.seen("log").filter(({ topic }) => topic === "watchdog")).toEqual([]);
});
