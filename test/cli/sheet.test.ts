// A page, its dense form and the last events, on terminals of every size.

import { expect, test } from "bun:test";
import { type Sheet, viewOf } from "../../src/cli/sheet.ts";

const lines = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${name}${at + 1}`);

function sheetOf(dense: number, events: readonly string[] = lines("event", 5)): Sheet {
  return {
    whole: [lines("whole", 20).join("\n"), "last"],
    dense: () => [lines("dense", dense).join("\n"), "last"],
    events: { heading: "Events", lines: events },
  };
}

const textOf = (sheet: Sheet, rows: number, top = 0, columns = 80) =>
  viewOf(sheet, { columns, rows }, top).lines;

test("viewOf() shows the whole page with its events where they fit, and fills the rest", () => {
  const page = [...lines("whole", 20), "", "last", "", "Events", ...lines("event", 5)];
  expect(textOf(sheetOf(10), 29)).toEqual(page);
  expect(textOf(sheetOf(10), 31)).toEqual([...page, "", ""]);
});

test.each([
  [28, [...lines("dense", 10), "", "last", "", "Events", ...lines("event", 5)]],
  [18, [...lines("dense", 10), "", "last", "", "Events", ...lines("event", 5).slice(1)]],
  [17, [...lines("dense", 10), "", "last", "", "Events", ...lines("event", 5).slice(2)]],
  [16, [...lines("dense", 10), "last", "Events", ...lines("event", 5).slice(1)]],
  [15, [...lines("dense", 10), "last", "Events", ...lines("event", 5).slice(2)]],
])("viewOf() of %d rows is as dense as it must be", (rows, page) => {
  expect(textOf(sheetOf(10), rows).slice(0, page.length)).toEqual(page);
  expect(textOf(sheetOf(10), rows).length).toBe(rows);
});

test("viewOf() moves a page that is too tall above the last events, which stay", () => {
  const foot = lines("event", 5).slice(2);
  const at = (top: number) => textOf(sheetOf(10), 14, top);
  const rule = (from: number) => `-- lines ${from} to ${from + 9} of 11: arrows move, q quits --`;
  expect(at(0)).toEqual([...lines("dense", 10), rule(1), ...foot]);
  expect(at(1)).toEqual([...lines("dense", 10).slice(1), "last", rule(2), ...foot]);
  expect(viewOf(sheetOf(10), { columns: 80, rows: 14 }, 99).top).toBe(1);
  expect(viewOf(sheetOf(10), { columns: 80, rows: 14 }, -9).top).toBe(0);
});

test("viewOf() gives events at most a third of a page that is too tall, the newest first of all", () => {
  const long = "word ".repeat(40).trim();
  const seen = (events: readonly string[]) => textOf(sheetOf(30, events), 12).slice(8);
  expect(seen(["old", "new"])).toEqual([
    "dense9",
    "-- lines 1 to 9 of 31: arrows move, q quits --",
    "old",
    "new",
  ]);
  expect(seen([long, "newer", "newest"]).slice(2)).toEqual(["newer", "newest"]);
  const words = textOf(sheetOf(30, [long]), 12, 0, 40).slice(-4);
  expect(words).toEqual(Array(4).fill("word ".repeat(8)));
});

test("viewOf() is as tall as the terminal, however small that is, and no wider", () => {
  for (let rows = 2; rows < 40; rows += 1) {
    for (const columns of [3, 10, 80]) {
      const view = viewOf(sheetOf(10), { columns, rows }, 2);
      expect(view.lines.length).toBe(rows);
      expect(view.lines.filter((line) => line.length > columns)).toEqual([]);
    }
  }
});
