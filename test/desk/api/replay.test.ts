// What real clients said to a real daemon, said to this one: it answers the same, but for what is another with
// every run (the README beside the transcripts).
//
// Answers are compared in their order, and messages of the cluster in theirs: how the two mix is a matter of
// when the recorded daemon had time. What came from other nodes, or of itself, comes again when it came then.

import { expect, test } from "bun:test";
import type { Credentials } from "../../../ffi/credentials.ts";
import { type Filter, filter } from "../../../src/core/clients/filter.ts";
import { Client } from "../../../src/desk/api/client.ts";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { bytesOf, type Message, textOf } from "../../../src/wire/message.ts";
import { ApiHouse, type HouseShape, normal, ping, type Wire } from "./house.ts";
import {
  type Exchange,
  lineOf,
  messageOf,
  type Transcript,
  transcript,
  transcripts,
} from "./transcript.ts";

const usual = "keepalive 1\ndeadtime 6\nwarntime 4\ninitdead 6\nrealtime off\nauto_failback off\n";
const logs = "logfile /var/log/ha-log\ndebugfile /var/log/ha-debug\n";

/** Recorded with `pacemaker ccm-only`, of which their own setup does not tell. */
const ccmOnly = ["ccm-3node-memberleave-leader", "ccm-3node-partition-majority"];

/** The machines on which they were recorded. */
function shapeOf({ name, setup, exchanges }: Transcript): HouseShape {
  const self = exchanges.map(nodeIn).find((node) => node !== undefined) ?? "apia";
  const mode = /pacemaker (ccm-only|respawn)/.exec(setup)?.[1];
  const pacemaker = ccmOnly.includes(name) ? "ccm-only" : mode;
  const apiauth = /apiauth anon \S+/.exec(setup)?.[0];
  const more = [
    pacemaker && `pacemaker ${pacemaker}`,
    apiauth,
    setup.includes("apiauth dopd") && "apiauth dopd uid=hacluster gid=haclient",
  ];
  const nodes: Record<string, HouseShape["nodes"]> = {
    apia: [normal("apia"), normal("apib"), ping("10.77.0.254")],
    apic: [normal("apic"), normal("apid")],
    apip: [normal("apip"), normal("apiq")],
  };
  const three = /3 nodes (\w+), (\w+), (\w+)/.exec(setup)?.slice(1);
  const known = three?.map((node) => normal(node)) ?? nodes[self] ?? [];
  const uuids = uuidsIn(exchanges);
  const haCf = [usual, logs, ...more.filter((line) => line)].join("\n");
  return {
    self,
    haCf: `${haCf}\n`,
    nodes: known.map((node) => ({ ...node, ...uuids.get(node.name) })),
  };
}

/** What nodes were called in a run: of each that says anything. */
function uuidsIn(exchanges: readonly Exchange[]): Map<string, { readonly uuid: string }> {
  const uuids = new Map<string, { readonly uuid: string }>();
  for (const { body } of exchanges) {
    const message = messageOf(body) ?? { fields: [] };
    const [src, uuid] = [textOf(message, "src"), bytesOf(message, "srcuuid")];
    if (src !== undefined && uuid !== undefined) uuids.set(src, { uuid: bytesToHex(uuid) });
  }
  return uuids;
}

function nodeIn({ from, body }: Exchange): string | undefined {
  const message = from === "daemon" ? messageOf(body) : undefined;
  return message && textOf(message, "node");
}

/** Whose connection it was. A claim of a lie is none of the kernel's. */
function peerOf({ exchanges }: Transcript, connection: number): Credentials {
  const first = exchanges.find((each) => each.from === "client" && each.connection === connection);
  const request = messageOf(first?.body) ?? { fields: [] };
  const number = (name: string, otherwise: number) => Number(textOf(request, name) || otherwise);
  return { pid: number("pid", 0) || 1370, uid: number("uid", 0), gid: number("gid", 0) };
}

