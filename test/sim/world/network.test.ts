// The network of a made-up cluster: cuts, weather, bytes, strangers.

import { expect, test } from "bun:test";
import type { Keyring, Method } from "../../../src/wire/keyring.ts";
import { shapeOf } from "../plainshape.ts";
import { pair, Stage } from "./stage.ts";

function keyringOf(method: Method, key: string, number = 1): Keyring {
  return { active: number, keys: [{ number, method, key }] };
}

/** Heard by one host from another one, since a moment. */
function heard(stage: Stage, to: string, from: string, since = 0) {
  return stage.seen("heard", since).filter((each) => each.node === to && each.from === from);
}

/** A pair that signs with these rings. */
function ringed(alice: Keyring, bob: Keyring, exact = false): Stage {
  const shape = shapeOf(pair);
  const hosts = shape.hosts.map(({ config }) => {
    return { config: { ...config, keyring: config.self === "alice" ? alice : bob } };
  });
  const stage = new Stage({ ...shape, hosts, exact });
  stage.act({ act: "start", node: "alice" }, { act: "start", node: "bob" });
  stage.advance(5_000);
  return stage;
}

test("World cuts one way, both ways, on one link, and heals it", () => {
  const stage = Stage.pair();
  const { world } = stage;
  const hears = () => [world.hears("alice", "bob"), world.hears("bob", "alice")];
  stage.act({ act: "cut", from: ["alice"], to: ["bob"], oneWay: true });
  expect(hears()).toEqual([false, true]);
  stage.act({ act: "cut", from: ["alice"], to: ["bob"] });
  expect(hears()).toEqual([false, false]);
  stage.act({ act: "heal", link: "eth1" });
  expect(hears()).toEqual([false, false]);
  stage.act({ act: "heal", link: "eth0" });
  expect(hears()).toEqual([true, true]);
  stage.act({ act: "carrier", node: "bob", device: "eth0", up: false });
  expect(hears()).toEqual([false, false]);
});

test("World loses as many packets as the weather says", () => {
  const stage = Stage.pair({ seed: 5 });
  stage.act({ act: "weather", weather: { loss: 0.5 } });
  stage.advance(1_000_000);
  const sent = stage.seen("sent", 2_000).filter(({ node }) => node === "alice").length;
  const share = heard(stage, "bob", "alice", 2_000).length / sent;
  expect(share).toBeWithin(0.45, 0.55);
});

test("World doubles packets, and lets them overtake each other, without harm", () => {
  const stage = Stage.pair();
  const group = [["alice", "10.0.0.10", "httpd"]];
  stage.act({ act: "weather", weather: { duplicate: 1, jitterMs: 400 } });
  stage.advance(60_000);
  const sent = stage.seen("sent", 2_000).filter(({ node }) => node === "alice").length;
  expect(heard(stage, "bob", "alice", 2_000).length).toBeGreaterThan(1.9 * sent);
  expect(stage.world.holders(group[0]?.[1] ?? "")).toEqual(["alice"]);
  expect(stage.seen("service", 2_000)).toEqual([]);
});

test.each(["md5", "sha1", "sha256"] as const)(
  "World lets no damaged packet in that %s signs",
  (method) => {
    const stage = ringed(keyringOf(method, "love"), keyringOf(method, "love"));
    stage.act({ act: "weather", weather: { corrupt: 1 } });
    stage.advance(200_000);
    const damaged = heard(stage, "bob", "alice", 5_000).filter(({ touched }) => touched);
    expect(damaged.length).toBeGreaterThan(150);
    expect(damaged.filter(({ rejected }) => rejected === undefined)).toEqual([]);
  },
);

test("World lets a packet in when the listener has the key, whatever else is in the rings", () => {
  const half: Keyring = {
    active: 1,
    keys: [...keyringOf("sha1", "old").keys, ...keyringOf("sha1", "new", 2).keys],
  };
  const other: Keyring = { ...half, active: 2 };
  const stage = ringed(half, other);
  expect(stage.seen("heard").filter(({ rejected }) => rejected !== undefined)).toEqual([]);
  expect(heard(stage, "bob", "alice").length).toBeGreaterThan(5);
});

test.each([
  [keyringOf("sha1", "other"), "signature"],
  [keyringOf("sha1", "love", 2), "unknown-key"],
  [keyringOf("md5", "love"), "signature"],
] as const)("World rejects what %p has signed: %s", (ring, reason) => {
  const stage = ringed(ring, keyringOf("sha1", "love"));
  const reasons = heard(stage, "bob", "alice").map(({ rejected }) => rejected);
  expect(new Set(reasons)).toEqual(new Set([reason]));
});

test("World plays packets again that were recorded long enough ago, and no others", () => {
  const stage = Stage.pair();
  stage.advance(60_000);
  stage.act({ act: "replay", node: "bob", count: 10, agoMs: 30_000 });
  const from = stage.world.now;
  stage.advance(1_000);
  const again = stage.seen("heard", from).filter(({ touched }) => touched === "replayed");
  expect(again).toHaveLength(10);
  const old = stage.seen("heard").filter(({ at }) => at <= from - 30_000 + 1);
  for (const { message } of again) {
    expect(old.some((each) => each.message === message)).toBe(true);
  }
});

test("World tells both ends of a lost carrier, and nobody hears anything by it", () => {
  const stage = Stage.pair();
  stage.act({ act: "carrier", node: "alice", device: "eth0", up: false });
  stage.advance(5_000);
  expect(heard(stage, "bob", "alice", 2_001)).toEqual([]);
  expect(heard(stage, "alice", "bob", 2_001)).toEqual([]);
  expect(stage.seen("sent", 2_001).filter(({ node }) => node === "alice")).toEqual([]);
});
