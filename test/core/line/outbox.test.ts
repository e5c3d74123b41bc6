// The queue of a line, by table: time is a parameter.

import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Outbox } from "../../../src/core/line/outbox.ts";
import { type Slot, slotOf } from "../../../src/core/line/slot.ts";
import { bytesToText, textToBytes } from "../../../src/wire/bytes.ts";
import { text } from "../../../src/wire/message.ts";
import { RESYNC } from "../../../src/wire/stream.ts";

/** News of an author of its own, unless told otherwise. */
const slot = (key: string, seq = 1, urgent = false, src = key): Slot => {
  return { key, urgent, order: [1, seq], src };
};
const repair = (key: string): Slot => ({ key, urgent: false, order: [1, 0] });

/** What the line is given at this moment, whole packets. */
function given(box: Outbox, ms: number): string[] {
  const packets: string[] = [];
  for (let bytes = box.next(at(ms)); bytes !== undefined; bytes = box.next(at(ms))) {
    packets.push(bytesToText(bytes));
    box.handedOver(bytes.length, at(ms));
  }
  return packets;
}

/** A box whose first packet, which ends what the line may have heard half of, is gone. */
function box(baud = 19_200): Outbox {
  const fresh = new Outbox(baud);
  fresh.put(slot("first"), textToBytes(""));
  expect(given(fresh, 0)).toEqual([RESYNC]);
  return fresh;
}

const packet = (letter: string, length = 100) => textToBytes(letter.repeat(length));

test("Outbox gives packets in the order in which they came, the first behind an end", () => {
  const one = new Outbox(19_200);
  one.put(slot("a"), packet("a", 2));
  one.put(slot("b"), packet("b", 2));
  expect(given(one, 0)).toEqual([`${RESYNC}aa`, "bb"]);
  expect(one.isEmpty).toBe(true);
  expect(one.deadline()).toBeUndefined();
});

test("Outbox gives no more than the line has time for", () => {
  const one = box(); // 1.92 bytes in a millisecond
  for (const key of ["a", "b", "c", "d", "e"]) one.put(slot(key), packet(key, 192));
  expect(given(one, 10).map((each) => each[0])).toEqual(["a", "b"]);
  expect(one.waiting).toBe(3 * 192);
  // 384 bytes take 200 ms; with 256 of them still ahead, the next one follows.
  const due = one.deadline();
  expect(due).toBeCloseTo(10 + 200 - 256 / 1.92, 6);
  expect(given(one, (due ?? 0) - 1)).toEqual([]);
  expect(given(one, due ?? 0).map((each) => each[0])).toEqual(["c"]);
});

test("Outbox gives the rest of a packet that the kernel took a part of", () => {
  const one = box();
  one.put(slot("a"), textToBytes("abcdef"));
  expect(bytesToText(one.next(at(5)) ?? new Uint8Array())).toBe("abcdef");
  one.handedOver(2, at(5));
  expect(one.waiting).toBe(4);
  expect(given(one, 5)).toEqual(["cdef"]);
});

/** So much waits that the line is late. */
function lateBox(): Outbox {
  const one = box();
  one.put(slot("late", 1), packet("L", 1_000));
  return one;
}

test("Outbox keeps every message of a slot while the line is not late", () => {
  const one = box();
  for (const [seq, letter] of [..."abc"].entries()) one.put(slot("s", seq + 1), packet(letter));
  expect(given(one, 1_000).map((each) => each[0])).toEqual(["a", "b", "c"]);
});

test("Outbox keeps the newest of a slot in the place of the old one when the line is late", () => {
  const one = lateBox();
  expect(one.put(slot("s", 5), packet("a"))).toBe("waits");
  expect(one.put(slot("x", 6), packet("x"))).toBe("waits");
  expect(one.put(slot("s", 7), packet("b"))).toBe("replaces");
  expect(one.put({ ...slot("s", 1), order: [2, 1] }, packet("d"))).toBe("replaces");
  const order: string[] = [];
  for (let ms = 10; !one.isEmpty; ms += 50)
    order.push(...given(one, ms).map((each) => each[0] ?? ""));
  expect(order).toEqual(["L", "d", "x"]);
});

test("Outbox gives repairs what time the news leave, whoever came first", () => {
  const one = box();
  one.put(repair("question"), packet("q"));
  one.put(slot("b", 7, false, "bob"), packet("b"));
  // Bob's number 6 was sent before: this is it again.
  one.put(slot("b", 6, false, "bob"), packet("a"));
  one.put(slot("c", 8, false, "bob"), packet("c"));
  const order: string[] = [];
  for (let ms = 10; !one.isEmpty; ms += 10)
    order.push(...given(one, ms).map((each) => each[0] ?? ""));
  expect(order).toEqual(["b", "c", "q", "a"]);
  // A new run of bob begins with small numbers: they are news.
  expect(one.put({ ...slot("b", 1, false, "bob"), order: [2, 1] }, packet("n"))).toBe("waits");
  one.put(repair("question"), packet("q"));
  expect(given(one, 1_000).map((each) => each[0])).toEqual(["n", "q"]);
});

