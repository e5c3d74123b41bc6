// The files of state, byte for byte as Heartbeat 3.0.6 keeps them (heartbeat-wire 8, 12.2).

import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { at } from "../../src/core/instant.ts";
import { readTextIfThere, replaceFile } from "../../src/desk/disk.ts";
import {
  bumpGeneration,
  formatGeneration,
  parseGeneration,
  timeGeneration,
} from "../../src/desk/generation.ts";
import { formatHostcache, parseHostcache, readHostcache } from "../../src/desk/hostcache.ts";
import { Remember } from "../../src/desk/remember.ts";
import { dashed, ownUuid, uuidOfName } from "../../src/desk/uuid.ts";

const directory = mkdtempSync("/tmp/hb-desk-");
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string) => join(directory, name);

test("formatGeneration() writes 15 columns and LF, 16 bytes", () => {
  expect(formatGeneration(1_795_230_001)).toBe("     1795230001\n");
  expect(formatGeneration(1)).toBe("              1\n");
});

test.each([
  ["     1795230001\n", 1_795_230_001],
  ["7\n", 7],
  ["", undefined],
  ["seven\n", undefined],
  ["99999999999999\n", undefined],
])("parseGeneration(%p) is %p", (text, generation) => {
  expect(parseGeneration(text)).toBe(generation);
});

test("bumpGeneration() begins at the unix time + 1, then adds one each time, on the disk", () => {
  const path = file("hb_generation");
  const first = bumpGeneration(path, 1_700_000_000.7);
  expect(first.generation).toBe(1_700_000_001);
  expect(first.note).toBe("No previous generation: starting at 1700000001");
  expect(bumpGeneration(path, 5)).toEqual({ generation: 1_700_000_002 });
  expect(readFileSync(path, "latin1")).toBe("     1700000002\n");
});

test("bumpGeneration() goes above what peers remember, whatever the file and the clock say", () => {
  const path = file("hb_generation_behind");
  expect(bumpGeneration(path, 5, 1_700_000_000).generation).toBe(1_700_000_001);
  expect(bumpGeneration(path, 5, 1_700_000_000).generation).toBe(1_700_000_002);
  expect(readFileSync(path, "latin1")).toBe("     1700000002\n");
});

test("bumpGeneration() begins anew, and says so, when the file cannot be understood", () => {
  const path = file("hb_generation_bad");
  writeFileSync(path, "\0\0\0");
  const next = bumpGeneration(path, 1_700_000_000);
  expect(next.generation).toBe(1_700_000_001);
  expect(next.note).toContain("Unreadable generation");
});

test("bumpGeneration() writes over the old number where no new file can be made", () => {
  const path = file("hb_generation_full");
  bumpGeneration(path, 1_700_000_000);
  mkdirSync(join(`${path}.tmp`, "in the way"), { recursive: true });
  expect(bumpGeneration(path, 5)).toEqual({ generation: 1_700_000_002 });
  expect(readFileSync(path, "latin1")).toBe("     1700000002\n");
  // Bytes of another length would be torn by a power cut.
  writeFileSync(path, "7\n");
  expect(() => bumpGeneration(path, 5)).toThrow();
});

test("timeGeneration() is the unix time, but never the same twice", () => {
  expect(timeGeneration(0, 1_700_000_000.9)).toBe(1_700_000_000);
  expect(timeGeneration(1_700_000_000, 1_700_000_000.9)).toBe(1_700_000_001);
});

test("ownUuid() makes 16 bytes once and keeps them", () => {
  const path = file("hb_uuid");
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const uuid = ownUuid(path, warn);
  expect(uuid).toMatch(/^[0-9a-f]{32}$/);
  expect(readFileSync(path).toString("hex")).toBe(uuid);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(ownUuid(path, warn)).toBe(uuid);
  expect(warnings).toEqual([]);
});

test.each([0, 15, 17])("ownUuid() replaces a file of %d bytes, and says so", (length) => {
  const path = file(`hb_uuid_${length}`);
  writeFileSync(path, Buffer.alloc(length, 7));
  const warnings: string[] = [];
  const uuid = ownUuid(path, (text) => warnings.push(text));
  expect(readFileSync(path).toString("hex")).toBe(uuid);
  expect(warnings).toEqual([
    `${path} has ${length} bytes, a uuid has 16: replaced by the new uuid ${dashed(uuid)}`,
  ]);
});

test("uuidOfName() derives the documented uuid of alice", () => {
  expect(dashed(uuidOfName("alice"))).toBe("4d92ef93-86a6-39de-4440-963a4d87f4d4");
});

const entry = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  uuid: fc.stringMatching(/^[0-9a-f]{32}$/),
  weight: fc.nat(),
  site: fc.stringMatching(/^[a-z0-9 ]{0,10}$/),
});

test("formatHostcache() and parseHostcache() give back any entries", () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      expect(parseHostcache(formatHostcache(entries))).toEqual(entries);
    }),
  );
});

test("formatHostcache() writes name, uuid, weight and site between tabs", () => {
  const uuid = "4d92ef9386a639de4440963a4d87f4d4";
  expect(formatHostcache([{ name: "bob", uuid, weight: 100, site: "" }])).toBe(
    "bob\t4d92ef93-86a6-39de-4440-963a4d87f4d4\t100\t\n",
  );
});

