// What the judge says of a pulse that speaks although its desk is gone, or after it slept: told sight by sight.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { text } from "../../../src/wire/message.ts";
import { configOf, type Spec, shapeOf } from "../plainshape.ts";
import { Judge } from "./judge.ts";

const spec: Spec = {
  nodes: ["alice", "bob"],
  groups: [["alice", "httpd"]],
  deadtimeMs: 2_000,
};
const node = "alice";

/** Its desk is gone at 100 ms. */
test.each([
  ["within its deadtime", undefined, 1_900, 0],
  ["after its deadtime", undefined, 2_250, 1],
  ["as it wakes, having stood still since before", 5_000, 5_000, 0],
  ["when it has been awake again for long", 5_000, 5_150, 1],
  ["after its deadtime, having stood still at first", 400, 2_250, 1],
] as const)("Sleeper on a pulse without a desk that speaks %s", (_what, thawedAt, at, found) => {
  const judge = new Judge(shapeOf(spec));
  for (const process of ["desk", "pulse"] as const) {
    judge.see({ saw: "process", node, process, alive: true }, 0);
  }
  if (thawedAt !== undefined) judge.see({ saw: "frozen", node, frozen: true }, 50);
  judge.see({ saw: "process", node, process: "desk", alive: false }, 100);
  if (thawedAt !== undefined) judge.see({ saw: "frozen", node, frozen: false }, thawedAt);
  const speech: Sight = { saw: "sent", node, link: "eth0", message: text({ t: "status" }) };
  judge.see(speech, at);
  expect(judge.violations.filter(({ law }) => law === "3")).toHaveLength(found);
});

/** It has an address up, sleeps from 1 s on, and its files change meanwhile. */
test.each([
  ["what it told, lowered meanwhile", 500, 1_900, 0],
  ["longer than what it told, lowered meanwhile", 500, 2_100, 1],
  ["longer than what it told, raised meanwhile", 9_000, 2_100, 1],
] as const)("Sleeper on a node that speaks after %s", (_what, deadtimeMs, sleptMs, found) => {
  const judge = new Judge(shapeOf(spec));
  for (const process of ["desk", "pulse"] as const) {
    judge.see({ saw: "process", node, process, alive: true }, 0);
  }
  judge.see({ saw: "address", node, word: "10.0.0.10", up: true }, 500);
  judge.see({ saw: "frozen", node, frozen: true }, 1_000);
  const config = configOf(node, { ...spec, deadtimeMs });
  judge.see({ saw: "act", act: { act: "reload", node, config } }, 1_100);
  judge.see({ saw: "frozen", node, frozen: false }, 1_000 + sleptMs);
  const speech: Sight = { saw: "sent", node, link: "eth0", message: text({ t: "status" }) };
  judge.see(speech, 1_001 + sleptMs);
  expect(judge.violations.filter(({ law }) => law === "3")).toHaveLength(found);
});
