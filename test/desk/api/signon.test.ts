import { expect, test } from "bun:test";
import { encodeBody } from "../../../src/wire/ipc/body.ts";
import { type Message, text, textOf } from "../../../src/wire/message.ts";
import { ApiHouse, hacluster, root, signOn, type Wire } from "./house.ts";
import { lineOf, messageOf } from "./transcript.ts";

const ccm = { pid: 300, ...hacluster };

function heard({ heard }: Wire): Message[] {
  return heard.map((body) => messageOf(body) ?? { fields: [] });
}

function reason(wire: Wire): string | undefined {
  const [reply] = heard(wire);
  return reply && textOf(reply, "info");
}

test.each([
  ["no pid", { pid: "" }, "bad pid"],
  ["a pid that is no number", { pid: "12x" }, "bad pid"],
  ["a pid of nobody", { pid: "4242" }, "bad pid"],
  ["a pid beyond all", { pid: "99999999999" }, "bad pid"],
  ["no uid", { uid: "" }, "invalid id info"],
  ["no gid", { gid: "" }, "invalid id info"],
  ["another uid", { uid: "0" }, "incorrect/false credentials"],
  ["another gid", { gid: "0" }, "incorrect/false credentials"],
  ["another's pid", { pid: "1" }, "pid mismatch"],
  ["a name for others", { from_id: "lha-snmpagent" }, "client failed authorization"],
  ["a name that no line has", { from_id: "stranger" }, "no default client auth"],
  ["a name that is too long", { from_id: "n".repeat(32) }, "bad client name"],
  ["a name with a line end", { from_id: "ccm\nresult=OK" }, "bad client name"],
  ["an empty name", { from_id: "" }, "bad client name"],
] as const)("judge() refuses %s", async (_, lie, why) => {
  const house = await ApiHouse.open();
  house.processes.alive.add(1);
  const wire = house.connect(ccm);
  wire.say(signOn("ccm", ccm, lie));
  house.turn();
  expect(reason(wire)).toBe(why);
  expect(heard(wire).map((message) => textOf(message, "t"))).toEqual([
    "hbapi-resp",
    "hbapi-clstat",
  ]);
  expect(wire.isOver).toBe(true);
  expect(house.sent).toEqual([]);
  expect(house.processes.held).toBe(0);
});

test("judge() refuses a ccm where the agent is one, and a question finds it there", async () => {
  const house = await ApiHouse.open({ haCf: "membership on\n" });
  const wire = house.connect(ccm);
  wire.say(signOn("ccm", ccm));
  house.turn();
  expect(reason(wire)).toBe("duplicate add request");
  const asker = house.connect({ pid: 400, ...root });
  asker.say(signOn("lha-snmpagent", { pid: 400, ...root }));
  const request = { t: "hbapi-req", reqtype: "clientstatus", dest: "apia", pid: "400" };
  const about = { from_id: "lha-snmpagent", node: "apia", cn: "ccm" };
  asker.say(encodeBody(text({ ...request, ...about })));
  house.turn();
  expect(heard(asker).map((message) => textOf(message, "cs"))).toContain("online");
});

test("judge() takes a name of 31 bytes", async () => {
  const name = "n".repeat(31);
  const house = await ApiHouse.open({ haCf: `apiauth ${name} uid=hacluster\n` });
  const wire = house.connect(ccm);
  wire.say(signOn(name, ccm));
  house.turn();
  expect(heard(wire).map((message) => textOf(message, "result"))).toEqual([undefined, "OK"]);
});

test.each([
  ["uid", "apiauth x uid=hacluster\n", { uid: 102, gid: 5 }, true],
  ["gid", "apiauth x gid=haclient\n", { uid: 5, gid: 106 }, true],
  ["one of both", "apiauth x uid=root gid=haclient\n", { uid: 5, gid: 106 }, true],
  ["a number", "apiauth x uid=4711\n", { uid: 4711, gid: 5 }, false],
  ["neither", "apiauth x uid=root gid=haclient\n", { uid: 5, gid: 5 }, false],
  ["a default", "apiauth default uid=hacluster\n", { uid: 102, gid: 5 }, true],
  ["a user that does not exist", "apiauth x uid=ghost\n", { uid: 0, gid: 0 }, false],
] as const)("rightsOf() lets in by %s", async (_, haCf, who, isIn) => {
  const house = await ApiHouse.open({ haCf });
  const peer = { pid: 301, ...who };
  const wire = house.connect(peer);
  wire.say(signOn("x", peer));
  house.turn();
  expect(heard(wire).some((message) => textOf(message, "result") === "OK")).toBe(isIn);
});

test.each([
  ["on", "crmd", hacluster, true],
  ["on", "attrd", hacluster, true],
  ["on", "stonith-ng", root, true],
  ["manual", "attrd", hacluster, false],
  ["manual", "cib", hacluster, true],
  ["off", "cib", hacluster, false],
] as const)("rightsOf() with pacemaker %s knows %s", async (pacemaker, name, who, isIn) => {
  const house = await ApiHouse.open({ haCf: `pacemaker ${pacemaker}\n` });
  const peer = { pid: 301, ...who };
  const wire = house.connect(peer);
  wire.say(signOn(name, peer));
  house.turn();
  expect(heard(wire).some((message) => textOf(message, "result") === "OK")).toBe(isIn);
});

test.each([
  ["a request", text({ t: "hbapi-req", reqtype: "nodelist", pid: "300", from_id: "ccm" })],
  ["a message", text({ t: "ping" })],
  ["a message without a type", text({ reqtype: "signon" })],
])("Client closes the door on who begins with %s", async (_, message) => {
  const house = await ApiHouse.open();
  const wire = house.connect(ccm);
  wire.say(encodeBody(message));
  expect(wire).toMatchObject({ isOver: true, heard: [] });
});

test("Client closes the door on who begins with no message at all", async () => {
  const house = await ApiHouse.open();
  for (const body of [
    new Uint8Array(),
    new Uint8Array(70_000),
    new TextEncoder().encode("GET /"),
  ]) {
    const wire = house.connect(ccm);
    wire.say(body);
    expect(wire).toMatchObject({ isOver: true, heard: [] });
  }
});

test("judge() gives the name of a dead client to the next one", async () => {
  const house = await ApiHouse.open();
  const first = house.connect(ccm);
  first.say(signOn("ccm", ccm));
  house.turn();
  house.processes.alive.delete(ccm.pid);
  const next = { ...ccm, pid: 301 };
  const second = house.connect(next);
  second.say(signOn("ccm", next));
  house.turn();
  expect(first.isOver).toBe(true);
  expect(second.heard.map(lineOf).join("\n")).toContain('result="OK"');
  expect(house.sent.map((message) => [textOf(message, "st"), textOf(message, "info")])).toEqual([
    ["join", "signon"],
    ["leave", "died"],
    ["join", "signon"],
  ]);
});

test("judge() knows a casual client by its pid alone", async () => {
  const house = await ApiHouse.open();
  const peer = { pid: 77, ...root };
  const first = house.connect(peer);
  first.say(signOn("77abc", peer));
  const second = house.connect(peer);
  second.say(signOn("77", peer));
  expect(heard(first).map((message) => textOf(message, "result"))).toEqual(["OK"]);
  expect(reason(second)).toBe("duplicate add request");
  expect(house.sent).toEqual([]);
});