test("parseHostcache() reads what Heartbeat 3.0.6 wrote", () => {
  const text =
    "alice\t7c2c3714-85cb-4f95-a9e2-354e918441e3\t100\t\n" +
    "bob\t772986f9-aee0-4f88-800c-0c3e48663efb\t100\t\n";
  const entries = parseHostcache(text);
  expect(entries?.map(({ name, weight, site }) => ({ name, weight, site }))).toEqual([
    { name: "alice", weight: 100, site: "" },
    { name: "bob", weight: 100, site: "" },
  ]);
  expect(formatHostcache(entries ?? [])).toBe(text);
});

test("parseHostcache() takes no weight that it could not write as it was", () => {
  const line = (weight: string) => `bob\t${"ab".repeat(16)}\t${weight}\t\n`;
  expect(parseHostcache(line("999999999999999"))).toHaveLength(1);
  expect(parseHostcache(line("1000000000000000000000"))).toBeUndefined();
});

test("readHostcache() ignores a malformed file and says so", () => {
  const path = file("hostcache");
  writeFileSync(path, "bob not-a-uuid\n");
  const complaints: string[] = [];
  expect(readHostcache(path, (text) => complaints.push(text))).toEqual([]);
  expect(complaints).toEqual([`Cannot understand ${path}: it is ignored`]);
});

test("replaceFile() leaves the whole file with its mode, and nothing beside it", () => {
  const path = file("replaced");
  replaceFile(path, "old\n", { mode: 0o600 });
  replaceFile(path, "new\n", { mode: 0o600 });
  expect(readFileSync(path, "latin1")).toBe("new\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readTextIfThere(`${path}.tmp`)).toBeUndefined();
});

const group = { key: "10.0.0.1", assigned: { node: "alice", epoch: 3 }, up: ["10.0.0.1", "httpd"] };
const places = { memory: file("memory"), pulsed: file("pulsed") };

test("Remember.recall() gives what was kept, with the last moment at which it was true", () => {
  const kept = new Remember(places, "boot-a");
  kept.keep({ at: at(1_000), deadtimeMs: 10_000, groups: [group] });
  kept.alive(at(123_456.789));
  const recalled = { at: at(123_456.789), deadtimeMs: 10_000, groups: [group] };
  expect(new Remember(places, "boot-a").recall()).toEqual(recalled);
});

test("Remember.keep() writes another deadtime down, although the groups are the same", () => {
  const kept = new Remember(places, "boot-a");
  kept.keep({ at: at(1_000), groups: [group] });
  kept.keep({ at: at(2_000), deadtimeMs: 5_000, groups: [group] });
  expect(new Remember(places, "boot-a").recall()?.deadtimeMs).toBe(5_000);
});

test("Remember.alive() does not take a moment back", () => {
  const kept = new Remember(places, "boot-a");
  kept.keep({ at: at(5_000), groups: [group] });
  kept.alive(at(4_000));
  expect(kept.memory?.at).toBe(at(5_000));
});

test("Remember.recall() knows nothing of another boot of the host", () => {
  new Remember(places, "boot-a").keep({ at: at(1_000), groups: [group] });
  expect(new Remember(places, "boot-b").recall()).toBeUndefined();
});

test("Remember.keep() leaves nothing rather than an old memory when it cannot write", () => {
  const places = { memory: file("memory-full"), pulsed: file("pulsed-full") };
  const complaints: string[] = [];
  const kept = new Remember(places, "boot-a", (text) => complaints.push(text));
  kept.keep({ at: at(1_000), groups: [group] });
  mkdirSync(join(`${places.memory}.tmp`, "in the way"), { recursive: true });
  kept.keep({ at: at(2_000), groups: [] });
  expect(complaints).toHaveLength(1);
  expect(kept.memory).toEqual({ at: at(2_000), groups: [] });
  expect(new Remember(places, "boot-a").recall()).toBeUndefined();
  // There is room again: what is true is written, changed or not.
  rmSync(`${places.memory}.tmp`, { recursive: true });
  kept.keep({ at: at(3_000), groups: [] });
  expect(new Remember(places, "boot-a").recall()).toEqual({ at: at(3_000), groups: [] });
});

test("Remember.forget() leaves nothing for the next agent", () => {
  const kept = new Remember(places, "boot-a");
  kept.keep({ at: at(1_000), groups: [group] });
  kept.forget();
  expect(kept.memory).toBeUndefined();
  expect(new Remember(places, "boot-a").recall()).toBeUndefined();
});

test.each([
  ["a group without its words", { ...group, up: undefined }],
  ["a group without its register", { key: "httpd", up: [] }],
  ["an epoch that is no number", { ...group, assigned: { node: "alice", epoch: "3" } }],
  ["words that are none", { ...group, up: [7] }],
  ["addresses that are none", { ...group, off: [7] }],
  ["nothing in the place of a group", null],
])("Remember.recall() takes a file with %s for none", (_what, damaged) => {
  const memory = { at: 1_000, groups: [group, damaged] };
  writeFileSync(places.memory, JSON.stringify({ boot: "boot-a", memory }));
  expect(new Remember(places, "boot-a").recall()).toBeUndefined();
});

test("Remember.recall() takes a file with a deadtime that is no number for none", () => {
  const memory = { at: 1_000, deadtimeMs: "5000", groups: [group] };
  writeFileSync(places.memory, JSON.stringify({ boot: "boot-a", memory }));
  expect(new Remember(places, "boot-a").recall()).toBeUndefined();
});

test("Remember.recall() takes a damaged file for none", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      writeFileSync(places.memory, text);
      expect(new Remember(places, "boot-a").recall()).toBeUndefined();
    }),
  );
});
