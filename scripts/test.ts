// Runs every check of the project and counts: types, lint, build, unit tests, lab tests, tests in virtual
// machines, made-up inputs.
//
// The last line is exactly "N passed, N failed"; a type check, a lint and a build count as one test
// each. With CI=true a test that cannot run here is a failed one.
//
// Three kinds of work share the processors. Labs and unit tests of processes mostly wait, for timeouts of
// clusters: many of them run side by side. A virtual machine wants a processor of its own and at once
// (test/vm/lab.ts): these files run one after the other, when the labs have ended, and two machines leave
// half of two processors idle. There the longest that only computes runs, one after the other, when the
// ring of three has ended: the fuzzer, tests of and with the simulator, its seeds, packages. What computes
// stands back from whatever runs beside it, for what it does does not depend on when.
//
// Labs and machines judge times. A file that failed in this company runs once more, alone: what fails
// there as well has failed, what passes is counted and named as shaky, with its first failure in full, so
// that a rare fault is seen and not only outvoted.
//
// The fuzzer makes up other inputs with every commit, and the same for the same commit, so that what fails
// fails again for whoever looks. The simulator plays the same seeds always: of fresh ones about one of a
// thousand heartbeat clusters still breaks a law (docs/testing.md).

import { cpus } from "node:os";
import { join } from "node:path";
import { missingForMachines } from "../test/vm/kernel.ts";
import { BUN, ROOT, run } from "./testing/child.ts";
import { longestFirst } from "./testing/order.ts";
import { heartOf, impossible, type Outcome, say, told } from "./testing/outcome.ts";
import { check, tests } from "./testing/part.ts";

const CI = process.env.CI === "true";
/** What a processor runs in a minute. */
const FUZZ_INPUTS = 650_000;
/** Two thousand runs, by kind: what two processors play in little more than a minute. */
const SIM_SEEDS = { heartbeat: 300, mixed: 500, carp: 1_200 };
/** Each wants a fifth of a processor; so many keep a machine busy without starving each other. */
const LABS_AT_ONCE = Math.max(3, Math.round(cpus().length * 3.5));
/** Unit tests that start processes and wait for them, a run for each folder. */
const WAITING = ["test/cli/", "test/desk/", "test/pulse/"];
/** Unit tests that compute so long that they run beside the machines. */
const LONG = ["test/sim/", "test/packaging/", "test/cli/simulate"];
/** Three machines want both processors for themselves. */
const CROWDED = "test/vm/ring.test.ts";

const chosen = process.argv.slice(2);
const whole = chosen.length === 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
const started = performance.now();

function testFiles(): string[] {
  const found = [...new Bun.Glob("test/**/*.test.ts").scanSync({ cwd: ROOT })].sort();
  return whole ? found : found.filter((file) => chosen.some((part) => file.includes(part)));
}

/** A search for faults, in place of a list of tests; its figures are told. */
async function fuzz(): Promise<Outcome> {
  const words = ["--inputs", `${FUZZ_INPUTS}`, "--workers", "1", "--seed", `${firstSeed()}`];
  const command = [BUN, "test/fuzz/main.ts", ...words];
  const options = { back: true, figures: /^\| all.*$/gm };
  return told(await check("fuzz: made-up inputs", command, options));
}

/** Seeds of the simulator; runs and node-hours are told. */
async function simulate(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [kind, seeds] of Object.entries(SIM_SEEDS)) {
    const which = ["--kind", kind, "--from", "1", "--seeds", `${seeds}`];
    const words = [...which, "--workers", "1", "--go-on"];
    const options = { back: true, figures: /^Seeds from .*$/gm };
    const title = `sim: made-up trouble, ${kind}`;
    outcomes.push(told(await check(title, [BUN, "test/sim/main.ts", ...words], options)));
  }
  return outcomes;
}

/** The commit's own; the clock's where there is no commit. */
function firstSeed(): number {
  const { stdout, success } = Bun.spawnSync(["git", "rev-parse", "HEAD"], { cwd: ROOT });
  const commit = success ? Number.parseInt(stdout.toString().slice(0, 7), 16) : Number.NaN;
  return Number.isNaN(commit) ? Date.now() % 1_000_000_000 : commit;
}

