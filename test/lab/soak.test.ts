// The instrument that watches for growth: it works, and it finds a real process that leaks.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { judge } from "../soak/figure.ts";
import { look } from "../soak/look.ts";
import type { Point } from "../soak/trend.ts";
import { built } from "./agent.ts";
import { run } from "./shell.ts";

setDefaultTimeout(120_000);
const ROOT = join(import.meta.dir, "../..");
const BUN = join(ROOT, "node_modules/.bin/bun");
const SOAK = join(ROOT, "test/soak/soak.ts");

test("soak watches two nodes for a third of a minute and finds nothing", async () => {
  await built();
  const words = ["--minutes", "0.33", "--every", "500ms", "--warmup", "5s"];
  // Slower than elsewhere: this is about the instrument, beside other labs that take the processors.
  const said = await run([BUN, SOAK, ...words, "--keepalive", "1s", "--deadtime", "5s"]);
  expect(said.stdout).toContain("A flat line: nothing grew");
  expect(said.stdout).toMatch(/alice pulse descriptors +█+ +\d+ +ok/);
  expect(said.stdout).toMatch(/bob heartbeats +[▁-█]+ +\d/);
  expect(said.code).toBe(0);
});

test("soak says what is wrong with its command line", async () => {
  const said = await run([BUN, SOAK, "--minutes", "none"]);
  expect(said.code).toBe(2);
  expect(said.stderr).toStartWith('soak: "none" is no number of minutes\n\nUsage:');
});

test("judge() of look() finds a process that forgets its descriptors", async () => {
  const leak = 'const { openSync } = require("fs"); setInterval(() => openSync("/dev/null"), 20);';
  const leaking = Bun.spawn([BUN, "-e", leak]);
  const points: Point[] = [];
  try {
    for (let atS = 0; atS < 12; atS++) {
      await Bun.sleep(100);
      points.push({ atS, value: look(leaking.pid)?.descriptors ?? 0 });
    }
  } finally {
    leaking.kill("SIGKILL");
  }
  const figure = { title: "descriptors", unit: "", points, limit: { kind: "same" } } as const;
  expect(judge(figure)).toEqual({ good: false, text: "MOVES" });
});
