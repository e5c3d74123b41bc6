// Parts of a run of all tests: a check that passes or fails as a whole, and files of tests that are counted.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUN, run } from "./child.ts";
import type { Outcome } from "./outcome.ts";

const scratch = mkdtempSync(join(tmpdir(), "hb-test-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** A check that passes or fails as a whole. Of what a good one says, the lines of `figures` are worth telling. */
export async function check(
  title: string,
  command: readonly string[],
  options: { readonly back?: boolean; readonly figures?: RegExp } = {},
): Promise<Outcome> {
  const from = performance.now();
  const { code, output } = await run(command, options);
  const good = code === 0;
  const figures = options.figures === undefined ? [] : (output.match(options.figures) ?? []);
  return {
    title,
    passed: good ? 1 : 0,
    failed: good ? 0 : 1,
    skipped: 0,
    seconds: (performance.now() - from) / 1_000,
    output: good ? figures.join("\n") : output,
  };
}

/** One run of bun test; the counts come from its own report, and a crash counts as a failure. */
export async function tests(
  title: string,
  files: readonly string[],
  options: { readonly timeoutMs: number; readonly back?: boolean },
): Promise<Outcome> {
  const from = performance.now();
  const report = join(scratch, `${title.replaceAll("/", "_")}.xml`);
  const { code, output } = await run(
    [
      BUN,
      "test",
      `--timeout=${options.timeoutMs}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    options,
  );
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
