// The pages that show `hb simulate`, word for word: their files, their commands, what they print.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulateOptions } from "../../src/cli/simulate/option.ts";
import { readWish } from "../../src/cli/simulate/wish.ts";
import { forecast, lengthOf } from "../../src/sim/forecast/forecast.ts";
import { type Command, patternOf, readPage, stepsOf } from "../page.ts";
import { hbCommand, run } from "./run.ts";

setDefaultTimeout(90_000);
const dir = mkdtempSync(join(tmpdir(), "hb-page-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const pages = ["simulate", "split-brain", "cabling"].map((name) => `docs/${name}.md`);
const commands: [string, string, Command, string][] = [];

for (const name of pages) {
  const here = join(dir, name.replaceAll("/", "-"));
  for (const step of stepsOf(readPage(name))) {
    if (step.kind === "command") {
      if (step.host === "") commands.push([name, step.line, step, here]);
      continue;
    }
    if (step.language !== "ha.cf" && step.language !== "haresources") continue;
    for (const place of step.places.length > 0 ? step.places : ["ha.d"]) {
      const directory = join(here, place);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, step.language), step.text);
      writeFileSync(join(directory, "authkeys"), "auth 1\n1 sha1 0123456789abcdef\n");
    }
  }
}

test.each(pages)("%s shows commands", (name) => {
  expect(commands.filter(([page]) => page === name).length).toBeGreaterThanOrEqual(2);
});

test.each(commands)("%s: %s prints what it shows", (_, line, { output }, here) => {
  const hb = hbCommand()
    .map((word) => `'${word}'`)
    .join(" ");
  const { stdout, code } = run(["sh", "-c", `cd '${here}'; hb() { ${hb} "$@"; }; ${line}`]);
  expect(stdout).toMatch(patternOf(output));
  expect(code).toBe(0);
});

/** What README's three lines tell of README's own files. */
const readme = join(dir, "readme");
mkdirSync(readme);
for (const step of stepsOf(readPage("README.md"))) {
  if (step.kind === "file") writeFileSync(join(readme, step.language), step.text);
}
writeFileSync(join(readme, "authkeys"), "auth 1\n1 sha1 0123456789abcdef\n");

test.each([
  ["--kill", /10\.0\.0\.100: 5\.\d s from 20\.0 s \(alice loses power/],
  ["--cut", /two holders for \d+\.\d s\n +"bcast eth1": heartbeats have a second way/],
  ["--explore", /\n1\. .*[1-9]\d* runs simulated, [1-9]\d* kinds of harm found/s],
])("README: hb simulate %s tells what it says", (option, told) => {
  const lines = readPage("README.md").match(/^ {4}hb simulate .*$/gm) ?? [];
  const [line = "", ...more] = lines.filter((each) => each.includes(` ${option} `));
  expect(more).toEqual([]);
  const [, words = ""] = /^ {4}hb simulate (.*?) +#/.exec(line) ?? [];
  const { stdout, code } = run(hbCommand("simulate", ...words.split(/ +/), "--dir", readme));
  expect(stdout).toMatch(told);
  expect(code).toBe(0);
});

/** What becomes of alice's group at any moment of a keepalive, as the table of docs/cabling.md says it. */
function fate(dir: string, option: string): string {
  const [name = "", value = ""] = option.replace(/^--/, "").split(" ");
  const read = readWish({ dir, every: (each) => (each === name ? [value] : []) });
  if (read.kind !== "good") throw new Error(`${option} cannot be played: ${JSON.stringify(read)}`);
  const { site, faults } = read.wish;
  const runs = [0, 125, 250, 375, 500, 625, 750, 875].map((ms) => {
    const later = faults.map((fault) => ({ ...fault, at: fault.at + ms }));
    return forecast(site, { faults: later, endMs: lengthOf(later, site) });
  });
  const [group] = runs.flatMap(({ groups }) => groups);
  const waits = runs.flatMap(({ groups }) => groups[0]?.waits[1] ?? []);
  if (group?.doubles.some(({ to }) => to === undefined) === true) return "**two hold it**";
  if (waits.some(({ to }) => to === undefined)) return "nobody answers";
  const holder = group?.moments.at(-1)?.holders.join(" and ");
  if (waits.length === 0) return `${holder} stays`;
  const lengths = waits.map(({ from, to = from }) => (to - from) / 1_000);
  return `${holder} after ${Math.min(...lengths).toFixed(1)} to ${Math.max(...lengths).toFixed(1)} s`;
}

const rows = [...readPage("docs/cabling.md").matchAll(/^\| .* \| `(--.*?)` \| (.*) \|$/gm)];
const cells = rows.flatMap(([, option = "", told = ""]) =>
  told.split(" | ").map((cell, at) => [option, ["one", "two", "ping", "cable"][at] ?? "", cell]),
);

test.each(cells)("docs/cabling.md: %s in %s: %s", (option, place, told) => {
  const here = join(dir, "docs-cabling.md", place);
  expect(fate(here, option)).toBe(told);
});

test("docs/cabling.md has a table of faults", () => expect(cells.length).toBe(24));

test.each(Object.keys(simulateOptions))("docs/simulate.md names --%s", (option) => {
  const page = readPage("docs/simulate.md");
  if (option === "dir") return expect(page).toContain("--dir ha.d");
  expect(page).toMatch(new RegExp(`\`--${option}[ \`]`));
});
