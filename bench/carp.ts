// How long a shared address is away when its host dies: hb carp, ucarp and keepalived (VRRPv3), side by side
// at equal detection times; what 255 routers cost; and which times are steady under load.
//
//   bench/carp [--runs N] [--only NAMES] [--tempo N] [--crowd SECONDS] [--steady MINUTES] [--json]
//
// All programs of one tempo run in labs of their own at the same time; their masters are killed in turn, so
// that all see the same machine. Killed means: SIGKILL of everything, cable pulled.

import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { crowdCost } from "./carpcrowd.ts";
import { CarpPair, type Death, isThere, type Sharer, type Tempo } from "./carppair.ts";
import { steady } from "./carpsteady.ts";
import { shown, spread, table } from "./figure.ts";

const ALL: readonly Sharer[] = ["hb", "other", "ucarp", "keepalived"];
/** ucarp knows no dead time below its whole seconds. */
const SUBSECOND: readonly Sharer[] = ["hb", "other", "keepalived"];

/** A CARP interval of skew/256 s, and VRRP's nearest. */
function tempo(title: string, skew: number, advertInt: number): Tempo {
  const intervalMs = (skew / 256) * 1_000;
  const carp = [0, skew] as const;
  return { title, intervalMs, deadMs: 3 * intervalMs, carp, advertInt, sharers: SUBSECOND };
}

const TEMPI: readonly Tempo[] = [
  { title: "3 s", intervalMs: 1_000, deadMs: 3_000, carp: [1, 0], advertInt: 1, sharers: ALL },
  tempo("1.5 s", 128, 0.5),
  tempo("0.3 s", 26, 0.1),
  tempo("0.12 s", 10, 0.04),
  tempo("0.06 s", 5, 0.02),
];

const MEASURED: readonly number[] = [0, 2];

interface Result {
  readonly deaths: Death[];
  falseTakeovers: number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure(
  sharers: readonly Sharer[],
  one: Tempo,
  runs: number,
): Promise<Map<Sharer, Result>> {
  const pairs = new Map<Sharer, CarpPair>();
  const results = new Map(
    sharers.map((each): [Sharer, Result] => [each, { deaths: [], falseTakeovers: 0 }]),
  );
  const again = async (sharer: Sharer) => {
    await pairs.get(sharer)?.down();
    pairs.set(sharer, await CarpPair.up(sharer, one));
  };
  try {
    await Promise.all(sharers.map(again));
    for (let round = 1; round <= runs; round++) {
      for (const [sharer, result] of results) {
        const title = `${one.title} ${sharer} ${round}/${runs}`;
        try {
          const death = await pairs.get(sharer)?.death();
          if (death === undefined) continue;
          result.deaths.push(death);
          note(
            `${title}: answer ${death.answerMs.toFixed(1)} ms, added ${death.addedMs.toFixed(1)} ms`,
          );
        } catch (error) {
          note(`${title}: ${error instanceof Error ? error.message : error}`);
          result.falseTakeovers++;
          await again(sharer);
        }
      }
    }
  } finally {
    await Promise.all([...pairs.values()].map((pair) => pair.down()));
  }
  return results;
}

function rows(one: Tempo, results: Map<Sharer, Result>): string[][] {
  return [...results].map(([sharer, { deaths, falseTakeovers }]) => [
    one.title,
    sharer,
    shown(spread(deaths.map((death) => death.addressMs))),
    shown(spread(deaths.map((death) => death.answerMs))),
    shown(spread(deaths.map((death) => death.addedMs))),
    `${deaths.length}`,
    `${falseTakeovers}`,
  ]);
}

const usage = `Usage: bench/carp [OPTION…]
  --runs N          deaths of each program at each tempo (20)
  --tempo N         only this one: ${TEMPI.map(({ title }, i) => `${i} = ${title}`).join(", ")} (0 and 2)
  --only NAMES      only these programs, with commas: hb, other (see below), ucarp, keepalived
  --crowd SECONDS   what 255 routers cost in so many seconds; 0 leaves it out (10)
  --steady MINUTES  only this: false takeovers of each program at each tempo in this time, under load
  --json            the figures themselves instead of tables

HB_OTHER=FILE names another hb, which is measured as "other" in the same run.`;

function options() {
  return parseArgs({
    options: {
      runs: { type: "string", default: "20" },
      tempo: { type: "string" },
      only: { type: "string" },
      crowd: { type: "string", default: "10" },
      steady: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}

function asked(): ReturnType<typeof options> {
  try {
    return options();
  } catch (error) {
    process.stderr.write(`bench/carp: ${(error as Error).message}\n${usage}\n`);
    return process.exit(2);
  }
}

const values = asked();
if (values.help) {
  say(usage);
  process.exit(0);
}
const only = values.only?.split(",");
const chosen = ALL.filter((each) => only?.includes(each) ?? true);
const sharers = chosen.filter(isThere);
for (const each of chosen.filter((one) => !isThere(one))) {
  if (each !== "other") note(`${each} is not installed: left out`);
}
const tempi = TEMPI.filter((_, i) =>
  values.tempo === undefined
    ? values.steady !== undefined || MEASURED.includes(i)
    : Number(values.tempo) === i,
);
const load = () =>
  `load ${loadavg()
    .map((value) => value.toFixed(1))
    .join(" ")}`;

if (values.steady !== undefined) {
  const found = await steady(tempi, sharers, Number(values.steady), note);
  if (values.json) say(JSON.stringify(found));
  else {
    say(`Takeovers that nothing called for, in ${values.steady} min under load; ${load()}`);
    const cells = found.map(({ title, sharer, takeovers }) => [title, sharer, `${takeovers}`]);
    say(table([["dead time", "program", "false takeovers"], ...cells]));
  }
  process.exit(0);
}

const body: string[][] = [];
const figures: unknown[] = [];
for (const one of tempi) {
  const able = sharers.filter((each) => one.sharers.includes(each));
  const results = await measure(able, one, Number(values.runs));
  body.push(...rows(one, results));
  figures.push({ tempo: one, results: Object.fromEntries(results) });
}
if (values.json) say(JSON.stringify(figures));
else {
  const times = ["kill → address, ms", "kill → client's next reply, ms", "added to dead time, ms"];
  say(`Median (lowest … highest); ${load()}`);
  say(table([["dead time", "program", ...times, "deaths", "false takeovers"], ...body]));
}
const seconds = Number(values.crowd);
if (seconds > 0 && !values.json) {
  const lines: string[][] = [];
  for (const each of ["hb", "ucarp"] as const) {
    if (!sharers.includes(each)) continue;
    const { processes, percent, mib } = await crowdCost(each, seconds);
    lines.push([each, `${processes}`, percent.toFixed(1), mib.toFixed(1)]);
  }
  say(`255 virtual routers that are master with adverts every second; ${load()}`);
  say(table([["program", "processes", "% of a processor", "MiB"], ...lines]));
}
