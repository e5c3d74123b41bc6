// docs/troubleshooting.md quotes what hb logs: each constant part of a quoted line stands in the source, and
// each topic of a warning or an error that the source names has a row.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPage } from "./page.ts";
import { sourceFiles } from "./telling.ts";

const SRC = join(import.meta.dir, "../src");
const page = readPage("docs/troubleshooting.md");

/** A sentence that goes on in the next line of the source is one. */
const sources = sourceFiles().map((name) =>
  readFileSync(join(SRC, name), "utf8").replace(/["`] \+\s+["`]/g, ""),
);

/** The cells of its tables, without the heads. */
const rows = [...page.matchAll(/^\| (?!line|topic|reason)(.*) \|$/gm)].map(([, row = ""]) =>
  row.split(" | "),
);
const lines = rows.flatMap(([first = "", second = ""]) => {
  const quoted = first.startsWith("`") ? first : second;
  return [...quoted.matchAll(/`(.+?)`/g)].map(([, line = ""]) => line);
});
const fragments = new Set(lines.flatMap((line) => line.split("…").map((part) => part.trim())));
const telling = [...fragments].filter((part) => /[A-Za-z]{2}/.test(part));

test.each(telling)("docs/troubleshooting.md quotes what hb says: %s", (part) => {
  const plain = part.replaceAll('"', "");
  expect(sources.some((text) => text.includes(part) || text.includes(plain))).toBe(true);
});

test("docs/troubleshooting.md quotes many lines", () => {
  expect(telling.length).toBeGreaterThan(80);
});

/** The topics of the warnings and errors that are written as such. */
const said = [
  /"(?:warn|error)",\s*"([a-z]+)"/g,
  /level: "(?:warn|error)",\s*topic: "([a-z]+)"/g,
  /"(?:warn|error)",\s*(?:`[^`]*`|text),\s*"([a-z]+)"/g,
  /log\.(?:warn|error)\((?:[^()]|\([^()]*\))*?"([a-z]+)",?\s*\)/gi,
].flatMap((way) => sources.flatMap((text) => [...text.matchAll(way)].map(([, name = ""]) => name)));
const topics = [...new Set(said)].filter((name) => name !== "warn" && name !== "error").toSorted();
const told = rows.flatMap(([first = ""]) => first.split(", "));

test.each(topics)("docs/troubleshooting.md has a row for the topic %s", (topic) => {
  expect(told).toContain(topic);
});

test("docs/troubleshooting.md knows many topics", () => {
  expect(topics.length).toBeGreaterThan(35);
});
