// A desk that says nothing: gone, or without a processor.

import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import { DeskSilence, type Verdict, wantsProcessor } from "../../src/pulse/desksilence.ts";
import { until } from "./puppet.ts";

/** The moment of its verdict when it is asked whenever it wants to be, and the verdict. */
function judged(silence: DeskSilence, deadtimeMs: number): readonly [number, Verdict] {
  while (true) {
    const now = silence.deadline(deadtimeMs);
    const verdict = silence.verdict(now, deadtimeMs);
    if (verdict !== undefined) return [now, verdict];
  }
}

test.each([
  [500, 3_100],
  [10_000, 10_100],
  [40_000, 40_100],
] as const)(
  "DeskSilence.verdict() with a deadtime of %d ms on an idle desk is given after %d ms",
  (deadtimeMs, ms) => {
    const silence = new DeskSilence(at(0), () => false);
    expect(silence.verdict(at(ms - 101), deadtimeMs)).toBeUndefined();
    expect(judged(silence, deadtimeMs)).toEqual([ms, "hung"]);
  },
);

test("DeskSilence.verdict() begins anew with every word", () => {
  const silence = new DeskSilence(at(0), () => false);
  expect(silence.verdict(at(3_000), 500)).toBeUndefined();
  silence.heard(at(3_050));
  expect(silence.verdict(at(3_100), 500)).toBeUndefined();
  expect(judged(silence, 500)).toEqual([6_150, "hung"]);
});

test("DeskSilence waits for a desk that starves, looks now and then, and for 30 s at most", () => {
  let looks = 0;
  const silence = new DeskSilence(at(0), () => ++looks > 0);
  for (let ms = 0; ms < 30_000; ms += 10) expect(silence.verdict(at(ms), 500)).toBeUndefined();
  expect(looks).toBe(270);
  expect(silence.deadline(500)).toBe(at(30_000));
  expect(silence.verdict(at(30_000), 500)).toBe("starved");
});

test("DeskSilence.verdict() at the second look that finds the desk idle, one after the other", () => {
  const wants = [true, false, true, false, false];
  const silence = new DeskSilence(at(0), () => wants.shift() ?? true);
  expect(judged(silence, 500)).toEqual([3_400, "hung"]);
});

test.each([
  ["works", "while :; do :; done", undefined, true],
  ["sleeps", "exec sleep 60", undefined, false],
  ["is stopped", "while :; do :; done", "SIGSTOP", false],
] as const)("wantsProcessor() of a process that %s", async (_, script, signal, wants) => {
  const child = Bun.spawn(["bash", "-c", script]);
  try {
    if (signal !== undefined) child.kill(signal);
    await until(`it to be seen as ${wants}`, () => wantsProcessor(child.pid) === wants);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
  expect(wantsProcessor(child.pid)).toBe(false);
});
