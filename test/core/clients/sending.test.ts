// What local programs say to the cluster: which header it gets, and what is refused.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { filter } from "../../../src/core/clients/filter.ts";
import { letterMax, letterOf } from "../../../src/core/clients/letter.ts";
import { type Field, type Message, text, textOf } from "../../../src/wire/message.ts";
import { decodeNetstring, netstringText } from "../../../src/wire/netstring.ts";
import { DATAGRAM_MAX, seal } from "../../../src/wire/packet.ts";
import { config, from, status, uuidOf } from "../membership/scene.ts";
import { Listener } from "./listener.ts";

/** What alice sends for this, and what else happens. */
function said(alice: Listener, message: Message) {
  const effects = alice.step({ on: "client", body: netstringText(message) }, 1_000);
  const sent = effects.flatMap((effect) => (effect.do === "send" ? [effect.message] : []));
  return { sent: sent[0]?.fields ?? [], effects };
}

const header = (fields: readonly Field[]) => fields.map(({ name }) => name).join(" ");

describe("Core.step() with a client's message", () => {
  test("puts the header behind its fields, as behind those of the node itself", () => {
    const alice = new Listener();
    const client = { from_id: "ccm", to_id: "ccm", client_gen: "7" };
    const { sent } = said(alice, text({ t: "hello", v: "1", ...client }));
    expect(header(sent)).toBe("t v from_id to_id client_gen src srcuuid seq hg ts ld ttl");
    expect(textOf({ fields: sent }, "src")).toBe("alice");
    expect(textOf({ fields: sent }, "seq")).toBe("4");
    expect(textOf({ fields: sent }, "ttl")).toBe("4");
    expect(textOf({ fields: said(alice, text({ t: "hello" })).sent }, "seq")).toBe("5");
  });

  test("overwrites fields of the header where they stand, the name of the sender as well", () => {
    const forged = { t: "num_ping_nodes", src: "bob", num_ping: "1", dest: "bob", seq: "ffff" };
    const { sent } = said(new Listener(), text(forged));
    const names = "t src num_ping dest seq destuuid srcuuid hg ts ld ttl";
    expect(header(sent)).toBe(names);
    expect(textOf({ fields: sent }, "src")).toBe("alice");
    expect(textOf({ fields: sent }, "seq")).toBe("4");
  });

  test("names the uuid of the node that it is for, if it is one", () => {
    const alice = new Listener();
    alice.hears(status("bob", "active", { seq: 1 }));
    const uuid = (dest: string) => {
      const { sent } = said(alice, text({ t: "hello", dest }));
      const field = sent.find(({ name }) => name === "destuuid");
      return field?.type === "binary" ? field.value.toHex() : field;
    };
    expect(uuid("bob")).toBe(uuidOf("bob"));
    expect(uuid("alice")).toBe(uuidOf("alice"));
    expect(uuid("zelda")).toBeUndefined();
  });

  test("passes every kind of field, doubled names and odd values on, in their order", () => {
    const inner = { fields: [{ name: "x", type: "string", value: "1" }] } as const;
    const fields: Field[] = [
      { name: "__name__", type: "string", value: "cib" },
      { name: "t", type: "string", value: "cib" },
      { name: "__name__", type: "string", value: "again" },
      { name: "v", type: "string", value: "a\x13b=\n" },
      { name: "empty", type: "string", value: "" },
      { name: "bin", type: "binary", value: new Uint8Array([0, 1, 2, 255]) },
      { name: "lst", type: "list", value: ["a", "bc"] },
      { name: "st", type: "struct", value: inner },
    ];
    const alice = new Listener();
    alice.step({ on: "audience", filter: 1 }, 0);
    const { sent, effects } = said(alice, { fields });
    expect(sent.slice(0, fields.length)).toEqual(fields);
    const delivered = effects.find((effect) => effect.do === "deliver");
    const body = delivered?.do === "deliver" ? delivered.body : "";
    expect(decodeNetstring(body)?.message.fields).toEqual([...sent]);
  });

  test("takes the envelope's own field away: a second one would make the packet unreadable", () => {
    const { sent } = said(new Listener(), text({ t: "hello", auth: "1 abc", v: "2" }));
    expect(header(sent)).toStartWith("t v src");
  });

  test("sends it again for those who missed it", () => {
    const alice = new Listener();
    alice.hears(status("bob", "active", { seq: 1 }));
    const { sent } = said(alice, text({ t: "hello" }));
    const seq = Number.parseInt(textOf({ fields: sent }, "seq") ?? "", 16);
    const range = { firstseq: String(seq), lastseq: String(seq) };
    const effects = alice.hears(from("bob", { t: "NS_rexmit", dest: "alice", ...range }));
    expect(effects).toContainEqual({ do: "send", message: { fields: sent } });
  });

  test("refuses what only the node says, and tells the log once a minute", () => {
    const alice = new Listener();
    const log = (fields: Record<string, string>) => said(alice, text(fields)).effects;
    const why = `A message of a local program is not sent: only the node itself says "status"`;
    expect(log({ t: "status", st: "dead" })).toEqual([
      { do: "log", level: "error", topic: "client", text: why },
    ]);
    expect(log({ t: "NS_ackmsg", ackseq: "1" })).toEqual([]);
    expect(alice.step({ on: "client", body: "" }, 1_000)).toEqual([]);
  });
});

