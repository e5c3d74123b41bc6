// The messages of the membership with consensus, against what the real `ccm` says.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { type CcmBody, decodeCcm, decodeList, encodeCcm, encodeList } from "../../src/wire/ccm.ts";
import { encodeLines } from "../../src/wire/classic.ts";
import { type Message, text } from "../../src/wire/message.ts";
import { framesOf } from "../core/ccm/conversation.ts";

const CAPTURES = [
  "ccm-2node",
  "ccm-3node-leaderdeath",
  "ccm-3node-memberleave-leader",
  "ccm-3node-partition-majority",
];

test("encodeCcm() gives the real ccm's words back, in its order", () => {
  const types = new Set<string>();
  for (const frame of CAPTURES.flatMap(framesOf)) {
    if (frame.from !== "client") continue;
    const { fields } = frame.message;
    const dest = fields.find(({ name }) => name === "dest");
    const decoded = decodeCcm({ fields: [...fields, { name: "src", type: "string", value: "x" }] });
    if (decoded === undefined) continue;
    types.add(decoded.type);
    const again = encodeCcm(decoded, decoded, dest?.type === "string" ? dest.value : undefined);
    expect(encodeLines(again.fields)).toBe(encodeLines(fields));
  }
  expect([...types].toSorted()).toEqual([
    "ALIVE",
    "FINAL_MEMLIST",
    "JOIN",
    "MEM_LIST",
    "NEW_NODE",
    "NODE_LEAVE_NOTICE",
    "PROTOVERSION",
    "PROTOVERSION_RESP",
    "REQ_MEMLIST",
    "RESTART",
    "STATE_INFO",
  ]);
});

test.each([
  [[0], "AQAAAAAAAAAAAAAAAA=="],
  [[0, 1], "AwAAAAAAAAAAAAAAAA=="],
  [[1, 2], "BgAAAAAAAAAAAAAAAA=="],
  [[99], "AAAAAAAAAAAAAAAACA=="],
])("encodeList() of %j is %s", (list, word) => {
  expect(encodeList(list)).toBe(word);
  expect(decodeList(word)).toEqual(list);
});

test("decodeList() takes nothing else", () => {
  expect(decodeList("")).toEqual([]);
  for (const word of ["AQ==", "AQAAAAAAAAAAAAAAAAA=", "*", "AQAAAAAAAAAAAAAAA==="]) {
    expect(decodeList(word)).toBeUndefined();
  }
});

const number = fc.integer({ min: 0, max: 0x7fffffff });
const word = fc.string({ unit: fc.constantFrom(..."ab!~=, 0") });
const list = fc
  .uniqueArray(fc.integer({ min: 0, max: 99 }))
  .map((all) => all.toSorted((a, b) => a - b));
const quorum = fc.constantFrom(true, false, undefined);
const body: fc.Arbitrary<CcmBody> = fc.oneof(
  fc.record({
    type: fc.constantFrom("PROTOVERSION", "RESTART", "ALIVE", "JOIN", "REQ_MEMLIST", "ABORT"),
  }),
  fc.record({ type: fc.constant("PROTOVERSION_RESP" as const), size: number }),
  fc.record({ type: fc.constantFrom("NEW_NODE", "NODE_LEAVE", "NODE_LEAVE_NOTICE"), node: word }),
  fc.record({
    type: fc.constant("MEM_LIST" as const),
    list,
    quorum,
    uptimes: fc.array(number),
    newCookie: word,
  }),
  fc.record({ type: fc.constant("RES_MEMLIST" as const), max: number, list }),
  fc.record({
    type: fc.constant("FINAL_MEMLIST" as const),
    max: number,
    list,
    quorum,
    newCookie: word,
  }),
  fc.record({ type: fc.constant("STATE_INFO" as const), state: word }),
);
const header = fc.record({
  major: number,
  minor: number,
  numnodes: number,
  cookie: word,
  uptime: number,
});

function sent(message: Message): Message {
  return { fields: [...message.fields, { name: "src", type: "string", value: "anna" }] };
}

test("decodeCcm(encodeCcm(x)) is x", () => {
  fc.assert(
    fc.property(header, body, (head, said) => {
      const short = said.type === "PROTOVERSION" || said.type === "RESTART";
      const kept = short ? { ...head, minor: 0, cookie: "", uptime: 0 } : head;
      expect(decodeCcm(sent(encodeCcm(head, said, "bert")))).toEqual({
        src: "anna",
        ...kept,
        ...said,
      });
    }),
  );
});

test("decodeCcm() of a message that lacks a field, or has a wrong one, is undefined", () => {
  fc.assert(
    fc.property(
      header,
      body,
      fc.nat(),
      fc.constantFrom("gone", "-1", "99999999999"),
      (head, said, at, value) => {
        const whole = sent(encodeCcm(head, said));
        const index = at % whole.fields.length;
        const field = whole.fields[index];
        const optional = [
          "ccmquorum",
          "ccmproto",
          "ccmmemlist",
          "ccmcookie",
          "src",
          "node",
          "state",
          "ccmnewcookie",
        ];
        fc.pre(field !== undefined && !optional.includes(field.name));
        const others = whole.fields.filter(({ name }) => name !== field?.name);
        expect(decodeCcm({ fields: others })).toBeUndefined();
        const spoilt = { name: field?.name ?? "", type: "string", value } as const;
        expect(decodeCcm({ fields: [...others, spoilt] })).toBeUndefined();
      },
    ),
  );
});

test("decodeCcm() of any other message is undefined", () => {
  expect(
    decodeCcm(text({ t: "status", src: "anna", ccmmajor: "1", numnodes: "2" })),
  ).toBeUndefined();
  expect(
    decodeCcm(text({ t: "CCM_TYPE_NOTHING", src: "anna", ccmmajor: "1", numnodes: "2" })),
  ).toBeUndefined();
});
