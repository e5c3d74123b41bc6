// What the machine does in single situations that no conversation and no chance shows reliably.

import { expect, test } from "bun:test";
import { quorumUsual } from "../../../src/config/quorum.ts";
import { Ccm } from "../../../src/core/ccm/ccm.ts";
import type { CcmEffect } from "../../../src/core/ccm/effect.ts";
import { at } from "../../../src/core/instant.ts";
import { type CcmBody, type CcmHeader, decodeCcm, encodeCcm } from "../../../src/wire/ccm.ts";
import type { Message } from "../../../src/wire/message.ts";

const HEADER: CcmHeader = { major: 0, minor: 0, numnodes: 3, cookie: "", uptime: 0 };

function machine(self = "bert", nodes = ["anna", "bert", "cleo"]): Ccm {
  let cookies = 0;
  return new Ccm(
    {
      self,
      nodes: nodes.map((name) => ({ name, live: true })),
      keepaliveMs: 1_000,
      rules: quorumUsual,
      weight: () => 100,
      cookie: () => `ours ${++cookies}`,
    },
    at(0),
  );
}

function from(src: string, body: CcmBody, header: Partial<CcmHeader> = {}, seq?: number): Message {
  const { fields } = encodeCcm({ ...HEADER, ...header }, body);
  const more = { src, ...(seq === undefined ? {} : { hg: "1", seq: seq.toString(16) }) };
  const last = Object.entries(more).map(
    ([name, value]) => ({ name, type: "string", value }) as const,
  );
  return { fields: [...fields, ...last] };
}

function says(effects: readonly CcmEffect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.do !== "send") return [];
    const fields = [
      ...effect.message.fields,
      { name: "src", type: "string", value: "bert" } as const,
    ];
    return [decodeCcm({ fields })?.type ?? "nothing"];
  });
}

/** In a membership of all three, led by cleo. */
function member(): Ccm {
  const ccm = machine();
  ccm.start(at(0));
  const invitation = { major: 4, cookie: "of cleo" };
  const big = { type: "PROTOVERSION_RESP", size: 2 } as const;
  expect(says(ccm.heard(from("cleo", big, invitation, 1), at(10)))).toEqual(["ALIVE"]);
  const list = {
    type: "MEM_LIST",
    list: [0, 1, 2],
    quorum: true,
    uptimes: [4, 5, 1],
    newCookie: "new",
  };
  ccm.heard(from("cleo", list as CcmBody, invitation, 2), at(20));
  expect(ccm.membership?.transition).toBe(5);
  return ccm;
}

test("Ccm.start() of a node whose others are dead is a membership at once", () => {
  const ccm = machine();
  ccm.node("anna", "dead", at(0));
  ccm.node("cleo", "dead", at(0));
  ccm.start(at(1));
  expect(ccm.membership?.members).toEqual([{ name: "bert", index: 1, bornon: 1 }]);
  expect(ccm.membership?.why).toBe("majority: 1 of 3 nodes, 2 needed");
});

test("Ccm decides alone when nobody answers four times", () => {
  const ccm = machine();
  expect(says(ccm.start(at(0)))).toEqual(["PROTOVERSION"]);
  for (const seconds of [9, 18, 27]) {
    expect(ccm.deadline()).toBe(at(seconds * 1_000));
    expect(says(ccm.expire(at(seconds * 1_000)))).toEqual(["PROTOVERSION"]);
    expect(ccm.membership).toBeUndefined();
  }
  ccm.expire(at(36_000));
  expect(ccm.membership?.transition).toBe(1);
});

test("Ccm.heard() takes nothing from a node whose node list differs, and says so once", () => {
  const ccm = member();
  const other = from("anna", { type: "JOIN" }, { major: 5, cookie: "new", numnodes: 4 });
  const effects = [...ccm.heard(other, at(30)), ...ccm.heard(other, at(40))];
  expect(effects).toEqual([
    {
      do: "log",
      level: "warn",
      text: "The node list of anna has 4 nodes, ours 3: no membership with it until they are the same",
    },
  ]);
  expect(ccm.state).toBe("JOINED");
});

