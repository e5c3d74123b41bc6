// What clients hear of each other and of the cluster, and what becomes of those that do not behave.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { filter } from "../../../src/core/clients/filter.ts";
import { encodeBody } from "../../../src/wire/ipc/body.ts";
import { BODY_MAX } from "../../../src/wire/ipc/frame.ts";
import { text, textOf } from "../../../src/wire/message.ts";
import {
  ApiHouse,
  type HouseShape,
  hacluster,
  normal,
  ping,
  root,
  signOn,
  type Wire,
} from "./house.ts";
import { lineOf, messageOf } from "./transcript.ts";

const ccm = { pid: 300, ...hacluster };
const casual = { pid: 77, ...root };

/** A house, a named client and a casual one, both of whom have signed on. */
async function open(shape: HouseShape = {}) {
  const house = await ApiHouse.open(shape);
  const named = house.connect(ccm);
  named.say(signOn("ccm", ccm));
  const other = house.connect(casual);
  other.say(signOn("77", casual));
  house.turn();
  named.heard.length = 0;
  other.heard.length = 0;
  return { house, named, other };
}

function ask(
  wire: Wire,
  id: string,
  reqtype: string,
  extras: Readonly<Record<string, string>> = {},
) {
  wire.say(encodeBody(text({ t: "hbapi-req", reqtype, from_id: id, ...extras })));
}

function said({ heard }: Wire): string[] {
  return heard.map(lineOf);
}

function types({ heard }: Wire): (string | undefined)[] {
  return heard.map((body) => textOf(messageOf(body) ?? { fields: [] }, "t"));
}

test("Roster takes what a client asks of this node itself as from the FIFO, and sends it to nobody", async () => {
  const { house, named } = await open();
  const before = house.inputs.length;
  const giveUp = { t: "ask_resources", rsc_hold: "foreign", src: "apia", info: "me" };
  named.say(encodeBody(text(giveUp)));
  named.say(encodeBody(text({ ...giveUp, info: "done" })));
  expect(house.orders).toEqual([
    { order: { command: { name: "standby", set: "foreign" } }, from: 'the client "ccm"' },
    { order: { refused: "only info=me asks for anything" }, from: 'the client "ccm"' },
  ]);
  expect(house.inputs).toHaveLength(before);
});

test("Client cannot speak for another", async () => {
  const { house, named } = await open();
  named.say(
    encodeBody(text({ t: "x", from_id: "crmd", to_id: "cib", src: "apib", client_gen: "9" })),
  );
  house.turn();
  expect(said(named)).toEqual([
    'text t="x" from_id="ccm" to_id="ccm" src="apia" client_gen=* srcuuid=04c4e7edf0ea42ab8c6f8355dd465b19 ' +
      "seq=* hg=* ts=* ld=* ttl=* auth=*",
  ]);
  expect(textOf(house.sent.at(-1) ?? { fields: [] }, "client_gen")).toBe("0");
});

test("Roster hands a message to whom it is for, and to nobody else", async () => {
  const { house, named, other } = await open();
  house.deliver(text({ t: "a", to_id: "77" }));
  house.deliver(text({ t: "b", to_id: "ccm" }));
  house.deliver(text({ t: "c", to_id: "nobody" }));
  house.deliver(text({ t: "d" }));
  expect([types(named), types(other)]).toEqual([
    ["b", "d"],
    ["a", "d"],
  ]);
});

test("Roster hands messages of a class to those who asked for it, and tells the core which are wanted", async () => {
  const { house, named, other } = await open();
  ask(other, "77", "setfilter", { fmask: "3" });
  house.deliver(text({ t: "status" }), filter.noChange);
  house.deliver(text({ t: "NS_rexmit" }), filter.protocol);
  ask(other, "77", "setfilter", { fmask: "0" });
  house.deliver(text({ t: "status" }), filter.normal);
  house.deliver(text({ t: "mine", to_id: "77" }), filter.normal);
  expect(types(named)).toEqual(["status"]);
  expect(types(other)).toEqual(["hbapi-resp", "status", "hbapi-resp", "mine"]);
  other.hangUp();
  named.hangUp();
  const audiences = house.inputs.flatMap((input) =>
    input.on === "audience" ? [input.filter] : [],
  );
  expect(audiences).toEqual([1, 3, 1, 0]);
});

