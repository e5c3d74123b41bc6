// Runs every check of the project and counts: types, lint, build, unit tests, lab tests, tests in virtual
// machines, made-up inputs.
//
// The last line is exactly "N passed, N failed"; a type check, a lint and a build count as one test
// each. With CI=true a test that cannot run here is a failed one.
//
// Three kinds of work share the processors. Labs and unit tests of processes mostly wait, for timeouts of
// clusters: many of them run side by side, labs once the short unit tests have ended. A virtual machine wants
// a processor of its own and at once (test/vm/lab.ts): these files run one after the other, when the labs
// have ended. What computes for long fills what both leave idle, one after the other: the fuzzer, the
// simulator's seeds, tests of and with it, packages. It stands back from whatever runs beside it, for what it
// does does not depend on when. The ring of three machines is last and has both processors for itself.
//
// Labs, machines and tests of processes judge times. What failed in this company runs once more, alone: what
// fails there as well has failed, what passes is counted and named as shaky, with its first failure in full,
// so that a rare fault is seen and not only outvoted.
//
// The fuzzer makes up other inputs with every commit, and the simulator plays other seeds: the same for the
// same commit, so that what fails fails again for whoever looks.

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
/** Unit tests that start processes and wait for them, a run for each folder. They are long for a lab. */
const WAITING = ["test/cli/", "test/desk/", "test/pulse/"];
/** Unit tests that compute for long: a run for each. */
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
    const which = ["--kind", kind, "--from", `${firstSeed()}`, "--seeds", `${seeds}`];
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

/** Files of tests that run together; the title of a single one is its path. */
interface Part {
  readonly title: string;
  readonly files: readonly string[];
  /** Not before this has ended. */
  readonly after?: Promise<unknown> | undefined;
}

/** Unit tests that compute for less than a minute, dealt out to the processors. */
async function unitTests(files: readonly string[]): Promise<Outcome[]> {
  const count = cpus().length;
  const parts = cpus().map((_, n) => ({
    title: `unit tests, part ${n + 1}`,
    files: files.filter((_, at) => at % count === n),
  }));
  return Promise.all(parts.filter(isWanted).map(async (part) => told(await timed(part))));
}

async function timed({ title, files, after }: Part): Promise<Outcome> {
  await after;
  return tests(title, files, { timeoutMs: 120_000 });
}

function inFolder(folder: string, files: readonly string[]): Part {
  return { title: `unit tests, ${folder}`, files: files.filter((file) => file.startsWith(folder)) };
}

function isWanted({ files }: Part): boolean {
  return files.length > 0;
}

function alone(files: readonly string[], after?: Promise<unknown>): Part[] {
  return longestFirst(files).map((file) => ({ title: file, files: [file], after }));
}

/** So many of the parts side by side, in this order. */
async function lane(parts: readonly Part[], width: number): Promise<Judged[]> {
  const waiting = [...parts];
  const judged: Judged[] = [];
  const worker = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      judged.push({ part, outcome: told(await timed(part)) });
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return judged;
}

/** What may run once more. */
interface Judged {
  readonly part: Part;
  readonly outcome: Outcome;
}

/** What computes for long, one after the other: none of it minds how slowly. */
async function computing(files: readonly string[]): Promise<Outcome[]> {
  const outcomes = whole ? [await fuzz(), ...(await simulate())] : [];
  for (const part of LONG.map((folder) => inFolder(folder, files)).filter(isWanted)) {
    outcomes.push(told(await tests(part.title, part.files, { timeoutMs: 300_000, back: true })));
  }
  return outcomes;
}

/** Labs need namespaces of every kind; a container may forbid them even to root. */
async function whyNoLabs(): Promise<string | undefined> {
  const everything = ["--mount", "--uts", "--net", "--ipc", "--pid", "--fork"];
  const root = process.getuid?.() === 0;
  if (root && (await run(["unshare", ...everything, "true"])).code === 0) return undefined;
  return "they need root and namespaces";
}

async function whyNoMachines(): Promise<string | undefined> {
  const missing = await missingForMachines();
  return missing.length > 0 ? `missing: ${missing.join(", ")}` : undefined;
}

const files = testFiles();
const labs = files.filter((file) => file.startsWith("test/lab/"));
const machines = files.filter((file) => file.startsWith("test/vm/"));
const long = files.filter((file) => LONG.some((folder) => file.startsWith(folder)));
const units = files.filter((file) => ![labs, machines, long].some((some) => some.includes(file)));
const isWaiting = (file: string) => WAITING.some((folder) => file.startsWith(folder));

const tool = (name: string) => join(ROOT, "node_modules/.bin", name);
const checks = [
  ...(whole
    ? [check("types", [tool("tsc"), "--noEmit"]), check("lint", [tool("biome"), "check", "."])]
    : []),
  check("build", ["bash", "scripts/build"]),
];
const outcomes: Outcome[] = (await Promise.all(checks)).map(told);
const short = unitTests(units.filter((file) => !isWaiting(file)));
const beside = short.then(() => computing(long));
const waiting = WAITING.map((folder) => inFolder(folder, units.filter(isWaiting))).filter(isWanted);
const noLabs = labs.length > 0 ? await whyNoLabs() : undefined;
if (noLabs !== undefined) outcomes.push(impossible("labs", labs, noLabs));
const judged = await lane([...waiting, ...(noLabs ? [] : alone(labs, short))], LABS_AT_ONCE);

const noMachines = machines.length > 0 ? await whyNoMachines() : undefined;
if (noMachines !== undefined) outcomes.push(impossible("virtual machines", machines, noMachines));
const able = noMachines ? [] : machines;
judged.push(...(await lane(alone(able.filter((file) => file !== CROWDED)), 1)));
outcomes.push(...(await short), ...(await beside));
judged.push(...(await lane(alone(able.filter((file) => file === CROWDED)), 1)));

const shaky: Outcome[] = [];
for (const { part, outcome } of judged) {
  if (outcome.failed === 0) {
    outcomes.push(outcome);
    continue;
  }
  say(`again   ${part.title}, alone`);
  const second = told(await timed(part));
  if (second.failed === 0) shaky.push(outcome);
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
