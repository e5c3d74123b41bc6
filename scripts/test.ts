// Runs every check of the project and counts: types, lint, build, unit tests, lab tests, and tests in
// virtual machines.
//
// Lab tests mostly wait for timeouts of clusters, so several files run side by side, each in its own
// process and its own lab. The last line is exactly "N passed, N failed"; a type check, a lint and a
// build count as one test each. With CI=true a test that cannot run here is a failed one.
//
// Labs judge times, and beside one another they share the processors. A lab file that failed in this
// company runs once more alone: what fails there as well has failed, what passes is counted and named
// as shaky, with its first failure in full, so that a rare fault is seen and not only outvoted.
//
// A virtual machine takes a processor of its own while it boots: these files run one after the other,
// after the labs, by the same rule. Beside them, at low priority, the fuzzer makes up inputs: others with
// every commit, and the same for the same commit, so that what fails fails again for whoever looks. Fresh
// seeds of the simulator are not played here while some of them still break a law (docs/testing.md).

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { missingForMachines } from "../test/vm/kernel.ts";

const ROOT = join(import.meta.dir, "..");
const BUN = join(ROOT, "node_modules/.bin/bun");
const CI = process.env.CI === "true";
/** On the processor that the machines leave idle. */
const FUZZ_MINUTES = 1;
/** Labs mostly wait; so many keep a machine busy without starving each other. */
const LABS_AT_ONCE = Math.max(3, Math.round(cpus().length * 2.5));

interface Outcome {
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly output: string;
}

const chosen = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), "hb-test-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
const started = performance.now();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: stdout + stderr };
}

/** A check that passes or fails as a whole. Of what a good one says, the lines of `figures` are worth telling. */
async function check(
  title: string,
  command: readonly string[],
  figures?: RegExp,
): Promise<Outcome> {
  const from = performance.now();
  const { code, output } = await run(command);
  const good = code === 0;
  return {
    title,
    passed: good ? 1 : 0,
    failed: good ? 0 : 1,
    skipped: 0,
    seconds: (performance.now() - from) / 1_000,
    output: good ? (figures === undefined ? "" : (output.match(figures) ?? []).join("\n")) : output,
  };
}

/** A search for faults, in place of a list of tests; its figures are told. */
async function fuzz(): Promise<Outcome> {
  const lengths = ["--minutes", `${FUZZ_MINUTES}`, "--workers", "1", "--seed", `${firstSeed()}`];
  const command = [BUN, "test/fuzz/main.ts", ...lengths];
  return told(await check("fuzz: made-up inputs", command, /^\| all.*$/gm));
}

/** The commit's own; the clock's where there is no commit. */
function firstSeed(): number {
  const { stdout, success } = Bun.spawnSync(["git", "rev-parse", "HEAD"], { cwd: ROOT });
  const commit = success ? Number.parseInt(stdout.toString().slice(0, 7), 16) : Number.NaN;
  return Number.isNaN(commit) ? Date.now() % 1_000_000_000 : commit;
}

