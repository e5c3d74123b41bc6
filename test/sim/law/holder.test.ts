// What the judge says in the end of services that are up on several hosts: told sight by sight.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { type Spec, shapeOf } from "../plainshape.ts";
import { Judge } from "./judge.ts";

const spec: Spec = { nodes: ["alice", "bob"], groups: [["alice", "httpd"]] };
const twice = "in the end httpd is held by alice and bob";
const fails: Order = ["stop", false];
const runs: Order = ["status", true];
const starts: Order = ["start", true];

type Order = readonly [action: "start" | "stop" | "status", ok: boolean];

test.each([
  ["is nobody's fault where one could not stop it", [], [fails, runs], []],
  ["is where both could", [], [], [twice]],
  ["is where both could not", [fails, runs], [fails, runs], [twice]],
  [
    "is not where one found it running since, as it was to start it",
    [fails, runs, runs],
    [fails, runs],
    [],
  ],
  ["is not where one has started it since", [fails, runs, starts], [fails, runs], []],
  [
    "is where that one stopped it in vain once more",
    [fails, runs, starts, fails],
    [fails, runs],
    [twice],
  ],
] as const)("Holder.verdict() on a service that runs twice: it %s", (_what, alice, bob, found) => {
  const judge = new Judge(shapeOf(spec));
  for (const node of spec.nodes) judge.see({ saw: "service", node, word: "httpd", up: true }, 0);
  for (const order of alice) obey(judge, "alice", order);
  for (const order of bob) obey(judge, "bob", order);
  judge.verdict(1_000);
  const said = judge.violations.map(({ text }) => text);
  expect(said.filter((text) => text.startsWith("in the end httpd"))).toEqual([...found]);
});

function obey(judge: Judge, node: string, [action, ok]: Order): void {
  const script: Sight = { saw: "script", node, word: "httpd", action, phase: "begins" };
  judge.see(script, 500);
  judge.see({ ...script, phase: "ends", ok }, 520);
}
