// The FIFO: what the old shell commands write, and what anybody else might (heartbeat-resources
// 12).

import { afterAll, expect, test } from "bun:test";
import {
  appendFileSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Fifo, Splitter } from "../../src/desk/fifo.ts";
import { orderOf } from "../../src/desk/order.ts";
import { decodeClassic } from "../../src/wire/classic.ts";

const directory = mkdtempSync("/tmp/hb-fifo-");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function message(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}=${value}\n`);
  return `>>>\n${lines.join("")}<<<\n`;
}

function split(...pieces: string[]) {
  const heard: string[] = [];
  const lost: string[] = [];
  const splitter = new Splitter(
    (whole) => heard.push(whole),
    (why) => lost.push(why),
  );
  for (const piece of pieces) splitter.push(piece);
  return { heard, lost };
}

test("Splitter finds messages however the text is cut, and skips what stands between them", () => {
  const one = message({ t: "a" });
  const two = message({ t: "b", v: "x" });
  const whole = `noise\n${one}more noise\n${two}`;
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 6 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const pieces = edges.slice(1).map((edge, i) => whole.slice(edges[i], edge));
      expect(split(...pieces).heard).toEqual([one, two]);
    }),
  );
});

test("Splitter finds what the real hb_standby writes, in its pieces: it is an order for this node", () => {
  const golden = join(import.meta.dir, "../golden/heartbeat-api/fifo-standby-all.txt");
  const pieces = readFileSync(golden, "latin1").matchAll(/^([0-9a-f]+) {2}b'/gm);
  const written = [...pieces].map(([, hex = ""]) => Buffer.from(hex, "hex").toString("latin1"));
  expect(written).toHaveLength(3);
  const orders = split(...written).heard.map((whole) =>
    orderOf(decodeClassic(whole) ?? { fields: [] }),
  );
  expect(orders).toEqual([{ command: { name: "standby", set: "all" } }]);
});

test("Splitter drops a message that was cut short when the next one begins", () => {
  expect(split(`>>>\nt=half\n${message({ t: "whole" })}`).heard).toEqual([message({ t: "whole" })]);
});

test("Splitter drops text without end instead of keeping it", () => {
  const { heard, lost } = split(`>>>\n${"x".repeat(100_000)}`, message({ t: "a" }));
  expect(lost).toHaveLength(1);
  expect(heard).toEqual([message({ t: "a" })]);
});

test("Fifo makes the FIFO in place of whatever is there and hears several writers", async () => {
  const path = join(directory, "fifo");
  writeFileSync(path, "a regular file");
  const two = Promise.withResolvers<void>();
  const heard: string[] = [];
  const fifo = new Fifo(
    path,
    (whole) => {
      heard.push(whole);
      if (heard.length === 2) two.resolve();
    },
    () => {},
  );
  expect(lstatSync(path).isFIFO()).toBe(true);
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  appendFileSync(path, message({ t: "first" }));
  appendFileSync(path, message({ t: "second" }));
  await two.promise;
  fifo.close();
  expect(heard).toEqual([message({ t: "first" }), message({ t: "second" })]);
});