/** True for what the daemon says of itself, or hands on from elsewhere. */
function isNews(message: Message, self: string): boolean {
  const src = textOf(message, "src");
  if (src === undefined) return textOf(message, "t") === "ifstat";
  // What is for one client comes of what was asked.
  return src !== self || textOf(message, "to_id") === undefined;
}

/** A status that changes nothing is heard by those alone who ask for that: all others heard a change. */
function bitOf(message: Message, wire: Wire): Filter {
  const { visitor } = wire;
  const overhears = visitor instanceof Client && visitor.wants(filter.noChange);
  return overhears && textOf(message, "t") === "status" ? filter.noChange : filter.normal;
}

function isAnswer(line: string): boolean {
  return /^\w+ t="hbapi-re/.test(line);
}

function isOther(line: string): boolean {
  return !isAnswer(line);
}

/** In the order of each node; a last word without a header is behind all others. */
function bySource(lines: readonly string[]): string[] {
  const keyOf = (line: string) =>
    (line.includes(" seq=") ? / src="(.*?)"/.exec(line)?.[1] : "~") ?? "";
  return lines.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))));
}

/** Plays it, and gives what was recorded beside what was said now. */
async function replay(played: Transcript) {
  const house = await ApiHouse.open(shapeOf(played));
  const wires = new Map<number, Wire>();
  const recorded: string[] = [];
  const closed: number[] = [];
  /** Frames of each that were there when the daemon said something last. */
  const read = new Map<Wire, number>();
  for (const { from, connection, body } of played.exchanges) {
    const wire = wires.get(connection) ?? house.connect(peerOf(played, connection));
    wires.set(connection, wire);
    const message = messageOf(body);
    if (from === "client") {
      if (body === undefined) wire.hangUp();
      else wire.say(body);
      house.turn();
      continue;
    }
    if (body === undefined) closed.push(connection);
    else {
      recorded.push(lineOf(body));
      if (message !== undefined && isNews(message, house.self)) {
        house.deliver(message, bitOf(message, wire));
      }
    }
    for (const each of wires.values()) read.set(each, each.heard.length);
  }
  const heard = [...wires.values()].flatMap((wire) =>
    wire.heard.map((body, place) => ({
      line: lineOf(body),
      isRead: place < (read.get(wire) ?? 0),
    })),
  );
  const said = heard.map(({ line }) => line);
  // What the daemon had to tell when the client had already gone, or the recording ended, is not in it.
  const news = heard.flatMap(({ line, isRead }) => (isRead && isOther(line) ? [line] : []));
  return { house, wires, recorded, said, news, closed };
}

const names = transcripts(/^(cl_status|raw|api_test|hb_api|ipfail|dopd|pacemaker|ccm-)/).filter(
  (name) =>
    // Heartbeat reads a name that is longer than its memory for one: refused here (signon.test.ts).
    name !== "raw-signon-long-name" &&
    // Nobody answered there (test/lab/api/question.test.ts).
    !/-(nobody|stopped)$/.test(name),
);

test("there are transcripts of every subcommand of cl_status, of oddities and of real clients", () => {
  expect(names.length).toBeGreaterThan(55);
});

test.each(names)("Roster answers %s as the real daemon did", async (name) => {
  const { house, wires, recorded, said, news, closed } = await replay(transcript(name));
  expect(said.filter(isAnswer)).toEqual(recorded.filter(isAnswer));
  expect(bySource(news)).toEqual(bySource(recorded.filter(isOther)));
  for (const connection of closed) expect(wires.get(connection)?.isOver).toBe(true);
  // Nobody's process is held once he is gone.
  for (const wire of wires.values()) wire.hangUp();
  expect(house.processes.held).toBe(0);
});

test.each(["api_test", "ipfail-start", "dopd-success", "raw-signoff"])(
  "Roster tells the client of %s that it joined, and answers its sign-on then",
  async (name) => {
    const { said, recorded } = await replay(transcript(name));
    expect(said.slice(0, 2)).toEqual(recorded.slice(0, 2));
    expect(said[0]).toContain('t="hbapi-clstat" st="join"');
  },
);