test("setfilter is refused to who may not overhear", async () => {
  const { named } = await open();
  ask(named, "ccm", "setfilter", { fmask: "21" });
  ask(named, "ccm", "setfilter", { fmask: "c1" });
  expect(said(named)).toEqual([
    'text t="hbapi-resp" reqtype="setfilter" result="badreq" info="EPERM"',
    'text t="hbapi-resp" reqtype="setfilter" result="OK"',
  ]);
});

test.each([
  [{ signal: "10" }, 'result="OK"'],
  [{ signal: "0" }, 'result="OK"'],
  [{ signal: "9" }, 'result="badreq" info="EINVAL"'],
  [{ signal: "19" }, 'result="badreq" info="EINVAL"'],
  [{ signal: "32" }, 'result="badreq" info="EINVAL"'],
  [{ signal: "-1" }, 'result="badreq" info="EINVAL"'],
  [{}, 'result="badreq"'],
] as const)("setsignal %j is answered %s", async (extras, answer) => {
  const { named } = await open();
  ask(named, "ccm", "setsignal", extras);
  expect(said(named)).toEqual([`text t="hbapi-resp" reqtype="setsignal" ${answer}`]);
});

test("Client has its signal behind every frame", async () => {
  const { house, named } = await open();
  ask(named, "ccm", "setsignal", { signal: "10" });
  house.deliver(text({ t: "a" }));
  expect(house.processes.signals).toEqual([
    { pid: 300, number: 10 },
    { pid: 300, number: 10 },
  ]);
});

test("Client that died is found when it is told something, if it asked for that", async () => {
  const { house, named } = await open();
  ask(named, "ccm", "setsignal", { signal: "0" });
  house.processes.alive.delete(300);
  house.deliver(text({ t: "a" }));
  house.turn();
  expect(named.isOver).toBe(true);
  expect(textOf(house.sent.at(-1) ?? { fields: [] }, "info")).toBe("died");
});

test("Roster sends away who does not read, and says how much was unread", async () => {
  const { house, named } = await open();
  named.isFull = true;
  named.queued = 64;
  house.deliver(text({ t: "a" }));
  house.turn();
  expect(named.isOver).toBe(true);
  const why = "send failed,farside_pid=300, sendq length=64(max is 64)";
  expect(textOf(house.sent.at(-1) ?? { fields: [] }, "info")).toBe(why);
  expect(house.processes.held).toBe(1);
});

test("set_sendqlen makes the queue longer, but not without end", async () => {
  const { named } = await open();
  ask(named, "ccm", "set_sendqlen", { sendqlen: "1024" });
  expect(named.queueMax).toBe(1024);
  ask(named, "ccm", "set_sendqlen", { sendqlen: "0" });
  ask(named, "ccm", "set_sendqlen");
  expect(named.queueMax).toBe(1024);
  ask(named, "ccm", "set_sendqlen", { sendqlen: "999999999" });
  expect(named.queueMax).toBe(4096);
  expect(named.heard).toEqual([]);
});

test("Roster answers whether a client is here, and never hands the question on", async () => {
  const { house, named } = await open();
  const question = { t: "query-cstatus", from_id: "crmd", src: "apib" };
  house.deliver(text({ ...question, cn: "ccm" }));
  house.deliver(text({ ...question, cn: "cib", dest: "APIA" }));
  house.deliver(text({ ...question, cn: "ccm", dest: "apib" }));
  house.deliver(text({ t: "query-cstatus", cn: "ccm" }));
  house.turn();
  expect(named.heard).toEqual([]);
  const answers = house.sent.slice(1).map((message) => lineOf(encodeBody(message)));
  expect(answers.map((line) => line.replace(/ destuuid.*/, ""))).toEqual([
    'text t="respond-cstatus" dest="apib" result="OK" cn="ccm" to_id="crmd" cs="online"',
    'text t="respond-cstatus" dest="apib" result="OK" cn="cib" to_id="crmd" cs="offline"',
  ]);
});

