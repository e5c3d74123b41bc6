// The guides keep pace with the program: what the parser knows, the page names; what a page links to
// is there.

import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { carpOptions } from "../src/cli/carp.ts";
import { manualText } from "../src/cli/manual.ts";
import { settings } from "../src/config/carp/setting.ts";
import { checkAll } from "../src/config/check.ts";
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

/** Lines of a block that is marked so. */
function lines(mark: string): string[] {
  const [, text = ""] = new RegExp(`^\`\`\`ha\\.cf${mark}\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  return text.trim().split("\n");
}

const [warned, refused] = [lines(" warned"), lines(" refused")];
const shown = [...examples.flatMap((text) => text.split("\n")), ...warned, ...refused];

test.each(known)("docs/directives.md has an example of %s", (directive) => {
  expect(shown.map((line) => line.split(" ")[0])).toContain(directive);
});

test.each([...settings.keys()])("docs/directives.md has an example of carp's %s", (name) => {
  const words = shown.filter((line) => line.startsWith("carp ")).flatMap((line) => line.split(" "));
  expect(words.map((word) => word.split("=")[0])).toContain(name);
});

test.each(warned)("docs/directives.md: %s is read with a warning", (line) => {
  const { problems } = parseHaCf(`${line}\n`, "ha.cf");
  expect(problems.map(({ level }) => level)).toEqual(["warning"]);
});

test.each(refused)("docs/directives.md: %s is refused", (line) => {
  const text = `keepalive 1\ndeadtime 5\nbcast eth0\nauto_failback on\nnode alice bob\n${line}\n`;
  const { problems } = checkAll({
    haCf: { file: "ha.cf", text },
    authkeys: {
      file: "authkeys",
      text: "auth 1\n1 sha1 0123456789abcdef\n",
      facts: { mode: 0o600, uid: 0, reader: 0 },
    },
    haresources: { file: "haresources", text: "alice 10.0.0.100\n" },
    self: "alice",
  });
  const errors = problems.filter(({ level }) => level === "error");
  expect(errors.map(({ file, line: at }) => [file, at])).toEqual([["ha.cf", 6]]);
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

/** The text of every source file in a directory. */
function sourcesIn(directory: string): string[] {
  const names = readdirSync(join(ROOT, directory), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".ts"));
  return files.map((name) => readFileSync(join(ROOT, directory, name), "utf8"));
}

function found(texts: readonly string[], pattern: RegExp): string[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name));
}

test("docs/status-page.md names each metric, and none besides", () => {
  const text = readFileSync(join(ROOT, "docs/status-page.md"), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| `hb_"));
  const named = rows.flatMap((row) => {
    const [, cell = ""] = row.split(" | ")[0]?.split("| ") ?? [];
    const [first = "", ...more] = found([cell], /`(\S+)`/g);
    // "…_received_total" stands for what begins as the first does.
    const stem = first.replace(/_[a-z]+_total$/, "");
    return [first, ...more.map((name) => name.replace("…", stem))];
  });
  const exposed = found(sourcesIn("src/desk/statuspage"), /name: "(hb_[a-z_]+)"/g);
  expect(named.toSorted()).toEqual(exposed.toSorted());
  const asked = found([text], /expr: (.*)/g).flatMap((line) => found([line], /\b(hb_[a-z_]+)/g));
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.filter((name) => !exposed.includes(name))).toEqual([]);
});

test("hb-doctor(8) has a row for each thing that is looked at, and none besides", () => {
  const text = readFileSync(join(ROOT, "docs/man/hb-doctor.8.md"), "utf8");
  const rows = found([text], /^\| ([a-z]+) \|/gm).filter((name) => name !== "line");
  const looked = new Set(found(sourcesIn("src/desk/doctor"), /about\("([a-z]+)"\)/g));
  expect(rows.toSorted()).toEqual([...looked].toSorted());
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
