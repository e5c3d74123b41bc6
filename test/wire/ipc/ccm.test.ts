// What clients of the membership are told, byte for byte as the real `ccm` tells it (test/golden/heartbeat-api).

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ccmEvicted, ccmInflux, ccmMembership } from "../../../src/wire/ipc/ccm.ts";
import { frame } from "../../../src/wire/ipc/frame.ts";

interface Told {
  readonly hex: string;
  readonly meaning: string;
}

/** The frames that the last client of the membership was sent. */
function told(name: string): Told[] {
  const path = join(import.meta.dir, `../../golden/heartbeat-api/${name}.txt`);
  const part =
    readFileSync(path, "latin1")
      .split(/^== connection /m)
      .at(-1) ?? "";
  const pattern = /^\[\d+\] \+\S+ S>C .*\nhex ([0-9a-f]+)\n {2}\| (.*)$/gm;
  return [...part.matchAll(pattern)].map(([, hex = "", meaning = ""]) => ({ hex, meaning }));
}

/** The numbers behind `name=` in the captures' own words. */
function numbersOf(meaning: string, name: string): number[] {
  return [...meaning.matchAll(new RegExp(`\\b${name}=(\\d+)`, "g"))].map((each) => Number(each[1]));
}

/** A list of nodes without what the real one left in the byte behind each name: memory that it did not set. */
function unpadded(hex: string): string {
  const bytes = Uint8Array.fromHex(hex);
  for (let at = 8 + 12 + 259; at < bytes.length; at += 260) bytes[at] = 0;
  return bytes.toHex();
}

test.each([
  ["ccm-2node", 3],
  ["ccm-3node-leaderdeath", 3],
  ["ccm-3node-partition-majority", 5],
  ["ccm-3node-memberleave-leader", 0],
  ["ccm_testclient-2node", 3],
  ["ccm_testclient-partition", 5],
  ["pacemaker-ccm", 1],
  ["pacemaker-cib", 1],
  ["pacemaker-crmd", 1],
])("ccmMembership() and ccmInflux() are the frames of the real ccm: %s", (name, count) => {
  const frames = told(name);
  let memberships = 0;
  for (const [at, { hex, meaning }] of frames.entries()) {
    if (meaning === "INFLUX") expect(frame(ccmInflux()).toHex()).toBe(hex);
    if (!meaning.startsWith("NEW_MEMBERSHIP")) continue;
    const before = frames[at - 1] ?? { hex: "", meaning: "" };
    const nodes = [...before.meaning.matchAll(/\{\d+,(\w+)\}/g)].map((each) => each[1] ?? "");
    const bornons = numbersOf(meaning, "bornon");
    const members = numbersOf(meaning, "index").map((index, place) => {
      return { index, bornon: bornons[place] ?? 0 };
    });
    const news = {
      nodes,
      self: nodes[numbersOf(before.meaning, "mynode")[0] ?? -1] ?? "",
      transition: numbersOf(meaning, "trans")[0] ?? 0,
      quorate: meaning.includes("quorum=1"),
      members,
    };
    const hexes = ccmMembership(news).map((body) => frame(body).toHex());
    expect(hexes).toEqual([unpadded(before.hex), hex]);
    memberships += 1;
  }
  expect(memberships).toBe(count);
});

test("ccmEvicted() is a frame of one word", () => {
  expect(frame(ccmEvicted()).toHex()).toBe("04000000cdab000001000000");
});

test("ccmMembership() cuts a name that has no room, and leaves its NUL", () => {
  const news = { nodes: ["n".repeat(300)], self: "", transition: 1, quorate: true, members: [] };
  const [body = new Uint8Array()] = ccmMembership(news);
  expect(body.subarray(16, 16 + 254).every((byte) => byte === 0x6e)).toBe(true);
  expect([...body.subarray(16 + 254, 16 + 256)]).toEqual([0, 0]);
});
