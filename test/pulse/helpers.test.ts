// Every thread of the pulse is in real time: the loop, and below it what the loop must wait for.

import { expect, test } from "bun:test";
import { join } from "node:path";

const SRC = join(import.meta.dir, "../../src/pulse");
const permitted = Bun.spawnSync(["chrt", "-r", "1", "true"]).exitCode === 0;

/** Works until the runtime has helpers, tends them, and tells policy and priority of every thread. */
const story = (rtprio: number) => `
  import { readdirSync, readFileSync } from "node:fs";
  import { prepare } from ${JSON.stringify(join(SRC, "realtime.ts"))};
  import { Helpers } from ${JSON.stringify(join(SRC, "helpers.ts"))};
  const config = { realtime: true, rtprio: ${rtprio}, memreserveKib: 64 };
  const missing = prepare(config);
  const live = [];
  for (let i = 0; i < 300_000; i++) live[i % 50_000] = { i, text: "x" + i };
  Bun.gc(true);
  new Helpers(config).tend();
  const threads = readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync("/proc/self/task/" + thread + "/stat", "latin1").replace(/^.*\\) /s, "");
    const [priority, policy] = [37, 38].map((field) => Number(stat.split(" ")[field]));
    return { loop: Number(thread) === process.pid, priority, policy };
  });
  process.stdout.write(JSON.stringify({ missing, threads }));
`;

interface Told {
  readonly missing: readonly string[];
  readonly threads: readonly { loop: boolean; priority: number; policy: number }[];
}

const SCHED_RR = 2;

test.skipIf(!permitted).each([
  [1, 2, 1],
  [2, 2, 1],
  [50, 50, 49],
])("Helpers.tend() with rtprio %d: the loop at %d, all others at %d", (rtprio, loop, others) => {
  const child = Bun.spawnSync([process.execPath, "-e", story(rtprio)]);
  const { missing, threads } = JSON.parse(child.stdout.toString()) as Told;
  expect(missing).toEqual([]);
  expect(threads.length).toBeGreaterThan(2);
  for (const thread of threads) {
    expect(thread.policy).toBe(SCHED_RR);
    expect(thread.priority).toBe(thread.loop ? loop : others);
  }
});
