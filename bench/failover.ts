// How long a service is away when its host dies: hb and Heartbeat 3.0.6, side by side, equal settings.
//
//   bench/failover [--runs N] [--only hb|heartbeat] [--setting N] [--addresses N] [--json]
//
// In each setting both programs run in pairs of their own at the same time; their holders are killed
// in turn, so that both see the same machine. Killed means: SIGKILL of everything, cable pulled.
// "added" counts from (last packet of the dead node + deadtime) to the address on the survivor.

import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { hasHeartbeat } from "../test/lab/heartbeat.ts";
import { crowd } from "./crowd.ts";
import { shown, spread, table } from "./figure.ts";
import { type Failover, hasHb, Pair, type Program, type Setting } from "./pair.ts";

const SETTINGS: readonly Setting[] = [
  setting("1", "3", "5", 1_000, 5_000),
  setting("100ms", "300ms", "500ms", 100, 500),
  setting("20ms", "40ms", "50ms", 20, 50),
];

function setting(
  keepalive: string,
  warntime: string,
  deadtime: string,
  keepaliveMs: number,
  deadtimeMs: number,
): Setting {
  return { keepalive, warntime, deadtime, keepaliveMs, deadtimeMs };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What one program did in one setting. */
interface Result {
  readonly deaths: Failover[];
  /** Takeovers without a death: at short times the machine itself can be slower than deadtime. */
  falseTakeovers: number;
}

/** Measures both programs in one setting, death by death in turn. */
async function measure(
  programs: readonly Program[],
  one: Setting,
  runs: number,
): Promise<Map<Program, Result>> {
  const results = new Map<Program, Result>();
  const pairs = new Map<Program, Pair>();
  const again = async (program: Program) => {
    await pairs.get(program)?.down();
    pairs.set(program, await Pair.up(program, one));
  };
  try {
    await Promise.all(programs.map(again));
    for (let round = 1; round <= runs; round++) {
      for (const [program, pair] of pairs) {
        const result = results.get(program) ?? { deaths: [], falseTakeovers: 0 };
        results.set(program, result);
        const title = `${one.keepalive}/${one.deadtime} ${program} ${round}/${runs}`;
        try {
          const death = await pair.failover();
          result.deaths.push(death);
          note(`${title}: ${told(death)}`);
        } catch (error) {
          note(`${title}: ${error instanceof Error ? error.message : error}`);
          result.falseTakeovers++;
          await again(program);
        }
      }
    }
  } finally {
    await Promise.all([...pairs.values()].map((pair) => pair.down()));
  }
  return results;
}

function told({ addressMs, answerMs, addedMs }: Failover): string {
  const [address, answer, added] = [addressMs, answerMs, addedMs].map((ms) => ms.toFixed(1));
  return `address ${address} ms, answer ${answer} ms, added ${added} ms`;
}

function rows(one: Setting, results: Map<Program, Result>): string[][] {
  const medians = new Map<Program, number>();
  const lines = [...results].map(([program, { deaths, falseTakeovers }]) => {
    const added = spread(deaths.map((death) => death.addedMs));
    medians.set(program, added.median);
    return [
      `${one.keepalive} / ${one.deadtime}`,
      program === "hb" ? "hb" : "heartbeat 3.0.6",
      shown(spread(deaths.map((death) => death.addressMs))),
      shown(spread(deaths.map((death) => death.answerMs))),
      shown(added),
      `${deaths.length}`,
      `${falseTakeovers}`,
    ];
  });
  const [own, theirs] = [medians.get("hb"), medians.get("heartbeat")];
  if (own === undefined || theirs === undefined) return lines;
  return [...lines, ["", "ratio of added", "", "", `${(theirs / own).toFixed(1)} : 1`]];
}

const usage = `Usage: bench/failover [OPTION…]
  --runs N             deaths of each program in each setting (20)
  --setting N          only this one: ${SETTINGS.map((one, i) => `${i} = ${one.keepalive}/${one.deadtime}`).join(", ")}
  --only hb|heartbeat  only this program
  --addresses N        size of the large group; 0 leaves it out (1000)
  --json               the deaths themselves instead of a table`;

function options() {
  return parseArgs({
    options: {
      runs: { type: "string", default: "20" },
      only: { type: "string" },
      setting: { type: "string" },
      addresses: { type: "string", default: "1000" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
}

function asked(): ReturnType<typeof options>["values"] {
  try {
    return options().values;
  } catch (error) {
    process.stderr.write(`bench/failover: ${(error as Error).message}\n${usage}\n`);
    return process.exit(2);
  }
}

const values = asked();
if (values.help) {
  say(usage);
  process.exit(0);
}
const runs = Number(values.runs);
const programs: Program[] = [];
if (values.only !== "heartbeat" && (await hasHb())) programs.push("hb");
if (values.only !== "hb" && hasHeartbeat()) programs.push("heartbeat");
const settings = SETTINGS.filter((_, i) => values.setting === undefined || +values.setting === i);

const head = [
  "keepalive / deadtime",
  "program",
  "kill → address, ms",
  "kill → client's next reply, ms",
  "added to deadtime, ms",
  "deaths",
  "false takeovers",
];
const body: string[][] = [];
const figures: unknown[] = [];
for (const one of settings) {
  const results = await measure(programs, one, runs);
  body.push(...rows(one, results));
  figures.push({ setting: one, results: Object.fromEntries(results) });
}
if (values.json) say(JSON.stringify(figures));
else {
  const load = loadavg().map((value) => value.toFixed(1));
  say(`Median (lowest … highest); load of this machine at the end: ${load.join(" ")}`);
  say(table([head, ...body]));
}
const addresses = Number(values.addresses);
if (addresses > 0 && programs.includes("hb")) {
  const times = await crowd(addresses);
  say(
    `${addresses} addresses in one group: all up ${times.upMs.toFixed(1)} ms, all announced ` +
      `${times.announcedMs.toFixed(1)} ms after the decision (last packet + deadtime)`,
  );
}