/** One run of bun test; the counts come from its own report, and a crash counts as a failure. */
async function tests(title: string, files: readonly string[], timeoutMs: number): Promise<Outcome> {
  const from = performance.now();
  const report = join(scratch, `${title.replaceAll("/", "_")}.xml`);
  const { code, output } = await run([
    BUN,
    "test",
    `--timeout=${timeoutMs}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...files.map((file) => `./${file}`),
  ]);
  const { total, failures, skipped } = counts(report);
  const failed = failures === 0 && code !== 0 ? 1 : failures;
  return {
    title,
    passed: total - failures - skipped,
    failed,
    skipped,
    seconds: (performance.now() - from) / 1_000,
    output: failed > 0 ? output.replaceAll(/^\(pass\).*\n/gm, "") : "",
  };
}

function counts(report: string): { total: number; failures: number; skipped: number } {
  let head = "";
  try {
    head = /<testsuites[^>]*>/.exec(readFileSync(report, "utf8"))?.[0] ?? "";
  } catch {
    // No report: the run ended before it could write one, which its exit code tells.
  }
  const number = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  return { total: number("tests"), failures: number("failures"), skipped: number("skipped") };
}

function told(outcome: Outcome): Outcome {
  const { title, passed, failed, skipped, seconds, output } = outcome;
  const rest = skipped > 0 ? `, ${skipped} skipped` : "";
  const mark = failed > 0 ? "FAILED" : "ok";
  const figures = `${passed} passed, ${failed} failed${rest}`;
  say(`${mark.padEnd(7)}${title.padEnd(44)} ${figures.padEnd(22)} ${seconds.toFixed(1)} s`);
  if (output !== "") say(output.trimEnd().replaceAll(/^/gm, "    "));
  return outcome;
}

/** Labs need namespaces of every kind; a container may forbid them even to root. */
async function labsPossible(): Promise<boolean> {
  const everything = ["--mount", "--uts", "--net", "--ipc", "--pid", "--fork"];
  return process.getuid?.() === 0 && (await run(["unshare", ...everything, "true"])).code === 0;
}

/** Files that this place cannot run: counted as skipped, with the reason. */
function impossible(kind: string, files: readonly string[], reason: string): Outcome {
  say(`Cannot make ${kind} here (${reason}): ${files.length} files do not run`);
  const lost = { title: kind, passed: 0, failed: 0, skipped: files.length, seconds: 0 };
  return told({ ...lost, output: "" });
}

async function sideBySide(files: readonly string[], width: number): Promise<Outcome[]> {
  const waiting = [...files];
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      outcomes.push(told(await tests(file, [file], 120_000)));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return outcomes;
}

/** So many of the files side by side, then those that failed alone. */
async function twice(files: readonly string[], width: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const first of await sideBySide(files, width)) {
    if (first.failed === 0) {
      outcomes.push(first);
      continue;
    }
    say(`again   ${first.title}, alone`);
    const second = told(await tests(first.title, [first.title], 120_000));
    if (second.failed === 0) shaky.push(first);
    outcomes.push(second);
  }
  return outcomes;
}

/** The heart of a failure: which test, and what was expected. Everything else stands above. */
function heartOf({ title, output }: Outcome): string {
  const lines = output.split("\n");
  const near = lines.flatMap((line, at) =>
    /^\s*(error:|\(fail\))/.test(line)
      ? lines.slice(at, at + (line.includes("error:") ? 8 : 1))
      : [],
  );
  return [title, ...new Set(near.filter((line) => line.trim() !== ""))].join("\n    ");
}

/** Unit tests wait for nobody: they are dealt out to the processors. */
async function inParts(title: string, files: readonly string[]): Promise<Outcome[]> {
  const count = Math.min(cpus().length, files.length);
  const parts = Array.from({ length: count }, (_, n) => files.filter((_, at) => at % count === n));
  const name = (n: number) => (count === 1 ? title : `${title}, part ${n + 1} of ${count}`);
  return Promise.all(parts.map(async (part, n) => told(await tests(name(n), part, 60_000))));
}

function testFiles(): string[] {
  const found = [...new Bun.Glob("test/**/*.test.ts").scanSync({ cwd: ROOT })].sort();
  if (chosen.length === 0) return found;
  return found.filter((file) => chosen.some((part) => file.includes(part)));
}

const all = testFiles();
// The longest first, so that none of them is left alone at the end.
const LONGEST = ["mixed-partition", "mixed.", "loss", "partition", "mixed", "takeover"];
const rank = (file: string) => LONGEST.findIndex((part) => file.includes(part)) >>> 0;
const labs = all
  .filter((file) => file.startsWith("test/lab/"))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
const machines = all.filter((file) => file.startsWith("test/vm/"));
const units = all.filter((file) => !labs.includes(file) && !machines.includes(file));
const outcomes: Outcome[] = [];
const shaky: Outcome[] = [];

if (chosen.length === 0) {
  outcomes.push(told(await check("types", [join(ROOT, "node_modules/.bin/tsc"), "--noEmit"])));
  outcomes.push(told(await check("lint", [join(ROOT, "node_modules/.bin/biome"), "check", "."])));
}
outcomes.push(told(await check("build", ["bash", "scripts/build"])));
outcomes.push(...(await inParts("unit tests", units)));
if (await labsPossible()) outcomes.push(...(await twice(labs, LABS_AT_ONCE)));
else if (labs.length > 0) outcomes.push(impossible("labs", labs, "they need root and namespaces"));
const searched = chosen.length === 0 ? [fuzz()] : [];
if (machines.length > 0) {
  const missing = await missingForMachines();
  if (missing.length === 0) outcomes.push(...(await twice(machines, 1)));
  else outcomes.push(impossible("virtual machines", machines, `missing: ${missing.join(", ")}`));
}
outcomes.push(...(await Promise.all(searched)));

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
