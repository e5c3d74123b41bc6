// Serial lines of a made-up cluster: bytes at the pace of the line, noise, rings of cables.

import { expect, test } from "bun:test";
import type { Medium } from "../../../src/config/medium.ts";
import type { Shape } from "../../../src/sim/shape.ts";
import { textOf } from "../../../src/wire/message.ts";
import { shapeOf } from "../plainshape.ts";
import { Stage } from "./stage.ts";

function serial(device: string, baud: number): Medium {
  return { kind: "serial", device, baud, flow: "rtscts" };
}

/** Nodes with these lines each, and nothing else between them. */
function cabled(
  lines: readonly (readonly string[])[],
  own: { baud?: number; ring?: boolean; exact?: boolean } = {},
): Stage {
  const nodes = ["alice", "bob", "carol", "dave"].slice(0, lines.length);
  const shape: Shape = shapeOf({ nodes, groups: [["alice", "10.0.0.10", "httpd"]] });
  const hosts = shape.hosts.map(({ config }, n) => {
    const media = (lines[n] ?? []).map((device) => serial(device, own.baud ?? 19_200));
    const keyring = { active: 1, keys: [{ number: 1, method: "sha1" as const, key: "love" }] };
    return { config: { ...config, media, keyring, serialRing: own.ring ?? false } };
  });
  const stage = new Stage({ ...shape, hosts, exact: own.exact ?? false });
  for (const node of nodes) stage.act({ act: "start", node });
  stage.advance(10_000);
  return stage;
}

/** "alice bob": who heard whom since a moment, by the author. */
function hearings(stage: Stage, since: number): string[] {
  const good = stage.seen("heard", since).filter(({ rejected }) => rejected === undefined);
  const pairs = good.map(({ node, message }) => `${node} ${textOf(message, "src")}`);
  return [...new Set(pairs)].filter((line) => new Set(line.split(" ")).size > 1).toSorted();
}

const one = [["/dev/ttyS0"], ["/dev/ttyS0"]] as const;

test.each([
  [9_600, 100, 400],
  [19_200, 50, 200],
  [115_200, 10, 40],
] as const)("World delivers a status at %d baud after %d to %d ms", (baud, least, most) => {
  const stage = cabled(one, { baud });
  const sent = stage.seen("sent", 9_000).find(({ message }) => textOf(message, "t") === "status");
  const heard = stage
    .seen("heard", 9_000)
    .find(({ message }) => textOf(message, "seq") === textOf(sent?.message ?? message, "seq"));
  expect((heard?.at ?? 0) - (sent?.at ?? 0)).toBeWithin(least, most);
});

test("World lets a goodbye leave by a slow line after the process has ended", () => {
  const stage = cabled(one, { baud: 9_600 });
  stage.act({ act: "leave", node: "alice" });
  stage.advance(3_000);
  expect(stage.world.holders("10.0.0.10")).toEqual(["bob"]);
  const [gone] = stage.seen("process", 10_000).filter(({ process }) => process === "pulse");
  const last = stage.seen("heard").findLast(({ from }) => from === "alice");
  expect(textOf(last?.message ?? { fields: [] }, "t")).toBe("shutdone");
  expect(last?.at ?? 0).toBeGreaterThan(gone?.at ?? 0);
});

test("World lets nothing damaged in from a line, and finds the packets behind the noise", () => {
  const stage = cabled(one);
  stage.act({ act: "weather", weather: { corrupt: 0.3 } });
  stage.advance(300_000);
  const heard = stage.seen("heard", 10_000).filter(({ node }) => node === "bob");
  const damaged = heard.filter(({ touched }) => touched === "corrupted");
  expect(damaged.filter(({ rejected }) => rejected !== undefined).length).toBeGreaterThan(50);
  expect(damaged.filter(({ rejected }) => rejected === undefined)).toEqual([]);
  const good = heard.length - damaged.length;
  const sent = stage.seen("sent", 10_000).filter(({ node }) => node === "alice").length;
  expect(good / sent).toBeWithin(0.5, 0.75);
  expect(stage.world.holders("10.0.0.10")).toEqual(["alice"]);
});

test("World carries the same over a line whether its packets pass as bytes or not", () => {
  const story = (exact: boolean) => {
    const stage = cabled(one, { exact });
    stage.act({ act: "weather", weather: { corrupt: 0.2, loss: 0.1 } });
    stage.advance(30_000);
    stage.act({ act: "crash", node: "alice" }, { act: "freeze", node: "bob" });
    stage.advance(2_000);
    stage.act({ act: "start", node: "alice" }, { act: "thaw", node: "bob" });
    stage.advance(30_000);
    return stage.sights.map((sight) => JSON.stringify(sight));
  };
  expect(story(false).length).toBeGreaterThan(500);
  expect(story(true)).toEqual(story(false));
});

test("World carries a ring of cables, with one of them cut as well", () => {
  const two = ["/dev/ttyS0", "/dev/ttyS1"];
  const stage = cabled([two, two, two, two], { ring: true });
  const everybody = 12;
  expect(hearings(stage, 5_000)).toHaveLength(everybody);
  stage.act({ act: "cut", from: ["alice"], to: ["bob"] });
  stage.advance(20_000);
  expect(hearings(stage, 20_000)).toHaveLength(everybody);
  expect(stage.seen("service", 10_000)).toEqual([]);
});

test("World passes nothing on from cable to cable without serial_ring", () => {
  const two = ["/dev/ttyS0", "/dev/ttyS1"];
  const chain = [["/dev/ttyS0"], two, ["/dev/ttyS0"]];
  expect(hearings(cabled(chain), 0)).toEqual(["alice bob", "bob alice", "bob carol", "carol bob"]);
  expect(hearings(cabled(chain, { ring: true }), 0)).toHaveLength(6);
});