test("Ccm.heard() does not begin anew for words that another node said before later ones", () => {
  const ccm = member();
  const info = { type: "STATE_INFO", state: "JOINED" } as const;
  ccm.heard(
    from("anna", { type: "RES_MEMLIST", max: 1, list: [] }, { major: 5, cookie: "new" }, 9),
    at(30),
  );
  ccm.heard(from("anna", info, { major: 5, cookie: "another" }, 8), at(31));
  expect(ccm.heard(from("anna", { type: "RESTART" }, { major: 5 }, 7), at(32))).toEqual([]);
  expect(says(ccm.expire(at(1_000)))).toEqual([]);
  expect(ccm.state).toBe("JOINED");
  ccm.heard(from("anna", info, { major: 5, cookie: "another" }, 10), at(1_001));
  expect(says(ccm.expire(at(1_021)))).toEqual(["RESTART", "PROTOVERSION"]);
});

test("Ccm asks all to begin anew rather than report a lower number again", () => {
  const ccm = member();
  ccm.node("anna", "dead", at(30));
  ccm.node("cleo", "dead", at(30));
  expect(says(ccm.expire(at(30)))).toEqual([]);
  expect(ccm.membership).toMatchObject({ transition: 6, members: [{ name: "bert", bornon: 6 }] });
  ccm.node("cleo", "live", at(1_000));
  ccm.heard(
    from("cleo", { type: "STATE_INFO", state: "JOINED" }, { major: 2, cookie: "low" }),
    at(1_001),
  );
  expect(says(ccm.expire(at(1_100)))).toEqual(["PROTOVERSION"]);
  const low = from("cleo", { type: "PROTOVERSION_RESP", size: 2 }, { major: 2, cookie: "low" });
  expect(says(ccm.heard(low, at(1_200)))).toEqual(["RESTART", "PROTOVERSION"]);
  expect(says(ccm.heard(low, at(1_300)))).toEqual([]);
  ccm.heard(from("cleo", { type: "PROTOVERSION" }, { major: 2 }), at(1_400));
  // The invited one does not come: at last it is told.
  ccm.expire(at(10_000));
  expect(ccm.membership?.transition).toBe(7);
});

test("Ccm tells that the membership is in flux when a round begins, once", () => {
  const ccm = member();
  const flux = (effects: readonly CcmEffect[]) =>
    effects.filter((each) => each.do === "influx").length;
  expect(flux(ccm.node("cleo", "dead", at(100)))).toBe(1);
  expect(
    flux(ccm.heard(from("anna", { type: "JOIN" }, { major: 5, minor: 3, cookie: "new" }), at(110))),
  ).toBe(0);
  expect(ccm.state).not.toBe("JOINED");
});

test("Ccm is evicted when a round ends without it, and asks again", () => {
  const ccm = member();
  ccm.node("cleo", "dead", at(100));
  const round = { major: 5, cookie: "new", uptime: 4 };
  ccm.heard(from("anna", { type: "JOIN" }, round), at(110));
  expect(says(ccm.heard(from("anna", { type: "REQ_MEMLIST" }, round), at(120)))).toEqual([
    "RES_MEMLIST",
  ]);
  const end = {
    type: "FINAL_MEMLIST",
    max: 6,
    list: [0],
    quorum: false,
    newCookie: "without",
  } as const;
  const effects = ccm.heard(from("anna", end, round), at(130));
  expect(effects.filter((each) => each.do === "evicted").length).toBe(1);
  expect(says(effects)).toEqual(["PROTOVERSION"]);
});

test("Ccm.nodes() with another list makes a round of it", () => {
  const ccm = member();
  expect(says(ccm.nodes(["anna", "bert"], at(100)))).toEqual(["JOIN"]);
  const round = { major: 5, minor: 1, cookie: "new", uptime: 4, numnodes: 2 };
  ccm.heard(from("anna", { type: "JOIN" }, round), at(110));
  expect(says(ccm.heard(from("anna", { type: "REQ_MEMLIST" }, round), at(120)))).toEqual([
    "RES_MEMLIST",
  ]);
  const end = {
    type: "FINAL_MEMLIST",
    max: 6,
    list: [0, 1],
    quorum: true,
    newCookie: "two",
  } as const;
  ccm.heard(from("anna", end, round), at(130));
  expect(ccm.membership?.members.map(({ name }) => name)).toEqual(["anna", "bert"]);
  expect(ccm.membership?.nodes).toEqual(["anna", "bert"]);
});
