// What the judge says of a pulse that speaks although its desk is gone: told sight by sight.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { text } from "../../../src/wire/message.ts";
import { type Spec, shapeOf } from "../plainshape.ts";
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
