// The journal on a real disk: what is kept, for how long, and what trouble costs.

import { afterAll, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { append } from "../../../src/desk/journal/append.ts";
import { type Event, eventOf, parseEvent } from "../../../src/desk/journal/event.ts";
import { Journal } from "../../../src/desk/journal/journal.ts";
import { Tail } from "../../../src/desk/journal/tail.ts";
import type { Line } from "../../../src/desk/line.ts";

const root = mkdtempSync("/tmp/hb-journal-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

let fileCount = 0;
const fresh = () => join(root, `events-${++fileCount}`);

const origin = { boot: "b-1", node: "alice" };
const at = new Date(1_795_000_000_000);
const line = (text: string, more: Partial<Line> = {}): Line => ({
  at,
  level: "info",
  topic: "dead",
  text,
  fields: {},
  ...more,
});

const texts = (events: readonly Event[]) => events.map(({ text }) => text);

test("eventOf() makes one flat object of a line", () => {
  const told = line("bob is dead", { topic: "take over", fields: { peer: "bob" } });
  expect(eventOf(told, origin)).toEqual({
    v: 1,
    at: at.getTime(),
    ...origin,
    kind: "take-over",
    level: "info",
    text: "bob is dead",
    peer: "bob",
  });
});

const { fields: _, ...bare } = line("a line");
test.each([
  ["a line without fields", bare, false],
  ["a warning without fields", { ...bare, level: "warn" }, true],
  ["an error without fields", { ...bare, level: "error" }, true],
  ["the journal's own trouble", { ...bare, level: "error", topic: "journal" }, false],
  ["a debug line with fields", line("a detail", { level: "debug" }), false],
] as const)("eventOf() of %s", (_name, told, isEvent) => {
  expect(eventOf(told, origin) !== undefined).toBe(isEvent);
});

test("parseEvent() gives back what was written, and never throws", () => {
  const event = eventOf(line("ein Fall, 例", { fields: { peer: "bob" } }), origin);
  expect(parseEvent(JSON.stringify(event))).toEqual(event);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseEvent(text)).toBeUndefined();
    }),
  );
});

test.each([8.65e15, -8.65e15, "1", null])("parseEvent() takes %p for no moment", (moment) => {
  const event = eventOf(line("a case", { fields: { peer: "bob" } }), origin);
  expect(parseEvent(JSON.stringify({ ...event, at: 8.64e15 }))).toBeDefined();
  expect(parseEvent(JSON.stringify({ ...event, at: moment }))).toBeUndefined();
});

async function written(path: string, ...lines: readonly string[]) {
  const complaints: string[] = [];
  const complain = (text: string) => complaints.push(text);
  const journal = new Journal({ path, origin, complain });
  for (const text of lines) journal.hear(line(text));
  await journal.drained(5_000);
  return complaints;
}

test("Journal keeps events over restarts, in their order", async () => {
  const path = fresh();
  await written(path, "one", "two");
  await written(path, "three");
  expect(texts(new Tail(path).read())).toEqual(["one", "two", "three"]);
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test("Journal begins on a new line after a torn one, which is passed over", async () => {
  const path = fresh();
  await written(path, "one");
  appendFileSync(path, '{"v":1,"at":17950');
  await written(path, "two");
  expect(texts(new Tail(path).read())).toEqual(["one", "two"]);
  expect(readFileSync(path, "utf8").split("\n")).toHaveLength(4);
});

test("append() renames a full file and keeps one old one", async () => {
  const path = fresh();
  const bytes = (n: number) => Buffer.from(`${String(n).padStart(99, "x")}\n`);
  for (let n = 0; n < 25; n++) await append(path, bytes(n), 1_000);
  expect(statSync(path).size).toBe(500);
  expect(statSync(`${path}.1`).size).toBe(1_000);
  expect(readFileSync(`${path}.1`, "latin1")).toEndWith("x19\n");
  expect(existsSync(`${path}.2`)).toBe(false);
});

test("append() makes the directory where there is none", async () => {
  const path = join(root, "new", "events");
  await append(path, Buffer.from("a\n"), 1_000);
  expect(readFileSync(path, "latin1")).toBe("a\n");
});

test("Journal tells what a disk that refuses costs, and writes how many are missing", async () => {
  const path = fresh();
  mkdirSync(path);
  const complaints: string[] = [];
  const journal = new Journal({ path, origin, complain: (text) => complaints.push(text) });
  for (const text of ["one", "two"]) {
    journal.hear(line(text));
    await journal.drained(5_000);
  }
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toStartWith(`1 events are not in ${path}: EISDIR`);
  rmSync(path, { recursive: true });
  journal.hear(line("three"));
  await journal.drained(5_000);
  const events = new Tail(path).read();
  expect(texts(events)).toEqual(["2 events are missing before this one", "three"]);
  expect(events[0]).toMatchObject({ kind: "gap", lost: 2 });
});

test("Journal neither waits for a disk that hangs nor grows meanwhile", async () => {
  const batches: string[] = [];
  let wake = () => {};
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const journal = new Journal({
    path: fresh(),
    origin,
    complain: () => {},
    append: async (_path, lines) => {
      batches.push(Buffer.from(lines).toString());
      await asleep;
    },
  });
  const long = "x".repeat(1_000);
  for (let n = 0; n < 1_000; n++) journal.hear(line(long));
  await journal.drained(0);
  expect(batches).toHaveLength(1);
  wake();
  await journal.drained(5_000);
  const [first = "", second = ""] = batches;
  expect(batches).toHaveLength(2);
  expect(first.length + second.length).toBeLessThan(300_000);
  const lost = parseEvent(second.split("\n")[0] ?? "")?.lost;
  expect(lost).toBe(1_000 - first.split("\n").length - second.split("\n").length + 3);
});

test("Tail follows over rotations, torn lines and letters that come in two parts", async () => {
  const path = fresh();
  const tail = new Tail(path);
  expect(tail.read()).toEqual([]);
  expect(tail.exists).toBe(false);
  await written(path, "one");
  expect(texts(tail.read())).toEqual(["one"]);
  const bytes = Buffer.from(`${JSON.stringify(eventOf(line("zwölf"), origin))}\n`);
  const half = bytes.indexOf("ö") + 1;
  appendFileSync(path, bytes.subarray(0, half));
  expect(tail.read()).toEqual([]);
  appendFileSync(path, bytes.subarray(half));
  expect(texts(tail.read())).toEqual(["zwölf"]);
  await written(path, "before");
  const after = Buffer.from(`${JSON.stringify(eventOf(line("after"), origin))}\n`);
  await append(path, after, 1);
  expect(texts(tail.read())).toEqual(["before", "after"]);
  expect(tail.read()).toEqual([]);
  tail.close();
});

test("Tail begins with the older file", async () => {
  const path = fresh();
  await written(`${path}.1`, "older");
  await written(path, "newer");
  expect(texts(new Tail(path).read())).toEqual(["older", "newer"]);
});

test("Tail passes over what is no event", () => {
  const path = fresh();
  writeFileSync(path, 'null\n{"v":2}\n\n[]\nnot json\n');
  const tail = new Tail(path);
  expect(tail.read()).toEqual([]);
  expect(tail.exists).toBe(true);
});
