// Virtual routers of made-up hosts: adverts on a segment, carriers, scripts, the memory of masters.

import { expect, test } from "bun:test";
import type { RouterConfig } from "../../../src/config/router.ts";
import { plainRouter } from "../../plainrouter.ts";
import { shapeOf } from "../plainshape.ts";
import { Stage } from "./stage.ts";

const plain = { ...plainRouter, seal: "off" as const };
const address = "10.77.0.252";

function stageOf(own: Partial<RouterConfig> = {}): Stage {
  const shape = shapeOf({ nodes: ["alice", "bob"], groups: [] });
  const hosts = shape.hosts.map(({ config }, n) => {
    return { config: { ...config, routers: [{ ...plain, advskew: 50 * n, ...own }] } };
  });
  const stage = new Stage({ ...shape, hosts });
  stage.act({ act: "start", node: "alice" }, { act: "start", node: "bob" });
  stage.advance(10_000);
  return stage;
}

/** Nodes that show an address of the router. */
function masters(stage: Stage): string[] {
  return stage.world.hosts
    .filter((host) => host.snapshot()?.routers[0]?.state === "master")
    .map(({ name }) => name);
}

/** What is up at the end, by the sights alone. */
function holders(stage: Stage): string[] {
  const up = new Map<string, boolean>();
  for (const sight of stage.seen("address")) {
    if (sight.word.includes(address)) up.set(sight.node, sight.up);
  }
  return [...up].filter(([, isUp]) => isUp).map(([node]) => node);
}

test("World lets one of two routers be master, and the other one hear it", () => {
  const stage = stageOf();
  expect(masters(stage)).toEqual(["alice"]);
  expect(holders(stage)).toEqual(["alice"]);
  expect(stage.seen("advert-heard", 5_000).map(({ node }) => node)).toContain("bob");
});

test("World takes the lease of a dead master's address away before its backup may follow", () => {
  const stage = stageOf();
  stage.act({ act: "crash", node: "alice" });
  stage.advance(10_000);
  expect(masters(stage)).toEqual(["bob"]);
  expect(holders(stage)).toEqual(["bob"]);
});

test("World tells a router of its carrier and of its check command", () => {
  for (const act of [
    { act: "carrier", node: "alice", device: "eth0", up: false },
    { act: "device", node: "alice", device: "eth0", up: false },
  ] as const) {
    const stage = stageOf();
    stage.act(act);
    stage.advance(10_000);
    expect(masters(stage)).toEqual(["bob"]);
  }
  const stage = stageOf({ track: [{ kind: "script", path: "/check" }], preempt: true });
  stage.act({ act: "check", node: "alice", ok: false });
  stage.advance(10_000);
  expect(masters(stage)).toEqual(["bob"]);
});

test("World lets a pulse that follows a dead one go on as master", () => {
  const stage = stageOf();
  stage.act({ act: "kill-pulse", node: "alice" });
  stage.advance(10_000);
  expect(masters(stage)).toEqual(["alice"]);
  expect(stage.seen("address", 10_000)).toEqual([]);
});

test("World runs the scripts of a router, which have its addresses while they like", () => {
  const scripts = { holdsAddresses: false, upScript: "/up", downScript: "/down" };
  const stage = stageOf(scripts);
  expect(holders(stage)).toEqual(["alice"]);
  stage.act({ act: "yield", node: "alice" });
  stage.advance(20_000);
  const calls = stage
    .seen("script", 9_999)
    .filter(({ phase }) => phase === "begins")
    .map(({ node, action }) => `${node} ${action}`);
  expect(calls.slice(0, 2).toSorted()).toEqual(["alice stop", "bob start"]);
});
