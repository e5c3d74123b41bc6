// Stories open with the sentence that they prove, and say which rows of the pages they tell.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { headerOf } from "./header.ts";
import { elsewhere, owed, rows } from "./rows.ts";

const stories = readdirSync(import.meta.dir, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".txt"))
  .sort()
  .map((name) => ({
    name,
    header: headerOf(readFileSync(join(import.meta.dir, name), "utf8")),
  }));

test.each(stories)("headerOf() finds what $name proves", ({ header }) => {
  expect(header.sentence).toMatch(/^[^:]{3}.{20,}\.$/);
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining([...header.rows]));
});

const told = new Set(stories.flatMap(({ header }) => header.rows));
const untold = rows.filter(({ name }) => elsewhere[name] === undefined);

test.each(untold.filter(({ name }) => !owed.includes(name)))(
  "headerOf() finds a story of $name ($says)",
  ({ name }) => {
    expect(told).toContain(name);
  },
);

test.each(Object.entries(elsewhere))(
  "rows.ts knows which test proves %s",
  (name, [file, words]) => {
    expect(rows.map((row) => row.name)).toContain(name);
    expect(readFileSync(join(import.meta.dir, "..", file), "utf8")).toContain(words);
  },
);

test("headerOf() reads the page once for several rows", () => {
  const header = headerOf("# resources 4.6, 5.6, design vacancy: A silent\n# peer.\ncluster alice");
  expect(header).toEqual({
    rows: ["resources 4.6", "resources 5.6", "design vacancy"],
    sentence: "A silent peer.",
  });
});
