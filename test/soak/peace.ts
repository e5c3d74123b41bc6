// When a cluster of two is at peace: both run, know each other, and every service is on exactly one of them.

import { home, type Running } from "../lab/cluster.ts";
import { until } from "../lab/until.ts";
import { isWhole } from "./fault.ts";
import { snapshotOf } from "./sample.ts";

/** Above what the slowest fault costs: a pulse that is started four times, a restart of everything. */
const PEACE_MS = 30_000;
/** A group that came to the survivor may go home when its owner is back: so long nothing has moved. */
const STILL_MS = 1_500;

/** Waits for peace; throws with what is missing. Returns after how many milliseconds it was there. */
export async function peace(run: Running, nodes: readonly string[]): Promise<number> {
  const from = performance.now();
  const { changes } = run.lab.watch;
  let missing = "";
  let moves = changes.length;
  let stillFrom = from;
  try {
    await until({ what: "peace", withinMs: PEACE_MS, everyMs: 100 }, async () => {
      missing = (await disturbance(run, nodes)) ?? "";
      if (missing !== "" || changes.length > moves) stillFrom = performance.now();
      moves = changes.length;
      return performance.now() - stillFrom > STILL_MS;
    });
  } catch {
    throw new Error(`no peace within ${PEACE_MS} ms: ${missing}`);
  }
  return stillFrom - from;
}

/** What is not as it should be; undefined at peace. */
async function disturbance(run: Running, nodes: readonly string[]): Promise<string | undefined> {
  for (const name of nodes) {
    const host = run.host(name);
    if (!isWhole(host)) return `${name} has not one desk and one pulse`;
    const seen = await snapshotOf(host);
    if (seen === undefined) return `${name} does not answer`;
    const strange = seen.nodes.find((node) => node.state !== "active");
    if (strange !== undefined) return `${name} sees ${strange.name} ${strange.state}`;
    const moving = seen.groups.find(({ state }) => state !== "held" && state !== "idle");
    if (moving !== undefined) return `on ${name} ${moving.key} is ${moving.state}`;
  }
  for (const name of nodes) {
    const holders = run.lab.watch.holders(home(name));
    if (holders.length !== 1) return `${home(name)} is on ${holders.join(" and ") || "nobody"}`;
  }
  return undefined;
}
