// Plays seeded runs by the thousand: npm run sim -- --minutes 60
//
// --seeds N        so many runs (default: 1000, or without end when --minutes is given)
// --minutes M      so long
// --from SEED      the first seed (default: taken from the clock, and printed)
// --workers N      so many processes (default: one for each processor)
// --kind NAME      heartbeat, mixed, carp, or all (the default)
// --go-on          do not end at the first broken law
//
// A run that breaks a law, hangs or ends its process is a failure. It is shrunk, told, and written as a
// plan into a folder that is named; test/sim/replay.ts plays it again. The last line is
// "N passed, N failed".

import { mkdtempSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Failure, type Tally, work } from "./crew.ts";
import { kindsOf } from "./kinds.ts";
import { shrink } from "./shrink.ts";
import { actLines, shapeLines, stamp } from "./timeline.ts";

const runLimitMs = 120_000;
const shrinkMs = 60_000;
/** So many failures are shrunk and told in full. */
const toldMax = 5;
const progressMs = 5_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    minutes: { type: "string" },
    from: { type: "string", default: String(Date.now() % 1_000_000_000) },
    workers: { type: "string", default: String(cpus().length) },
    kind: { type: "string", default: "all" },
    "go-on": { type: "boolean", default: false },
  },
});
kindsOf(values.kind);
const from = numberOf("from", values.from);
const minutes = values.minutes === undefined ? undefined : numberOf("minutes", values.minutes);
const seeds =
  values.seeds === undefined
    ? minutes === undefined
      ? 1_000
      : Number.POSITIVE_INFINITY
    : numberOf("seeds", values.seeds);
const runsMax = seeds * kindsOf(values.kind).length;
const begunAt = performance.now();
const endAt = begunAt + (minutes ?? Number.POSITIVE_INFINITY) * 60_000;

let toldAt = performance.now();
/** So many failures have been named; they are told when all is over. */
let named = 0;
const tally = await work({
  kind: values.kind,
  from,
  workers: Math.max(1, numberOf("workers", values.workers)),
  runLimitMs,
  enough: (soFar) => {
    for (const { kind, seed } of soFar.failures.slice(named)) {
      process.stderr.write(`A law is broken by seed ${seed} (${kind})\n`);
    }
    named = soFar.failures.length;
    if (performance.now() - toldAt > progressMs) {
      toldAt = performance.now();
      process.stderr.write(`${figures(soFar)}\n`);
    }
    const isOver = soFar.runs >= runsMax || performance.now() > endAt;
    return isOver || (soFar.failures.length > 0 && !values["go-on"]);
  },
});
if (tally.failures.length > 0) tellFailures(tally.failures);
say(`Seeds from ${from}: ${figures(tally)}`);
say(`${tally.runs - tally.failures.length} passed, ${tally.failures.length} failed`);
process.exitCode = tally.failures.length > 0 ? 1 : 0;

function tellFailures(failures: readonly Failure[]): void {
  const folder = mkdtempSync(join(tmpdir(), "hb-sim-"));
  for (const failure of failures.slice(0, toldMax)) tellFailure(failure, folder);
  const rest = failures.slice(toldMax).map(({ seed }) => seed);
  if (rest.length > 0) say(`Seeds that fail as well: ${rest.join(" ")}`);
}

function tellFailure({ kind: name, seed, how }: Failure, folder: string): void {
  const again = `node_modules/.bin/bun test/sim/replay ${seed} --kind ${name}`;
  if (how !== "") {
    say(`Seed ${seed} of kind ${name}: ${how}\n  ${again}`);
    return;
  }
  for (const kind of kindsOf(name)) {
    const whole = kind.planOf(seed);
    const [first] = kind.play(whole).violations;
    if (first === undefined) continue;
    say(`Seed ${seed} breaks law ${first.law} at ${stamp(first.at).trim()}: ${first.text}`);
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    const plan = shrink(kind, whole, { violation: first, limitMs: shrinkMs, progress });
    const file = join(folder, `${name}-${seed}.json`);
    writeFileSync(file, `${JSON.stringify({ kind: name, ...plan }, null, 1)}\n`);
    for (const line of shapeLines(plan.shape)) say(`  ${line}`);
    for (const line of actLines(kind.troubles?.(plan) ?? plan.acts)) say(`  ${line}`);
    for (const { law, at, text } of kind.play(plan).violations) {
      say(`  ${stamp(at)}  law ${law}: ${text}`);
    }
    say(`  whole: ${again}`);
    say(`  small: node_modules/.bin/bun test/sim/replay ${file}`);
  }
}

function figures({ runs, nodeMs, failures }: Tally): string {
  const hours = nodeMs / 3_600_000;
  const rate = hours / ((performance.now() - begunAt) / 1_000);
  const parts = [
    `${runs} runs`,
    `${hours.toFixed(1)} node-hours simulated`,
    `${rate.toFixed(1)} node-hours per second`,
    `${failures.length} failed`,
  ];
  return parts.join(", ");
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number < 0) {
    process.stderr.write(`--${name} wants a number, not "${text}"\n`);
    process.exit(2);
  }
  return number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
