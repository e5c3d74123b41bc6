// docs/events.md has each kind of events that tell more than a sentence, with its keys, and no other: its table is
// compared with the calls of the source that make them.

import { expect, test } from "bun:test";
import { readPage, sectionOf } from "../../page.ts";
import { sourceFiles, sourceOf, type Telling, tellings, wordsFrom } from "../../telling.ts";

interface Made {
  readonly kind: string;
  readonly file: string;
  /** Keys that are written out where it is made. */
  readonly keys: readonly string[];
}

/** Where in a call the kind stands, and the fields. */
interface Form {
  readonly kind: number;
  readonly fields: number;
  /** A line without fields of its own has some all the same: `router`, `peer`, an assignment. */
  readonly always?: boolean;
}

function formOf({ file, call }: Telling): Form | undefined {
  if (call === "assigned") return { kind: 1, fields: 2, always: true };
  if (call.endsWith("log.write")) return { kind: 2, fields: 3 };
  if (!/(?:^|\.)log$/.test(call) || !file.startsWith("core/")) return undefined;
  if (file.startsWith("core/carp/")) return { kind: 2, fields: 3, always: true };
  if (file.startsWith("core/classic/")) return { kind: 1, fields: 3, always: true };
  return { kind: 1, fields: 3 };
}

/** A group tells of itself: its lines have no other kind. */
function isOfGroup({ file, call }: Telling): boolean {
  return call.endsWith("voice.log") || file === "core/group/voice.ts";
}

/** The calls that make more than a sentence: the kind as the source says it, and the fields. What only warns is in
 *  the journal with its sentence, which the page says once for all. */
const calls = tellings().flatMap((telling) => {
  const { file, words, before } = telling;
  if (isOfGroup(telling)) {
    return words[2] === undefined ? [] : [{ file, before, kind: '"group"', own: words[2] }];
  }
  const form = formOf(telling);
  if (form === undefined) return [];
  const own = words[form.fields];
  const isNews = form.always && /info|level/.test(words[0] ?? "");
  return own === undefined && !isNews ? [] : [{ file, before, kind: words[form.kind] ?? "", own }];
});
const isNamed = ({ kind }: { readonly kind: string }) => /^"[a-z]+"$/.test(kind);

const made: Made[] = [
  ...calls.filter(isNamed).map(({ file, before, kind, own }) => ({
    kind: kind.slice(1, -1),
    file,
    keys: keysOf(before, own),
  })),
  // What no log line says.
  { kind: "gap", file: "desk/journal/journal.ts", keys: ["lost"] },
];

/** The keys of an object that is written out, there or as the constant before it. */
function keysOf(before: string, own = ""): string[] {
  const constant = before.slice(before.lastIndexOf(`const ${own} = {`));
  const text = own.startsWith("{") ? own : constant.slice(constant.indexOf("{"));
  const isWritten = own.startsWith("{") || constant.startsWith(`const ${own} = {`);
  return isWritten
    ? wordsFrom(text, 1).flatMap((word) => /^(\w+)(?::|$)/.exec(word)?.[1] ?? [])
    : [];
}

/** The rows of the table: kinds, and all their keys. */
const table = new Map<string, Set<string>>();
const [, ...rows] =
  sectionOf(readPage("docs/events.md"), "The keys")
    .split("Further keys")[1]
    ?.matchAll(/^\| (.*?) \| (.*?) \|/gm) ?? [];
for (const [, kinds = "", keys = ""] of rows) {
  for (const kind of quotedIn(kinds)) {
    table.set(kind, (table.get(kind) ?? new Set()).union(new Set(quotedIn(keys))));
  }
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word);
}

const kinds = [...new Set(made.map(({ kind }) => kind))].toSorted();

test("docs/events.md has a row for each kind, and none besides", () => {
  expect([...table.keys()].toSorted()).toEqual(kinds);
  expect(kinds.length).toBeGreaterThan(25);
});

test("docs/events.md: kinds are named where an event is made, or handed on by these", () => {
  const handing = calls
    .filter((call) => !isNamed(call))
    .map(({ file, kind }) => `${file}: ${kind}`);
  expect(handing.toSorted()).toEqual([
    "core/native/decision.ts: topic",
    "desk/agent.ts: effect.topic",
    "desk/carp/process.ts: effect.topic",
    "desk/release/release.ts: effect.topic",
  ]);
});

/** Whether the file writes out a line with fields, or with what may be fields. */
function makesFields(file: string): boolean {
  const text = sourceOf(file);
  return [...text.matchAll(/\{ do: "log"/g)].some(({ index }) =>
    wordsFrom(text, index + 1).some((word) => /^(?:fields|\.\.\.)/.test(word)),
  );
}

test("docs/events.md: a line with fields is made in these files, whose callers are looked at", () => {
  const making = sourceFiles().filter(makesFields);
  expect(making.toSorted()).toEqual([
    "core/carp/speech.ts",
    "core/classic/pair.ts",
    "core/group/voice.ts",
    "core/membership/turn.ts",
    "core/native/decision.ts",
  ]);
});

test.each(kinds)("docs/events.md has the keys of %s", (kind) => {
  const said = table.get(kind) ?? new Set();
  const missing = made
    .filter((each) => each.kind === kind)
    .flatMap(({ keys, file }) => keys.filter((key) => !said.has(key)).map((key) => [key, file]));
  expect(missing).toEqual([]);
});
