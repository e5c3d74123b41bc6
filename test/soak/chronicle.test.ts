// What is said of a whole run: peace is a flat line, and each thing that grows, moves or is missing is named.

import { expect, test } from "bun:test";
import { type Chronicle, reportOf } from "./chronicle.ts";
import type { Speech } from "./ear.ts";
import type { Look } from "./look.ts";
import { isGood, reportText } from "./report.ts";
import type { NodeSample, Sample } from "./sample.ts";

const MINUTE_MS = 60_000;

interface Change {
  readonly desk?: Partial<Look>;
  readonly pulse?: Partial<Look>;
  readonly speech?: Partial<Speech>;
  readonly node?: Partial<NodeSample>;
}

/** One look at a node in peace, at its second `atS`, with what is different. */
function nodeAt(atS: number, { desk, pulse, speech, node }: Change): NodeSample {
  const look = { pid: 7, rssKib: 90_000, anonKib: 40_000, descriptors: 14, outputs: 2, threads: 6 };
  const words = { packets: 20, heartbeats: 10, gaps: 0, asks: 0, again: 0, missed: 0, foreign: 0 };
  const cpuMs = 30 * atS;
  return {
    desk: { ...look, cpuMs, ...desk },
    pulse: { ...look, cpuMs, ...pulse },
    processes: 3,
    answerMs: 2,
    lateMs: { last: 0.1, p99: 0.2, worst: 5 },
    dropped: 0,
    rejected: 0,
    logBytes: 5_000,
    speech: { ...words, heartbeats: 10 * atS, longestMs: 101, ...speech },
    ...node,
  };
}

/** An hour, a sample every ten seconds; `change` says what is different on alice. */
function hour(change: (atS: number) => Change = () => ({})): Sample[] {
  return Array.from({ length: 361 }, (_, i) => {
    const atS = i * 10;
    const nodes = { alice: nodeAt(atS, change(atS)), bob: nodeAt(atS, {}) };
    return { atS, load: 1, stolenMs: 0, nodes };
  });
}

function chronicle(samples: readonly Sample[], moves: readonly string[] = []): Chronicle {
  const options = { minutes: 60, faults: false, seed: 1, keepaliveMs: 100, deadtimeMs: 500 };
  return {
    options: { ...options, everyMs: 10_000, warmupMs: 30 * MINUTE_MS },
    nodes: ["alice", "bob"],
    samples,
    moves,
    complaints: {},
  };
}

test("reportOf() an hour in peace is a flat line", () => {
  const report = reportOf(chronicle(hour()));
  expect(isGood(report)).toBe(true);
  const text = reportText(report);
  expect(text).toStartWith("Two hb nodes for 60.0 min, keepalive 100 ms, deadtime 500 ms\n");
  expect(text).toContain("alice pulse memory without files  ████████████████████");
  expect(text).toEndWith("\nA flat line: nothing grew");
});

const after = (s: number, atS: number) => (atS > 3_000 ? s : 0);

test.each([
  ["memory", (s: number) => ({ pulse: { anonKib: 40_000 + s } }), "alice pulse memory without"],
  ["a descriptor", (s: number) => ({ desk: { descriptors: 14 + after(1, s) } }), "alice desk desc"],
  ["another process", (s: number) => ({ pulse: { pid: 7 + after(1, s) } }), "alice pulse process:"],
  [
    "a number missing",
    (s: number) => ({ speech: { gaps: after(1, s) } }),
    "alice numbers missing:",
  ],
  ["a question", (s: number) => ({ speech: { asks: after(1, s) } }), "alice asked again: 1"],
  [
    "a long pause",
    (s: number) => ({ speech: { longestMs: 101 + after(400, s) } }),
    "alice longest",
  ],
  ["a late answer", (s: number) => ({ node: { answerMs: 2 + after(999, s) } }), "alice answers"],
  [
    "a log that is filled",
    (s: number) => ({ node: { logBytes: 9 * s } }),
    "alice log: 540 IS MORE",
  ],
  ["a bad packet", (s: number) => ({ node: { rejected: after(1, s) } }), "alice packets refused:"],
] as const)("reportOf() finds %s", (_, change, name) => {
  const report = reportOf(chronicle(hour(change)));
  expect(isGood(report)).toBe(false);
  const findings = reportText(report).split("\n\n").at(-1) ?? "";
  expect(findings).toStartWith(name);
  expect(findings).toEndWith("\nNOT FLAT: 1 findings");
});

test("reportOf() does not judge the warm-up, and names every address that moved unasked", () => {
  const warm = hour((s) => ({ pulse: { anonKib: 40_000 + 20 * Math.min(s, 1_700) } }));
  expect(isGood(reportOf(chronicle(warm)))).toBe(true);
  const moved = reportOf(chronicle(hour(), ["10.77.0.100 left alice, unasked"]));
  expect(isGood(moved)).toBe(false);
  expect(reportText(moved)).toContain("\n10.77.0.100 left alice, unasked\nNOT FLAT: 1 findings");
});