test("clientstatus of another node is asked there, and of one that is not active not at all", async () => {
  const nodes = [normal("apia"), normal("apib"), normal("apid", "dead"), ping("10.0.0.9")];
  const { house, other } = await open({ nodes });
  for (const node of ["APIB", "apid", "10.0.0.9"])
    ask(other, "77", "clientstatus", { node, cn: "ccm" });
  house.turn();
  const offline =
    'text t="hbapi-resp" reqtype="clientstatus" subt="respond-cstatus" cs="offline" result="OK"';
  expect(said(other)).toEqual([offline, offline]);
  expect(lineOf(encodeBody(house.sent.at(-1) ?? { fields: [] }))).toStartWith(
    'text t="query-cstatus" dest="apib" cn="ccm" from_id="77"',
  );
});

test("nodelist has the order of ha.cf, and who joined later at its end", async () => {
  const nodes = [normal("late"), normal("apia"), normal("apib"), ping("10.0.0.9")];
  const { other } = await open({ nodes, haCf: "node apib\nping 10.0.0.9\nnode APIA\n" });
  ask(other, "77", "nodelist");
  const names = other.heard.map((body) => textOf(messageOf(body) ?? { fields: [] }, "node"));
  expect(names).toEqual(["apib", "10.0.0.9", "apia", "late"]);
});

test("getuuid and getnodename know nodes by each other", async () => {
  const { named } = await open();
  ask(named, "ccm", "getuuid", { queryname: "apib" });
  ask(named, "ccm", "getuuid", { queryname: "nosuch" });
  ask(named, "ccm", "getuuid");
  const [uuid = { name: "", type: "string", value: "" } as const] =
    messageOf(named.heard[0])?.fields.filter(({ name }) => name === "queryuuid") ?? [];
  const fields = text({ t: "hbapi-req", reqtype: "getnodename", from_id: "ccm" }).fields;
  named.say(encodeBody({ fields: [...fields, uuid] }));
  expect(said(named)).toEqual([
    'text t="hbapi-resp" reqtype="getuuid" queryuuid=df0005dc1bd646afaf47e1c4bacd2646 result="OK"',
    'text t="hbapi-resp" reqtype="getuuid" result="OK"',
    'text t="hbapi-resp" reqtype="getuuid" result="badreq" info="no query node name found"',
    'text t="hbapi-resp" reqtype="getnodename" queryname="apib" result="OK"',
  ]);
});

test.each(["nosuch", "toString", "__proto__", ""])(
  "reqtype %j is a bad request",
  async (reqtype) => {
    const { other } = await open();
    ask(other, "77", reqtype);
    expect(said(other)).toEqual([`text t="hbapi-resp" reqtype="${reqtype}" result="badreq"`]);
  },
);

test("Roster looks for those who died, and for strangers who never say anything", async () => {
  const { house, named, other } = await open();
  const stranger = house.connect({ ...root, pid: 5 });
  house.roster.look();
  house.processes.alive.delete(77);
  house.roster.look();
  expect([named.isOver, other.isOver, stranger.isOver]).toEqual([false, true, false]);
  house.roster.look();
  expect([named.isOver, stranger.isOver]).toEqual([false, true]);
});

test("Client is not answered in a frame that would make it abort", async () => {
  const { house, other } = await open();
  ask(other, "77", "x".repeat(BODY_MAX - 43));
  house.deliver({ fields: [{ name: "t", type: "binary", value: new Uint8Array(200_000) }] });
  expect(other.heard).toEqual([]);
  ask(other, "77", "numnodes");
  expect(other.heard.length).toBe(1);
});

test("Roster keeps room for others when one user has many connections that say nothing", async () => {
  const { house } = await open();
  const nobody = { uid: 65_534, gid: 65_534 };
  const wires = Array.from({ length: 40 }, (_, n) => house.connect({ pid: 1_000 + n, ...nobody }));
  expect(wires.filter(({ isOver }) => isOver).length).toBe(8);
  expect(house.connect({ pid: 2_000, ...hacluster }).isOver).toBe(false);
});

