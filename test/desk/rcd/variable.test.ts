// What a script of rc.d is told of its message.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { variablesOf } from "../../../src/desk/rcd/variable.ts";
import { type Message, text } from "../../../src/wire/message.ts";

const nothing = () => false;
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

test("variablesOf() gives every string, the last one where a name comes twice", () => {
  const message: Message = {
    fields: [
      ...text({ t: "mytype", src: "alice", hello: "one", empty: "" }).fields,
      { name: "srcuuid", type: "binary", value: new Uint8Array(16) },
      { name: "hello", type: "string", value: "two  words" },
    ],
  };
  const expected = { HA_t: "mytype", HA_src: "alice", HA_hello: "two  words", HA_empty: "" };
  expect(variablesOf(message, nothing)).toEqual(expected);
});

test("variablesOf() gives the bytes of a value as they were sent", () => {
  const sent = Buffer.from("größer", "utf8").toString("latin1");
  expect(variablesOf(text({ a: sent }), nothing)).toEqual({ HA_a: "größer" });
});

test.each(["DIR", "BIN", "OSTATUS", "FUNCS", "x-y", "a b", "_", "a\u00e9"])(
  "variablesOf() gives no field %j",
  (name) => {
    expect(variablesOf(text({ [name]: "/evil" }), nothing)).toEqual({});
  },
);

test("variablesOf() lets no field replace what is set already", () => {
  const isReserved = (variable: string) => variable === "HA_debug";
  expect(variablesOf(text({ debug: "9", node: "bob" }), isReserved)).toEqual({ HA_node: "bob" });
});

test("variablesOf() leaves out what is too long, and a value with NUL", () => {
  const message = text({ long: "x".repeat(40_000), nul: "a\0b", n: "1" });
  expect(variablesOf(message, nothing)).toEqual({ HA_n: "1" });
  const many = text(Object.fromEntries(Array.from({ length: 999 }, (_, n) => [`n${n}`, ""])));
  expect(Object.keys(variablesOf(many, nothing))).toHaveLength(256);
});

test("variablesOf() gives an environment that a program can be started with", () => {
  const field = fc.record({ name: fc.string(), type: fc.constant("string" as const) });
  const fields = fc.array(fc.tuple(field, fc.uint8Array({ maxLength: 500 })));
  fc.assert(
    fc.property(fields, (all) => {
      const message = { fields: all.map(([head, value]) => ({ ...head, value: latin1(value) })) };
      let bytes = 0;
      for (const [name, value] of Object.entries(variablesOf(message, nothing))) {
        expect(name).toMatch(/^HA_[A-Za-z0-9_]*[a-z][A-Za-z0-9_]*$/);
        expect(value).not.toContain("\0");
        bytes += name.length + value.length;
      }
      expect(bytes).toBeLessThan(128 * 1024);
    }),
  );
});
