// The guides keep pace with the program: what the parser knows, the page names; what a page links to
// is there.

import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { carpOptions } from "../src/cli/carp.ts";
import { manualText } from "../src/cli/manual.ts";
import { settings } from "../src/config/carp/setting.ts";
import { directives, parseHaCf } from "../src/config/hacf.ts";

const ROOT = join(import.meta.dir, "..");
const page = readFileSync(join(ROOT, "docs/directives.md"), "utf8");

const known = Object.keys(directives);

test.each(known)("docs/directives.md names %s", (directive) => {
  expect(page).toMatch(new RegExp(`\`${directive}[ \`]`));
});

test.each([...settings.keys()])("docs/directives.md names the setting %s of carp", (name) => {
  expect(page).toMatch(new RegExp(`\`${name}[=\`]`));
});

test("docs/directives.md names no directive that the parser does not know", () => {
  const named = [...page.matchAll(/^\| (`.*?) \|/gm)]
    .flatMap(([, cell = ""]) => [...cell.matchAll(/`([a-z][a-z0-9_-]*)/g)])
    .map(([, name = ""]) => name);
  expect(named.filter((name) => !known.includes(name) && !settings.has(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(40);
});

const examples = [...page.matchAll(/^```ha\.cf\n(.*?)^```$/gms)].map(([, text = ""]) => text);

test.each(examples.entries().toArray())("docs/directives.md: example %d is good", (_, text) => {
  expect(parseHaCf(text, "ha.cf").problems).toEqual([]);
});

test("docs/directives.md shows cables, a watchdog and virtual routers", () => {
  const shown = examples.flatMap((text) => text.split("\n").map((line) => line.split(" ")[0]));
  for (const name of ["serial", "baud", "serial_flow", "serial_ring", "ppp", "watchdog", "carp"]) {
    expect(shown).toContain(name);
  }
});

const manual = readFileSync(join(ROOT, "docs/man/hb-carp.8"), "utf8").replaceAll("\\-", "-");

test.each(Object.entries(carpOptions))("docs/man/hb-carp.8 explains --%s", (name, option) => {
  const short = "alias" in option ? `-${option.alias} ", " ` : "";
  expect(manual).toMatch(new RegExp(`^\\.BR ${short}--${name}( |$)`, "m"));
});

test("ha.cf(5) has an entry for each directive", async () => {
  const text = (await manualText("ha.cf")) ?? "";
  const tags = [...text.matchAll(/^\.TP\n(.*)$/gm)].map(([, tag = ""]) =>
    tag.replaceAll("\\-", "-"),
  );
  const said = tags.flatMap((tag) =>
    [...tag.matchAll(/\\fB([a-z][a-z0-9_-]*)/g)].map(([, name]) => name),
  );
  expect(known.filter((name) => !said.includes(name))).toEqual([]);
});

test("docs/man/hb-carp.8 explains no option that hb carp does not have", () => {
  const named = [...manual.matchAll(/^\.BR .*?--([a-z-]+)/gm)].map(([, name = ""]) => name);
  const known = [...Object.keys(carpOptions), "help"];
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThanOrEqual(known.length);
});

const guides = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)];

test.each(guides.filter((name) => name.endsWith(".md")))(
  "%s links only to what is there",
  (name) => {
    const text = readFileSync(join(ROOT, name), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => target);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(ROOT, dirname(name), target)))).toEqual([]);
  },
);
