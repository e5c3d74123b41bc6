// What messages of scripts and clients ask of this node itself (heartbeat-resources 12).

import { expect, test } from "bun:test";
import fc from "fast-check";
import { orderOf } from "../../src/desk/order.ts";
import { text } from "../../src/wire/message.ts";

test.each([
  [
    { t: "ask_resources", rsc_hold: "all", info: "me" },
    { name: "standby", set: "all" },
  ],
  [
    { t: "ask_resources", rsc_hold: "foreign", info: "me" },
    { name: "standby", set: "foreign" },
  ],
  [
    { t: "ask_resources", info: "me" },
    { name: "standby", set: "all" },
  ],
  [
    { t: "hb_takeover", rsc_hold: "local" },
    { name: "takeover", set: "local" },
  ],
  [
    { t: "hb_takeover", rsc_hold: "failback" },
    { name: "takeover", set: "local" },
  ],
  [
    { t: "addnode", nodelist: "Carol dave " },
    { name: "addnode", nodes: ["carol", "dave"] },
  ],
  [
    { t: "delnode", nodelist: "carol" },
    { name: "delnode", nodes: ["carol"] },
  ],
  [
    { t: "setweight", node: "bob", weight: "7" },
    { name: "setweight", node: "bob", weight: 7 },
  ],
  [
    { t: "setsite", node: "bob", site: "east" },
    { name: "setsite", node: "bob", site: "east" },
  ],
] as const)("orderOf() understands %j", (fields, command) => {
  expect(orderOf(text(fields))).toEqual({ command });
});

test.each([
  { t: "ask_resources", rsc_hold: "all", info: "done" },
  { t: "ask_resources", rsc_hold: "some", info: "me" },
  { t: "addnode", nodelist: " " },
  { t: "addnode", nodelist: "car/ol" },
  { t: "setweight", node: "bob", weight: "heavy" },
  { st: "active" },
] as Record<string, string>[])("orderOf() refuses %j", (fields) => {
  expect(orderOf(text(fields))).toHaveProperty("refused");
});

test.each([
  { t: "ip-request-resp", dest: "bob", ok: "OK" },
  { t: "ASK_RESOURCES", info: "me" },
  { t: "num_ping_nodes", num_ping: "1" },
] as Record<string, string>[])("orderOf() finds that %j is for the cluster", (fields) => {
  expect(orderOf(text(fields))).toBeUndefined();
});

test("orderOf() goes by the first type, as everybody does who looks it up", () => {
  const [type] = text({ t: "hello" }).fields;
  const { fields } = text({ t: "hb_takeover" });
  expect(orderOf({ fields: type === undefined ? [] : [type, ...fields] })).toBeUndefined();
});

test("orderOf() never throws", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.string()), (any) => void orderOf(text(any))));
});
