// What the judge says of an answer that groups moved: told sight by sight.

import { expect, test } from "bun:test";
import { type Spec, shapeOf } from "../plainshape.ts";
import { Judge } from "./judge.ts";

const spec: Spec = { nodes: ["alice", "bob"], groups: [["alice", "httpd"]] };
const broken = 'bob says of "takeover all" that httpd moved to bob, which has no httpd';

test.each([
  ["is up there", { status: false, starts: true, dies: false }, []],
  ["never came up there", { status: false, starts: false, dies: false }, [broken]],
  ["ran there by a status that lied", { status: true, starts: false, dies: false }, []],
  ["died after its start", { status: false, starts: true, dies: true }, [broken]],
] as const)("Request on a service that %s", (_what, { status, starts, dies }, found) => {
  const judge = new Judge(shapeOf(spec));
  const node = "bob";
  const word = "httpd";
  judge.see({ saw: "asked", node, request: 1, what: "takeover all" }, 100);
  judge.see({ saw: "script", node, word, action: "status", phase: "begins" }, 200);
  judge.see({ saw: "script", node, word, action: "status", phase: "ends", ok: status }, 220);
  if (starts) judge.see({ saw: "service", node, word, up: true }, 240);
  if (dies) judge.see({ saw: "service", node, word, up: false }, 260);
  const text = "Moved in 200 ms: httpd from alice to bob";
  judge.see({ saw: "answered", node, request: 1, ok: true, text }, 300);
  const said = judge.violations.filter(({ law }) => law === "4").map((each) => each.text);
  expect(said).toEqual([...found]);
});
