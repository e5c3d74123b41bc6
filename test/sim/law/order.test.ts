// What the judge says of the order in which scripts of one line begin, where a status lied: told sight by
// sight.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { type Spec, shapeOf } from "../plainshape.ts";
import { Judge } from "./judge.ts";

const node = "alice";
const spec: Spec = { nodes: [node, "bob"], groups: [[node, "database", "httpd"]] };

type Step =
  | readonly [word: string, does: "lies" | "is honest" | "is up" | "starts" | "stops"]
  | readonly [word: string, does: "says", up: boolean];

test.each<readonly [string, readonly Step[], string[]]>([
  [
    "starts what stands behind one that is down",
    [
      ["database", "says", false],
      ["httpd", "starts"],
    ],
    ["alice starts httpd although database is not up"],
  ],
  [
    "starts what stands behind one that was said to be up, and is honest since",
    [
      ["database", "lies"],
      ["database", "says", true],
      ["database", "is honest"],
      ["httpd", "starts"],
    ],
    [],
  ],
  [
    "starts what stands behind one that would lie, but was not asked",
    [
      ["database", "lies"],
      ["httpd", "starts"],
    ],
    ["alice starts httpd although database is not up"],
  ],
  [
    "starts what stands behind one that was asked again since, and said that it is down",
    [
      ["database", "lies"],
      ["database", "says", true],
      ["database", "is honest"],
      ["database", "says", false],
      ["httpd", "starts"],
    ],
    ["alice starts httpd although database is not up"],
  ],
  [
    "stops what stands before one that was said to be down, and is honest since",
    [
      ["httpd", "is up"],
      ["httpd", "lies"],
      ["httpd", "says", false],
      ["httpd", "is honest"],
      ["database", "stops"],
    ],
    [],
  ],
  [
    "stops what stands before one that did not answer in time",
    [
      ["httpd", "is up"],
      ["httpd", "says", false],
      ["database", "stops"],
    ],
    ["alice stops database although httpd is still up"],
  ],
  [
    "stops what stands before one that would lie, but was not asked",
    [
      ["httpd", "is up"],
      ["httpd", "lies"],
      ["database", "stops"],
    ],
    ["alice stops database although httpd is still up"],
  ],
  [
    "stops what stands before one that was started again since",
    [
      ["database", "is up"],
      ["httpd", "is up"],
      ["httpd", "lies"],
      ["httpd", "says", false],
      ["httpd", "starts"],
      ["database", "stops"],
    ],
    ["alice stops database although httpd is still up"],
  ],
])("Order on a node that %s", (_what, steps, found) => {
  const judge = new Judge(shapeOf(spec));
  for (const process of ["desk", "pulse"] as const) {
    judge.see({ saw: "process", node, process, alive: true }, 0);
  }
  for (const step of steps) for (const sight of sights(step)) judge.see(sight, 500);
  const said = judge.violations.filter(({ law }) => law === "5").map(({ text }) => text);
  expect(said).toEqual(found);
});

function sights([word, does, up]: Step): Sight[] {
  switch (does) {
    case "lies":
    case "is honest": {
      const temper = does === "lies" ? { statusLies: true } : {};
      return [{ saw: "act", act: { act: "script", node, word, temper } }];
    }
    case "is up":
      return [{ saw: "service", node, word, up: true }];
    default: {
      const action = actions[does];
      const script = { saw: "script", node, word, action } as const;
      return [
        { ...script, phase: "begins" },
        { ...script, phase: "ends", ok: up ?? true },
      ];
    }
  }
}

const actions = { starts: "start", stops: "stop", says: "status" } as const;
