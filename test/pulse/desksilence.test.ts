// A desk that says nothing: gone, or without a processor.

import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import { DeskSilence, wantsProcessor } from "../../src/pulse/desksilence.ts";
import { until } from "./puppet.ts";

test.each([
  [500, 2_999, false],
  [500, 3_000, true],
  [10_000, 9_999, false],
  [10_000, 10_000, true],
] as const)(
  "DeskSilence.isOver() with a deadtime of %d ms after %d ms is %p",
  (deadtimeMs, ms, over) => {
    const silence = new DeskSilence(at(0), () => false);
    expect(silence.isOver(at(ms), deadtimeMs)).toBe(over);
  },
);

test("DeskSilence.isOver() begins anew with every word", () => {
  const silence = new DeskSilence(at(0), () => false);
  silence.heard(at(2_000));
  expect(silence.isOver(at(4_999), 500)).toBe(false);
  expect(silence.isOver(at(5_000), 500)).toBe(true);
});

test("DeskSilence waits for a desk that starves, looks now and then, and for 30 s at most", () => {
  let looks = 0;
  const silence = new DeskSilence(at(0), () => ++looks > 0);
  for (let ms = 0; ms < 30_000; ms += 10) expect(silence.isOver(at(ms), 500)).toBe(false);
  expect(looks).toBe(270);
  expect(silence.deadline(500)).toBe(at(30_000));
  expect(silence.isOver(at(30_000), 500)).toBe(true);
});

test("DeskSilence.isOver() at the next look when the desk does not want to run any more", () => {
  let starves = true;
  const silence = new DeskSilence(at(0), () => starves);
  expect(silence.isOver(at(3_000), 500)).toBe(false);
  starves = false;
  expect(silence.isOver(at(3_099), 500)).toBe(false);
  expect(silence.isOver(at(3_100), 500)).toBe(true);
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