/** Those that wait by folder, the others dealt out to the processors; all at once. */
async function unitTests(files: readonly string[]): Promise<Outcome[]> {
  const timeoutMs = 60_000;
  const waiting = WAITING.map((folder) => files.filter((file) => file.startsWith(folder)));
  const computing = files.filter((file) => !WAITING.some((folder) => file.startsWith(folder)));
  const count = cpus().length;
  const part = (n: number) => computing.filter((_, at) => at % count === n);
  const parts = [
    ...waiting.map((some, n) => ({ title: `unit tests, ${WAITING[n]}`, some, back: false })),
    ...cpus().map((_, n) => ({ title: `unit tests, part ${n + 1}`, some: part(n), back: true })),
  ];
  const wanted = parts.filter(({ some }) => some.length > 0);
  return Promise.all(
    wanted.map(async ({ title, some, back }) =>
      told(await tests(title, some, { timeoutMs, back })),
    ),
  );
}

function timed(file: string): Promise<Outcome> {
  return tests(file, [file], { timeoutMs: 120_000 });
}

/** So many of the files side by side. */
async function lane(files: readonly string[], width: number): Promise<Outcome[]> {
  const waiting = longestFirst(files);
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      outcomes.push(told(await timed(file)));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return outcomes;
}

/** What computes longest, one after the other: none of it minds how slowly. */
async function computing(files: readonly string[]): Promise<Outcome[]> {
  const outcomes = whole ? [await fuzz(), ...(await simulate())] : [];
  for (const folder of LONG) {
    const some = files.filter((file) => file.startsWith(folder));
    if (some.length === 0) continue;
    const options = { timeoutMs: 300_000, back: true };
    outcomes.push(told(await tests(`unit tests, ${folder}`, some, options)));
  }
  return outcomes;
}

/** Labs need namespaces of every kind; a container may forbid them even to root. */
async function labTests(files: readonly string[]): Promise<Outcome[]> {
  if (files.length === 0) return [];
  const everything = ["--mount", "--uts", "--net", "--ipc", "--pid", "--fork"];
  const root = process.getuid?.() === 0;
  if (root && (await run(["unshare", ...everything, "true"])).code === 0) {
    return lane(files, LABS_AT_ONCE);
  }
  return [impossible("labs", files, "they need root and namespaces")];
}

/** The crowded one first, the others beside what computes. */
async function machineTests(
  files: readonly string[],
  beside: () => Promise<Outcome[]>,
): Promise<{ readonly judged: Outcome[]; readonly computed: Outcome[] }> {
  const missing = files.length === 0 ? [] : await missingForMachines();
  if (missing.length > 0) {
    const lost = impossible("virtual machines", files, `missing: ${missing.join(", ")}`);
    return { judged: [lost], computed: await beside() };
  }
  const isCrowded = (file: string) => file === CROWDED;
  const first = await lane(files.filter(isCrowded), 1);
  const others = files.filter((file) => !isCrowded(file));
  const [rest, computed] = await Promise.all([lane(others, 1), beside()]);
  return { judged: [...first, ...rest], computed };
}

const files = testFiles();
const labs = files.filter((file) => file.startsWith("test/lab/"));
const machines = files.filter((file) => file.startsWith("test/vm/"));
const long = files.filter((file) => LONG.some((folder) => file.startsWith(folder)));
const units = files.filter((file) => ![labs, machines, long].some((some) => some.includes(file)));

const tool = (name: string) => join(ROOT, "node_modules/.bin", name);
const checks = [
  ...(whole
    ? [check("types", [tool("tsc"), "--noEmit"]), check("lint", [tool("biome"), "check", "."])]
    : []),
  check("build", ["bash", "scripts/build"]),
];
const outcomes: Outcome[] = (await Promise.all(checks)).map(told);
outcomes.push(...(await unitTests(units)));
const judged = await labTests(labs);
const last = await machineTests(machines, () => computing(long));
judged.push(...last.judged);
outcomes.push(...last.computed);

const shaky: Outcome[] = [];
for (const first of judged) {
  if (first.failed === 0) {
    outcomes.push(first);
    continue;
  }
  say(`again   ${first.title}, alone`);
  const second = told(await timed(first.title));
  if (second.failed === 0) shaky.push(first);
  outcomes.push(second);
}

const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((n, one) => n + of(one), 0);
const skipped = sum((one) => one.skipped);
const failed = sum((one) => one.failed) + (CI ? skipped : 0);
for (const one of outcomes.filter((each) => each.failed > 0)) say(`failed: ${heartOf(one)}`);
for (const one of shaky) say(`shaky, passed when run alone: ${heartOf(one)}`);
if (skipped > 0)
  say(`${skipped} could not run here${CI ? ", which counts as failed (CI=true)" : ""}`);
say(`${((performance.now() - started) / 1_000).toFixed(0)} s`);
say(`${sum((one) => one.passed)} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