test("Outbox lets repairs wait for half a second's worth, no more", () => {
  const one = box(19_200); // 960 bytes: less than the least of 1024
  for (let count = 0; count < 15; count += 1) one.put(repair(`q${count}`), packet("q"));
  one.put(slot("n"), packet("n"));
  expect(one.trim()).toBe(5);
  expect(one.waiting).toBe(1_100);
});

test("Outbox lets heartbeats pass only when more than half a second waits", () => {
  const few = box();
  for (const key of ["a", "b"]) few.put(slot(key), packet(key));
  few.put(slot("s", 9, true), packet("s"));
  expect(given(few, 1_000).map((each) => each[0])).toEqual(["a", "b", "s"]);

  const many = box();
  for (const key of [..."abcdefghij"]) many.put(slot(key), packet(key));
  many.put(slot("s", 99, true), packet("s"));
  expect(given(many, 1_000)[0]?.[0]).toBe("s");
});

test("Outbox gives the oldest its turn behind three heartbeats, however many more come", () => {
  const one = box();
  for (const key of [..."abcdefghijklmno"]) one.put(slot(key), packet(key));
  let order = "";
  let ms = 0;
  for (let beat = 1; order.length < 16; beat += 1) {
    one.put(slot("s", 99 + beat, true), packet("s"));
    // One packet, whenever the line has time for it.
    ms = Math.max(ms, one.deadline() ?? ms);
    const bytes = one.next(at(ms)) ?? packet("?");
    one.handedOver(bytes.length, at(ms));
    order += bytesToText(bytes)[0];
  }
  expect(order).toBe("sssasssbssscsssd");
});

test("Outbox drops the oldest of what is too much, heartbeats last", () => {
  const one = box();
  one.put(slot("s", 1, true), packet("s"));
  for (let count = 0; count < 45; count += 1) {
    one.put(slot(`k${count}`), packet(String.fromCharCode(65 + count)));
  }
  // 4096 bytes are the least that may wait.
  expect(one.trim()).toBe(6);
  expect(one.waiting).toBe(4_000);
  const order: string[] = [];
  for (let ms = 1_000; !one.isEmpty; ms += 50) {
    order.push(...given(one, ms).map((each) => each[0] ?? ""));
  }
  expect(order[0]).toBe("s");
  expect(order[1]).toBe(String.fromCharCode(65 + 6));
});

test("Outbox.clear() forgets everything, and what follows begins behind an end", () => {
  const one = box();
  one.put(slot("a"), textToBytes("abcdef"));
  one.next(at(5));
  one.handedOver(2, at(5));
  one.put(slot("b"), packet("b"));
  expect(one.clear()).toBe(2);
  expect([one.isEmpty, one.waiting]).toEqual([true, 0]);
  one.put(slot("c"), textToBytes("c"));
  expect(given(one, 6)).toEqual([`${RESYNC}c`]);
});

const header = { src: "alice", hg: "6b", ts: "1" };

test.each([
  [{ t: "status", st: "active", seq: "a" }, { t: "status", st: "active", seq: "b" }, true],
  [{ t: "status", st: "init", seq: "1" }, { t: "status", st: "up", seq: "2" }, false],
  [{ t: "status", st: "up", seq: "1" }, { t: "status", st: "up", seq: "1", src: "bob" }, false],
  [{ t: "hb_groups", seq: "a" }, { t: "hb_groups", seq: "b" }, true],
  [
    { t: "NS_ackmsg", dest: "bob", ackseq: "a" },
    { t: "NS_ackmsg", dest: "bob", ackseq: "14" },
    true,
  ],
  [
    { t: "NS_ackmsg", dest: "bob", ackseq: "a" },
    { t: "NS_ackmsg", dest: "eve", ackseq: "a" },
    false,
  ],
  [
    { t: "NS_rexmit", dest: "bob", firstseq: "7", lastseq: "7" },
    { t: "NS_rexmit", dest: "bob", firstseq: "7", lastseq: "7", ts: "2" },
    true,
  ],
  [
    { t: "NS_rexmit", dest: "bob", firstseq: "7", lastseq: "7" },
    { t: "NS_rexmit", dest: "bob", firstseq: "8", lastseq: "8" },
    false,
  ],
  [{ t: "resource", seq: "a" }, { t: "resource", seq: "b" }, false],
  [{ t: "resource", seq: "a", ttl: "3" }, { t: "resource", seq: "a", ttl: "2" }, true],
])("slotOf() %p and %p share a place: %p", (one, other, same) => {
  const [a, b] = [slotOf(text({ ...header, ...one })), slotOf(text({ ...header, ...other }))];
  expect(a.key === b.key).toBe(same);
  expect(a.urgent).toBe(one.t === "status");
});
