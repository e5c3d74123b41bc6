// The fuzzer finds what is wrong with a parser, makes it small, and does the same again with the same seed.

import { expect, test } from "bun:test";
import { bytesToText, textToBytes } from "../../src/wire/bytes.ts";
import { gist, minimise } from "./minimise.ts";
import { readOptions } from "./option.ts";
import { reasonOf, Session } from "./session.ts";
import { must, type Target } from "./target/target.ts";

/** Breaks its law for a "<" before a number above 99, wherever they stand. */
const broken: Target = {
  name: "broken",
  covers: "nothing",
  corpus: () => [textToBytes("<a>")],
  tokens: ["<"],
  bytesMax: 1_000,
  run(input) {
    const digits = /<[^>]*?(\d+)/.exec(bytesToText(input))?.[1];
    must(digits === undefined || Number(digits) < 100, `${digits} is too much`);
    return digits === undefined ? "none" : `${digits.length}`;
  },
};

function failsWith(input: Uint8Array): string | undefined {
  try {
    broken.run(input);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function fuzz(seed: number): Session {
  const session = new Session(broken, seed);
  for (let tries = 0; tries < 20_000 && session.failure === undefined; tries += 1_000) {
    session.slice(Number.POSITIVE_INFINITY, tries + 1_000);
  }
  return session;
}

test("Session finds what breaks a law, and the same again with the same seed", () => {
  const first = fuzz(7);
  expect(first.failure?.why).toEndWith("is too much");
  expect(fuzz(7).failure).toEqual(first.failure);
  expect(fuzz(7).figures.inputs).toBe(first.figures.inputs);
});

test("minimise() leaves what is needed to fail in the same way", () => {
  const { failure } = fuzz(7);
  const small = minimise(failure?.input ?? new Uint8Array(0), failsWith);
  expect(bytesToText(small)).toMatch(/^<\d{3}$/);
  expect(failsWith(small)).toBeDefined();
  const harmless = textToBytes("<1>");
  expect(minimise(harmless, failsWith)).toEqual(harmless);
});

test("gist() takes failures for the same that differ in numbers and quoted text", () => {
  expect(gist('Broken: "a" at 12\nhave x')).toBe(gist('Broken: "b" at 7\nhave y'));
  expect(gist("Broken: one")).not.toBe(gist("Broken: two"));
});

test("readOptions() has a minute of all parsers when nothing is said", () => {
  expect(readOptions([])).toEqual({
    kind: "run",
    minutes: 1,
    inputs: Number.POSITIVE_INFINITY,
    seed: 1,
    only: [],
    workers: 1,
  });
  expect(readOptions(["--inputs=50", "--only", "core,arp"])).toMatchObject({
    minutes: Number.POSITIVE_INFINITY,
    inputs: 50,
    only: ["core", "arp"],
  });
});

test.each(["--minutes", "--minutes=0", "--seed=x", "--workers=0", "--what"])(
  "readOptions() refuses %s",
  (word) => {
    expect(readOptions([word]).kind).toBe("wrong");
  },
);
