// The numbers of seals over many lives, clocks that go wrong, and files that are lost.

import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { SealBook } from "../../../src/desk/carp/sealbook.ts";
import { SealNumber } from "../../../src/pulse/carp/sealnumber.ts";

const hourMs = 3_600_000;

function withFile<Result>(body: (path: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), "hb-seal-"));
  try {
    return body(join(directory, "state", "hb_carp"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("SealBook.grant() keeps the sender and never grants a number twice", () => {
  withFile((path) => {
    let nowMs = 1_700_000_000_000;
    const book = new SealBook(path, () => nowMs);
    const first = book.grant();
    expect(first.sender).toMatch(/^[0-9a-f]{16}$/);
    expect(first.from).toBe(nowMs * 1_000);
    nowMs += 5_000;
    const second = new SealBook(path, () => nowMs).grant();
    expect(second.sender).toBe(first.sender);
    expect(second.from).toBe(first.until + 1);
    nowMs += 10 * hourMs;
    expect(book.grant().from).toBe(nowMs * 1_000);
    nowMs -= 1_000 * hourMs;
    expect(book.grant().from).toBeGreaterThan(second.until);
  });
});

test("SealBook.extend() grows with the clock, and without it", () => {
  withFile((path) => {
    let nowMs = 1_700_000_000_000;
    const book = new SealBook(path, () => nowMs);
    const { until } = book.grant();
    nowMs += hourMs / 2;
    const further = book.extend();
    expect(further).toBe(nowMs * 1_000 + 3_600e6);
    nowMs = 0;
    expect(book.extend()).toBeGreaterThan(further);
    expect(further).toBeGreaterThan(until);
    expect(readFileSync(path, "latin1")).toMatch(/^[0-9a-f]{16} [0-9]+\n$/);
  });
});

test.each([["nonsense\n"], [""], ["0123456789abcdef 99999999999999999\n"], ["zz 5\n"]])(
  "SealBook.grant() begins with a fresh sender when the file says %j",
  (text) => {
    withFile((path) => {
      const { sender } = new SealBook(path).grant();
      writeFileSync(path, text);
      const next = new SealBook(path).grant();
      expect(next.sender).not.toBe(sender);
      expect(next.sender).toMatch(/^[0-9a-f]{16}$/);
    });
  },
);

test("SealNumber.next() grows strictly over lives, extensions and any clock", () => {
  const events = fc.array(
    fc.oneof(
      fc.record({ what: fc.constant("life" as const) }),
      fc.record({ what: fc.constant("extend" as const) }),
      fc.record({ what: fc.constant("clock" as const), ms: fc.integer({ min: 0, max: 4e12 }) }),
      fc.record({ what: fc.constant("say" as const), times: fc.integer({ min: 1, max: 20 }) }),
    ),
    { maxLength: 30 },
  );
  withFile((path) => {
    let nowMs = 0;
    const clock = () => nowMs;
    const book = new SealBook(path, clock);
    let number = new SealNumber(book.grant(), clock);
    let last = -1n;
    fc.assert(
      fc.property(events, (list) => {
        for (const event of list) {
          if (event.what === "clock") nowMs = event.ms;
          if (event.what === "life") number = new SealNumber(book.grant(), clock);
          if (event.what === "extend") number.extend(book.extend());
          for (let left = event.what === "say" ? event.times : 0; left > 0; left -= 1) {
            const next = number.next()?.number ?? -1n;
            expect(next).toBeGreaterThan(last);
            last = next;
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

test("SealNumber.next() says nothing beyond what was granted", () => {
  const grant = { sender: "0123456789abcdef", from: 10, until: 11 };
  const number = new SealNumber(grant, () => 1e12);
  expect(number.next()).toEqual({ sender: grant.sender, number: 10n });
  expect(number.next()?.number).toBe(11n);
  expect(number.next()).toBeUndefined();
  number.extend(12);
  expect(number.next()?.number).toBe(12n);
});
