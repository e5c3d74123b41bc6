// What law 7 says of nodes that held the same group when the cables healed: told to the judge sight by sight.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { text } from "../../../src/wire/message.ts";
import { configOf, type Spec, shapeOf } from "../plainshape.ts";
import { Judge } from "./judge.ts";

const nobody = { law: "7", at: 100_100, text: "httpd was held by several, and none keeps it" };
const heal: Sight = { saw: "act", act: { act: "heal" } };
const spec: Spec = { nodes: ["alice", "bob", "carol"], groups: [["alice", "httpd"]] };

test("Heal reports that all holders let go", () => {
  expect(seen({ holders: ["bob", "carol"], off: true }, heal)).toEqual([nobody]);
});

test("Heal is content with one holder that keeps it", () => {
  expect(seen({ holders: ["bob", "carol"], off: true, lose: ["carol"] }, heal)).toEqual([]);
});

test.each([
  ["counts who was starting it as the cables healed", [], starts("carol"), []],
  ["counts who begins to, and has heard nobody", [heal], starts("carol"), []],
  ["counts him until he lets go", [heal], [...starts("carol"), ...stops("carol")], [nobody]],
  ["does not count who only asks his script", [heal], asks("carol"), [nobody]],
  [
    "does not count who had heard a holder",
    [heal, ...hears("carol", "bob")],
    starts("carol"),
    [nobody],
  ],
] as const)("Heal, of those who take it, %s", (_what, before, taking, found) => {
  const [begins, ...rest] = taking;
  const sights = [...before, begins, ...(before.length === 0 ? [heal] : []), ...rest];
  expect(seen({ holders: ["alice", "bob"], off: true }, ...sights)).toEqual([...found]);
});

const told = hears("bob", "alice");

test.each([
  ["goes home to an owner that has nothing of it and says so", { sights: [heal, ...told] }, []],
  [
    "goes home to an owner that has yielded and says so",
    { holders: spec.nodes, sights: [heal, ...stops("alice"), ...told] },
    [],
  ],
  [
    "does not go to an owner that has said nothing since it yielded",
    { holders: spec.nodes, sights: [heal, ...told, ...stops("alice")] },
    [nobody],
  ],
  [
    "does not go to an owner that is still stopping it",
    { holders: spec.nodes, sights: [heal, ...stops("alice").slice(0, 2), ...told] },
    [nobody],
  ],
  ["goes nowhere with auto_failback off", { off: true, sights: [heal, ...told] }, [nobody]],
  [
    "goes home by the files of its keeper if the owner had nothing",
    { sights: [waives("alice"), heal, ...told] },
    [],
  ],
  [
    "does not go to an owner that had it and does not ask for it by its own files",
    { holders: spec.nodes, sights: [waives("alice"), heal, ...stops("alice"), ...told] },
    [nobody],
  ],
  [
    "does not go by the files of an owner alone",
    { sights: [waives("bob"), heal, ...told] },
    [nobody],
  ],
] as const)("Heal knows that what several held %s", (_what, story: HomeStory, found) => {
  const { holders = ["bob", "carol"], off = false, sights } = story;
  expect(seen({ holders, off, lose: ["carol", "bob"] }, ...sights)).toEqual([...found]);
});

test("Heal reports that an owner to whom it went home lets go", () => {
  const lose = ["carol", "bob", "alice"];
  const story = { holders: ["bob", "carol"], off: false, lose };
  expect(seen(story, heal, ...told)).toEqual([nobody]);
});

interface HomeStory {
  readonly holders?: readonly string[];
  readonly off?: boolean;
  readonly sights: readonly Sight[];
}

interface Story {
  readonly holders: readonly string[];
  /** What is held elsewhere does not go home. */
  readonly off: boolean;
  /** Who lets go 100 ms later: all that held it. */
  readonly lose?: readonly string[];
}

/** What is found when these things happen to a cluster, and its holders let go then. */
function seen(story: Story, ...sights: readonly Sight[]) {
  const { holders, off, lose = holders } = story;
  const judge = new Judge(shapeOf({ ...spec, failback: off ? "off" : "on" }));
  for (const node of spec.nodes) runs(judge, node, 0);
  for (const node of holders) judge.see(serves(node, true), 50_000);
  for (const [n, sight] of sights.entries()) judge.see(sight, 100_000 + n);
  for (const node of lose) judge.see(serves(node, false), 100_100);
  return judge.violations.filter(({ law }) => law === "7");
}

function runs(judge: Judge, node: string, now: number): void {
  judge.see({ saw: "process", node, process: "desk", alive: true }, now);
  judge.see({ saw: "process", node, process: "pulse", alive: true }, now);
}

function serves(node: string, up: boolean): Sight {
  return { saw: "service", node, word: "httpd", up };
}

function starts(node: string): [Sight, Sight, Sight] {
  const script = { saw: "script", node, word: "httpd", action: "start" } as const;
  return [
    { ...script, phase: "begins" },
    serves(node, true),
    { ...script, phase: "ends", ok: true },
  ];
}

function stops(node: string): [Sight, Sight, Sight] {
  const script = { saw: "script", node, word: "httpd", action: "stop" } as const;
  return [
    { ...script, phase: "begins" },
    serves(node, false),
    { ...script, phase: "ends", ok: true },
  ];
}

function asks(node: string): [Sight, Sight] {
  const script = { saw: "script", node, word: "httpd", action: "status" } as const;
  return [
    { ...script, phase: "begins" },
    { ...script, phase: "ends", ok: false },
  ];
}

/** Its files do not ask for what is its own any more. */
function waives(node: string): Sight {
  const config = configOf(node, { ...spec, failback: "off" });
  return { saw: "act", act: { act: "reload", node, config } };
}

function hears(node: string, from: string): [Sight, Sight] {
  const message = text({ t: "status", src: from, hg: "1", seq: "1", st: "active" });
  const sent = { node: from, link: "eth0", message };
  return [
    { saw: "sent", ...sent },
    { saw: "heard", ...sent, node, from },
  ];
}
