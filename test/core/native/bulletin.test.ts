import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Bulletin,
  BulletinReader,
  decodeBulletin,
  encodeBulletin,
} from "../../../src/core/native/bulletin.ts";
import { type Message, text } from "../../../src/wire/message.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
const count = fc.nat(1_000_000_000);
const news = fc.record({
  register: fc.record({ node: name, epoch: count }),
  activity: fc.constantFrom("idle", "starting", "held", "stopping", "failed", "unsure"),
  claim: count,
  unwilling: fc.boolean(),
});
const said = fc.record(
  {
    n: count,
    status: fc.constantFrom("starting", "active", "leaving"),
    pings: fc.nat(20),
    seen: fc
      .array(fc.tuple(name, fc.record({ generation: count, n: count })))
      .map((entries) => new Map(entries)),
    runs: fc.array(fc.tuple(name, count)).map((entries) => new Map(entries)),
    ask: fc.array(name),
    digest: fc.constantFrom("1:0badcafe", "2:"),
    layout: fc.constantFrom("0badcafe", ""),
    bare: fc
      .array(fc.tuple(name, fc.record({ node: name, epoch: count })), {
        minLength: 1,
        maxLength: 2,
      })
      .map((entries) => new Map(entries)),
    groups: fc
      .array(fc.tuple(fc.stringMatching(/^[!-~]{1,30}$/), news))
      .map((entries) => new Map(entries)),
  } as const,
  { requiredKeys: ["n", "status", "pings", "seen", "runs", "ask", "groups"] },
);
const words = fc.array(fc.stringMatching(/^[!-~]{1,30}$/), { minLength: 1 });
const choice = fc.infiniteStream(fc.boolean());
const bulletin = fc
  .tuple(said, fc.boolean(), fc.option(words), choice, choice)
  .map(([all, saysHome, up, isHome, isGone]) => {
    const chosen = (marks: Iterator<boolean>) =>
      new Set([...all.groups.keys()].filter(() => marks.next().value));
    const gone = chosen(isGone);
    const homes = saysHome ? chosen(isHome) : undefined;
    const keys = [...all.groups.keys()].slice(0, 2);
    const told = up !== null && { up: new Map(keys.map((key) => [key, up])) };
    return { ...all, homes, ...(gone.size > 0 && { gone }), ...told } as Bulletin;
  });

test("decodeBulletin() gives back what encodeBulletin() was given", () => {
  fc.assert(
    fc.property(bulletin, (sent) => {
      expect(decodeBulletin(encodeBulletin(sent))).toEqual(sent);
    }),
  );
});

test("BulletinReader.read() gives what decodeBulletin() gives, whatever it has read before", () => {
  const few = fc.constantFrom(...fc.sample(bulletin, { numRuns: 4, seed: 1 }));
  fc.assert(
    fc.property(fc.array(few), (sent) => {
      const reader = new BulletinReader();
      for (const message of sent.map((each) => encodeBulletin(each))) {
        expect(reader.read(message)).toEqual(decodeBulletin(message));
      }
    }),
  );
});

test("BulletinReader.read() gives the same groups as long as nothing else is said of them", () => {
  const one = { register: { node: "bob", epoch: 1 }, activity: "held", claim: 1 } as const;
  const of = (n: number, unwilling: boolean) =>
    encodeBulletin({
      ...{
        n,
        status: "active",
        pings: 0,
        seen: new Map(),
        runs: new Map(),
        ask: [],
        homes: new Set(),
      },
      groups: new Map([["web", { ...one, unwilling }]]),
    });
  const reader = new BulletinReader();
  const first = reader.read(of(1, false))?.groups;
  expect(first?.size).toBe(1);
  expect(reader.read(of(2, false))?.groups).toBe(first);
  const changed = reader.read(of(3, true))?.groups;
  expect(changed?.get("web")?.unwilling).toBe(true);
  expect(first?.get("web")?.unwilling).toBe(false);
});

test("encodeBulletin() says nothing of groups that are gone where there are none", () => {
  const news = { register: { node: "bob", epoch: 1 }, activity: "stopping", claim: 1 } as const;
  const groups = new Map([["web", { ...news, unwilling: true }]]);
  const base = {
    n: 1,
    status: "active",
    pings: 0,
    seen: new Map(),
    runs: new Map(),
    ask: [],
    homes: undefined,
  };
  const marks = (gone: readonly string[]) => {
    const message = encodeBulletin({ ...base, groups, gone: new Set(gone) } as Bulletin);
    return message.fields.filter((field) => field.name === "gone").map((field) => field.value);
  };
  expect(marks([])).toEqual([]);
  expect(marks(["web"])).toEqual(["1"]);
});

test("decodeBulletin() does not say whose home an older hb is, nor what does not fit the groups", () => {
  const fields = { ...good, g: "held 1 0 1 alice web" };
  expect(decodeBulletin(text({ ...fields, home: "1" }))?.homes).toEqual(new Set(["web"]));
  expect(decodeBulletin(text({ ...fields, home: "0" }))?.homes).toEqual(new Set());
  expect(decodeBulletin(text(fields))?.homes).toBeUndefined();
  expect(decodeBulletin(text({ ...fields, home: "10" }))?.homes).toBeUndefined();
});

test("decodeBulletin() finds no runs in what an older hb says, nor where they are no numbers", () => {
  const read = (runs: string) => decodeBulletin(text({ ...good, runs }))?.runs;
  expect(read("bob:7 carol:9")).toEqual(new Map(Object.entries({ bob: 7, carol: 9 })));
  expect(read("bob:-7 carol dave:0x9")).toEqual(new Map());
  expect(decodeBulletin(text(good))?.runs).toEqual(new Map());
});

test("encodeBulletin() uses string fields only, so that classic text can carry it", () => {
  fc.assert(
    fc.property(bulletin, (sent) => {
      for (const field of encodeBulletin(sent).fields) expect(field.type).toBe("string");
    }),
  );
});

test("decodeBulletin() never throws, whatever fields arrive", () => {
  const field = fc.record({
    name: fc.constantFrom("t", "n", "st", "pings", "seen", "runs", "ask", "home", "gone", "g", "x"),
    type: fc.constant("string" as const),
    value: fc.oneof(fc.string(), fc.constantFrom("hb_groups", "active", "7", "held 1 0 1 a k")),
  });
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const message: Message = { fields };
      const read = decodeBulletin(message);
      if (read !== undefined) expect(read.n).toBeGreaterThanOrEqual(0);
    }),
  );
});

const good = { t: "hb_groups", n: "1", st: "active", pings: "0", seen: "", ask: "" };

test.each([
  ["another type", { ...good, t: "status" }],
  ["no number", { ...good, n: "x" }],
  ["a status that it does not know", { ...good, st: "dead" }],
  ["an activity that it does not know", { ...good, g: "asleep 1 0 1 alice web" }],
  ["a group without a key", { ...good, g: "held 1 0 1 alice" }],
  ["an epoch that is none", { ...good, g: "held 1 0 -1 alice web" }],
])("decodeBulletin() refuses a message with %s", (_what, fields) => {
  expect(decodeBulletin(text(good))).toBeDefined();
  expect(decodeBulletin(text(fields))).toBeUndefined();
});