test("Roster logs once a minute who is refused", async () => {
  const { house } = await open();
  for (let n = 0; n < 5; n++) house.connect(ccm).say(signOn("stranger", ccm));
  const lines = house.logged.filter(({ text: line }) => line.includes("is refused"));
  expect(lines.map(({ text: line }) => line)).toEqual([
    'The client "stranger" (pid 300) is refused: no default client auth',
  ]);
});

test("Roster keeps everybody waiting while the core wants nothing more", async () => {
  const { house, named } = await open();
  const before = house.inputs.length;
  house.roster.flow(false);
  named.say(encodeBody(text({ t: "a" })));
  named.say(encodeBody(text({ t: "b" })));
  expect(house.inputs.length).toBe(before);
  house.roster.flow(true);
  house.turn();
  expect(types(named)).toEqual(["a", "b"]);
});

test("Roster keeps everybody waiting while much waits for the pulse", async () => {
  const { house, named, other } = await open();
  house.backlog = 65;
  named.say(encodeBody(text({ t: "a" })));
  named.say(encodeBody(text({ t: "b" })));
  house.turn();
  expect(types(named)).toEqual(["a"]);
  expect([named.isPaused, other.isPaused]).toEqual([true, true]);
});

test("Roster goes on with the same clients when the next core begins", async () => {
  const { house, named, other } = await open();
  house.roster.pause();
  named.say(encodeBody(text({ t: "a" })));
  ask(other, "77", "numnodes");
  const late = { pid: 301, ...hacluster };
  const wire = house.connect(late);
  wire.say(signOn("ipfail", late));
  other.hangUp();
  const before = house.inputs.length;
  expect([wire.heard, named.heard]).toEqual([[], []]);
  house.roster.begin();
  house.turn();
  expect(house.inputs[before]).toEqual({ on: "audience", filter: 1 });
  expect(types(named)).toEqual(["a"]);
  expect(types(wire)).toEqual(["hbapi-clstat", "hbapi-resp"]);
  const [join, message] = house.sent.slice(-2);
  // Nobody has a number that somebody had before.
  expect([join, message].map((each) => each && textOf(each, "client_gen"))).toEqual(["2", "0"]);
});

test("Roster tells the next core who left while there was none", async () => {
  const { house, named } = await open();
  house.roster.pause();
  named.hangUp();
  // It came and went while nobody could hear of it.
  const late = house.connect({ pid: 301, ...hacluster });
  late.say(signOn("ipfail", { pid: 301, ...hacluster }));
  late.hangUp();
  const before = house.inputs.length;
  house.roster.begin();
  house.turn();
  expect(house.inputs.slice(before).map(({ on }) => on)).toEqual(["audience", "client"]);
  expect(lineOf(encodeBody(house.sent.at(-1) ?? { fields: [] }))).toContain('st="leave"');
});

test("Roster survives whatever a client says, and nobody else notices", async () => {
  const { house, other } = await open();
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .dictionary(
        fc.constantFrom(
          "t",
          "reqtype",
          "from_id",
          "to_id",
          "pid",
          "node",
          "cn",
          "fmask",
          "dest",
          "pname",
        ),
        fc.constantFrom(
          "hbapi-req",
          "signon",
          "ccm",
          "77",
          "nodelist",
          "iflist",
          "\n",
          "1",
          "",
          "apib",
        ),
      )
      .map((fields) => encodeBody(text({ t: "hbapi-req", ...fields }))),
  );
  fc.assert(
    fc.property(fc.array(body, { maxLength: 8 }), (bodies) => {
      const peer = { pid: 4711, ...hacluster };
      const wire = house.connect(peer);
      wire.say(signOn("ipfail", peer));
      house.turn();
      for (const each of bodies) wire.say(each);
      house.turn();
      wire.hangUp();
      house.turn();
    }),
  );
  other.heard.length = 0;
  ask(other, "77", "numnodes");
  expect(said(other)).toEqual(['text t="hbapi-resp" reqtype="numnodes" numnodes="2" result="OK"']);
  expect(house.processes.held).toBe(2);
});
