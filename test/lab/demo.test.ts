// The demo and the measurement, told briefly: they end well and leave nothing behind.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { built } from "./agent.ts";
import { run } from "./shell.ts";

setDefaultTimeout(120_000);
const ROOT = join(import.meta.dir, "../..");
const BUN = join(ROOT, "node_modules/.bin/bun");

test("scripts/demo shows a death, a takeover and a return, and leaves nothing behind", async () => {
  await built();
  const space = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const said = await run([...space, BUN, join(ROOT, "scripts/demo.ts")]);
  expect([said.code, said.stderr]).toEqual([0, ""]);
  expect(said.stdout).toMatch(/bob +holds 10\.77\.0\.100/);
  const gap = Number(/(\d+) ms without an answer/.exec(said.stdout)?.[1]);
  expect(gap).toBeGreaterThan(300);
  expect(gap).toBeLessThan(5_000);
  expect(said.stdout).toMatch(/client +a+[ab·]*/);
  expect(readdirSync("/tmp").filter((name) => name.startsWith("lab-demo-"))).toEqual([]);
});

test("bench/failover measures a death of hb and one of Heartbeat 3.0.6", async () => {
  await built();
  const bench = join(ROOT, "bench/failover.ts");
  const said = await run([
    ...[BUN, bench, "--runs", "1", "--setting", "1", "--addresses", "20", "--json"],
  ]);
  expect(said.code).toBe(0);
  const [first = ""] = said.stdout.split("\n");
  const [{ results }] = JSON.parse(first) as [
    { results: Record<string, { deaths: { addressMs: number; answerMs: number }[] }> },
  ];
  for (const program of ["hb", "heartbeat"]) {
    const [death] = results[program]?.deaths ?? [];
    // Two observers with clocks read at different moments: neither bounds the other.
    expect([program, (death?.addressMs ?? 0) > 300]).toEqual([program, true]);
    expect([program, (death?.answerMs ?? 0) > 300]).toEqual([program, true]);
  }
  expect(said.stdout).toMatch(/20 addresses in one group: all up/);
});