/** What alice's core wants done when a program says so many bytes. */
function saidLong(alice: Listener, length: number, fields: Record<string, string> = {}) {
  const { effects } = said(alice, text({ t: "hello", v: "x".repeat(length), ...fields }));
  const [sent] = effects.flatMap((effect) => (effect.do === "send" ? [effect.message] : []));
  const [heard] = effects.flatMap((effect) => (effect.do === "deliver" ? [effect.body] : []));
  const [log] = effects.flatMap((effect) => (effect.do === "log" ? [effect.text] : []));
  return { sent, heard: decodeNetstring(heard ?? "")?.message, log };
}

const packetOf = (message: Message | undefined) =>
  message === undefined ? 0 : seal(message, config("alice").keyring, "classic").length;

describe("Core.step() with a client's long message", () => {
  function listener(): Listener {
    const alice = new Listener();
    alice.step({ on: "audience", filter: filter.normal }, 0);
    return alice;
  }

  test("sends what one datagram carries to its last byte, and gives it back", () => {
    const room = DATAGRAM_MAX - packetOf(saidLong(listener(), 65_000).sent);
    const full = saidLong(listener(), 65_000 + room);
    expect(packetOf(full.sent)).toBe(DATAGRAM_MAX);
    expect(full).toMatchObject({ heard: full.sent, log: undefined });
    const over = saidLong(listener(), 65_000 + room + 1);
    expect(over.sent).toBeUndefined();
    expect(textOf(over.heard ?? { fields: [] }, "v")).toHaveLength(65_000 + room + 1);
    expect(over.log).toBe(
      "A message of a local program is not sent: 65508 bytes with header and signature, and a datagram carries 65507; " +
        "only programs of this node hear it; say it in parts",
    );
  });

  test("lets what does not leave take no number, so that nobody misses it", () => {
    const alice = listener();
    const before = saidLong(alice, 10).sent;
    const long = saidLong(alice, 260_000).heard;
    const after = saidLong(alice, 10).sent;
    const number = (message: Message | undefined) => textOf(message ?? { fields: [] }, "seq");
    expect([before, long, after].map(number)).toEqual(["4", "5", "5"]);
  });

  test.each([
    ["bob", false],
    ["alice", true],
  ])("gives what is for %s alone back: %p", (dest, isHeard) => {
    const { sent, heard, log } = saidLong(listener(), 100_000, { dest });
    expect({ sent, isHeard: heard !== undefined }).toEqual({ sent: undefined, isHeard });
    const who = isHeard ? "only programs of this node hear it" : "nobody hears it";
    expect(log).toEndWith(`a datagram carries 65507; ${who}; say it in parts`);
  });
});

describe("letterOf()", () => {
  test.each([
    ["", "not a message"],
    ["###\n%%%\n", "no type"],
    [`${netstringText(text({ t: "hello" }))}x`, "not a message"],
    [netstringText(text({ t: "" })), "no type"],
    [netstringText(text({ t: "hb_groups" })), 'only the node itself says "hb_groups"'],
  ])("refuses %j", (body, why) => {
    expect(letterOf(body)).toBe(why);
  });

  test("refuses what is longer than a frame", () => {
    const ofLength = (length: number) => netstringText(text({ t: "x", v: "y".repeat(length) }));
    expect(letterOf(ofLength(letterMax - 30))).toBeObject();
    expect(letterOf(ofLength(letterMax - 29))).toBe("262145 bytes, more than 262144");
  });

  test("never throws", () => {
    fc.assert(fc.property(fc.string(), (anything) => void letterOf(`###\n${anything}%%%\n`)));
  });
});
