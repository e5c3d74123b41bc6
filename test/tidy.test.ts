// The rules of the house that a machine can check: which floor may know which, and what a pure floor
// may not touch (docs/design.md "Floors").

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "..");

/** What each floor may import besides itself. `text` is words alone: every floor may print them. */
const below: Readonly<Record<string, readonly string[]>> = {
  "src/main.ts": ["src/cli", "src/config"],
  "src/cli": ["src/desk", "src/pulse", "src/sim", "src/core", "src/wire", "src/config", "src/text"],
  "src/desk": ["src/core", "src/wire", "src/config", "src/text", "ffi"],
  "src/pulse": ["src/core", "src/wire", "src/config", "ffi"],
  // A made-up world in place of the pulse and the desk.
  "src/sim": ["src/core", "src/wire", "src/config"],
  "src/core": ["src/wire", "src/config"],
  // The two lowest floors are neighbours: a keyring is a value of both.
  "src/wire": ["src/config"],
  "src/config": ["src/wire"],
  "src/text": [],
  ffi: [],
};

const pureFloors = ["src/sim", "src/core", "src/wire", "src/config", "src/text"];

/** Packages that compute and nothing else. */
const purePackages = /^(ipaddr\.js|@noble\/hashes\/[\w.]+)$/;

const longest = 350;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .toSorted();
}

const files = ["src", "ffi"].flatMap(sources);
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

function textOf(file: string): string {
  return texts.get(file) ?? "";
}

function floorOf(file: string): string {
  const parts = file.split("/");
  return parts[0] === "src" ? parts.slice(0, 2).join("/") : "ffi";
}

function importsOf(file: string): string[] {
  const pattern =
    /^\s*(?:import|export)\b[^"';]*?from\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm;
  return [...textOf(file).matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The code without comments and strings, where words mean what they say. */
function codeOf(file: string): string {
  return textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/\/\/.*$/gm, "");
}

const pure = files.filter((file) => pureFloors.includes(floorOf(file)));

test("every file stands on a floor that is known", () => {
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) expect(Object.keys(below)).toContain(floorOf(file));
});

test.each(files)("%s imports only from its own floor and below", (file) => {
  const floor = floorOf(file);
  for (const name of importsOf(file).filter((each) => each.startsWith("."))) {
    const target = relative(root, join(root, dirname(file), name));
    // Words of the documentation that are embedded.
    if (target === "package.json" || target.startsWith("docs/")) continue;
    expect([floor, ...(below[floor] ?? [])]).toContain(floorOf(target));
    // The status page is embedded as it is.
    expect(name).toMatch(/\.(ts|html)$/);
  }
});

test.each(pure)("%s is pure", (file) => {
  const packages = importsOf(file).filter((name) => !name.startsWith("."));
  for (const name of packages) expect(name).toMatch(purePackages);
  expect(codeOf(file)).not.toMatch(
    /\b(process|Bun|Buffer|console|setTimeout|setInterval|fetch|performance)\b\s*[.(]|Date\.now|new Date\b|Math\.random|\bcrypto\./,
  );
});

test.each(files)("%s is tidy", (file) => {
  const text = textOf(file);
  const code = codeOf(file);
  expect(text.split("\n").length).toBeLessThanOrEqual(longest + 1);
  expect(text).toMatch(/^(#!.*\n)?\/\/ /);
  expect(code).not.toMatch(/\bconsole\./);
  // An embedded text has no other export.
  if (!file.endsWith(".d.ts")) expect(code).not.toMatch(/\bexport default\b/);
  expect(code).not.toMatch(/\benum\s+\w+\s*\{|\bnamespace\s+\w+\s*\{/);
  expect(code).not.toMatch(/:\s*any\b|\bas any\b|<any>/);
  const long = text.split("\n").filter((line) => line.length > 120);
  expect(long).toEqual([]);
});

test("no file speaks of the place where it was written", () => {
  const all = ["src", "ffi", "test", "bench", "scripts", "docs"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  // Spelled in parts, so that this file does not contain them.
  const places = new RegExp(["/wo", "rk/main|/wo", "rk/shared|/tmp/br", "ief"].join(""));
  const speaking = all.filter((file) => places.test(readFileSync(file, "latin1")));
  expect(speaking.map((file) => relative(root, file))).toEqual([]);
});
