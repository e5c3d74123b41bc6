// The rehearsal of a takeover: it comes to its end, and nothing of it leaves the stage.

import { expect, test } from "bun:test";
import { Core } from "../../src/core/core.ts";
import type { Effect } from "../../src/core/effect.ts";
import { type MakeCore, playThrough } from "../../src/pulse/playthrough.ts";
import { puppetConfig } from "./puppet.ts";

const boot = {
  uuid: "0a".repeat(16),
  generation: 5,
  bootUnixMs: 0,
  hostcache: [],
  delhostcache: [],
};
const group = {
  key: "10.9.0.5",
  owner: "bob",
  resources: [
    {
      kind: "address",
      word: "10.9.0.5",
      agent: "IPaddr2",
      family: 4,
      address: "10.9.0.5",
    },
  ],
} as const;
const media = [
  { kind: "ping", name: "router", address: "10.9.0.9" },
  { kind: "bcast", device: "eth0", port: 694 },
] as const;

test("playThrough() lets this node take a group over from a peer that falls silent", () => {
  const done: string[] = [];
  const make: MakeCore = (config, facts, now) => {
    const core = new Core(config, facts, now);
    return {
      step(input, at) {
        const effects = core.step(input, at);
        const isTold = (effect: Effect) => effect.do === "hold";
        if (effects.some(isTold)) done.push(`${config.self} holds`);
        return effects;
      },
      deadline: () => core.deadline(),
      snapshot: (at, pulse) => core.snapshot(at, pulse),
    };
  };
  playThrough({ ...puppetConfig, groups: [group], media }, boot, make, Number.POSITIVE_INFINITY);
  expect(done).toEqual(["bob holds", "alice holds"]);
});

test("playThrough() has nothing to play for a node that is alone", () => {
  let made = 0;
  playThrough({ ...puppetConfig, nodes: ["alice"] }, boot, (...facts) => {
    made += 1;
    return new Core(...facts);
  });
  expect(made).toBe(0);
});
