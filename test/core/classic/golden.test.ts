// The recorded conversations of two real Heartbeats, with this node in the place of one of them: it hears
// what the other one said, when it said it, and must say what the real one said.
//
// Captures: test/golden/heartbeat (its README tells how they were made). What real nodes say twice, or say
// late and wrong (heartbeat-wire 15.1), is left out of the comparison by essence() below.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Command } from "../../../src/core/input.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { open } from "../../../src/wire/packet.ts";
import { GOLDEN, keyringOf, readCapture } from "../../wire/capture.ts";
import { Stand, type StandOptions, words } from "./stand.ts";

type Name = "alice" | "bob";

interface Said {
  readonly timeMs: number;
  readonly src: string;
  readonly type: string;
  readonly generation: string;
  readonly message: Message;
}

interface Scene {
  readonly file: string;
  /** What the operator of the node in our place did, when its first message of that kind was seen. */
  readonly command?: Command;
  /** Play no further than this. */
  readonly untilMs?: number;
  /** The cable was cut: what was on the wire meanwhile did not arrive. */
  readonly cutMs?: readonly [from: number, to: number];
}

const conversation =
  /^(starting|resource|ask_resources|hb_takeover|shutdone|stonith|ip-request.*)$/;

/** Every message of a capture, once, in the order of the wire. */
function messages(path: string): Said[] {
  const keyring = keyringOf(path.split("/")[0] ?? "");
  const seen = new Set<string>();
  const said: Said[] = [];
  for (const packet of readCapture(join(GOLDEN, path))) {
    const opened = open(packet.bytes, keyring);
    if (!opened.ok) throw new Error(`${path}: packet ${packet.number}: ${opened.reason}`);
    const { message } = opened;
    const [type, src, generation, seq] = ["t", "src", "hg", "seq"].map(
      (name) => textOf(message, name) ?? "",
    ) as [string, string, string, string];
    if (type.startsWith("NS_") || seen.has(`${src} ${generation} ${seq}`)) continue;
    seen.add(`${src} ${generation} ${seq}`);
    said.push({ timeMs: packet.timeMs, src, type, generation, message });
  }
  return said;
}

/** The payload of a message, as words. */
function payload(message: Message): string {
  const end = message.fields.findIndex(({ name }) => name === "src" || name === "destuuid");
  return words({ fields: message.fields.slice(0, end) });
}

/**
 * What a list of messages says, without the noise of 3.0.6: no requests to itself (its way to start a
 * script), no report that repeats or is overtaken by the next one, no comment that nobody acts on.
 */
function essence(lines: readonly string[], self: string): string[] {
  const plain = lines
    .filter((line) => !line.startsWith(`ip-request-resp dest=${self} `))
    .map((line) => line.replace(" info=req_our_resources()", ""));
  const isReport = (line: string | undefined): boolean =>
    /^resource .*isstable=\d$/.test(line ?? "");
  return plain.filter((line, n) => {
    const next = plain[n + 1];
    // The last of several reports counts; one that says more ("standby", "shutdown") always does.
    return !(isReport(line) && isReport(next));
  });
}

/** One of the two nodes, replaced by this one, from a start of it to the end of the scenes. */
class Double {
  readonly #self: Name;
  readonly #mode: "on" | "off" | "legacy";
  readonly #options: StandOptions;
  #stand: Stand | undefined;
  #generation = "";
  #otherGeneration = "";
  #otherDiesAt: number | undefined;
  #deadtime = 0;
  #isDead = false;
  #clock = 0;

  constructor(self: Name, mode: "on" | "off" | "legacy", options: StandOptions = {}) {
    this.#self = self;
    this.#mode = mode;
    this.#options = options;
  }

  /** Plays one capture; gives what was said here and what was said there. */
  play(scene: Scene, directory: string): { readonly here: string[]; readonly there: string[] } {
    const here: string[] = [];
    const there: string[] = [];
    let commanded = false;
    const end = scene.untilMs ?? Number.POSITIVE_INFINITY;
    const said = messages(`${directory}/${scene.file}`).filter(({ timeMs }) => timeMs < end);
    const [cutFrom, cutTo] = scene.cutMs ?? [0, 0];
    this.#clock = 0;
    // Between two captures it was heard, until the second began.
    if (this.#otherDiesAt !== undefined) this.#otherDiesAt = this.#deadtime;
    const first = said.find(({ src }) => src === this.#self);
    if (this.#options.status === "active" && first !== undefined) this.#own(first);
    for (const word of said) {
      this.#pass(word.timeMs, here);
      if (word.src === this.#self) {
        this.#own(word);
        if (!conversation.test(word.type)) continue;
        there.push(payload(word.message));
        if (commanded || scene.command === undefined) continue;
        commanded = true;
        this.#stand?.command(1, scene.command);
      } else if (!(word.timeMs > cutFrom && word.timeMs < cutTo)) {
        this.#other(word);
      }
      here.push(...(this.#stand?.said() ?? []));
    }
    this.#pass((said.at(-1)?.timeMs ?? 0) + 600, here);
    return { here: essence(here, this.#self), there: essence(there, this.#self) };
  }

  /** Time goes on; the other one may die of its silence meanwhile. */
  #pass(until: number, here: string[]): void {
    const dies = this.#otherDiesAt;
    if (dies !== undefined && dies <= until && !this.#isDead) {
      this.#stand?.advance(Math.max(0, dies - this.#clock));
      this.#clock = Math.max(dies, this.#clock);
      this.#isDead = true;
      this.#stand?.event("dead");
    }
    this.#stand?.advance(Math.max(0, until - this.#clock));
    this.#clock = Math.max(until, this.#clock);
    here.push(...(this.#stand?.said() ?? []));
  }

  /** A message of the real node in whose place we are: it tells when that one started. */
  #own(word: Said): void {
    const stand = this.#stand;
    if (stand === undefined || word.generation !== this.#generation) {
      this.#generation = word.generation;
      this.#stand = new Stand({
        self: this.#self,
        autoFailback: this.#mode,
        partner: "init",
        ...this.#options,
      });
    } else if (textOf(word.message, "st") === "active" && stand.ownStatus !== "active") {
      stand.event("comm-up");
    } else if (word.type === "starting" && stand.ownStatus !== "active") {
      stand.event("comm-up");
    }
  }

  #other({ type, message, generation, timeMs }: Said): void {
    const stand = this.#stand;
    if (stand === undefined) return;
    if (type === "status") {
      const isNew = generation !== this.#otherGeneration;
      const isKnown = this.#options.status === "active" && this.#otherGeneration === "";
      if (isNew && !isKnown)
        stand.event(this.#otherGeneration === "" || this.#isDead ? "up" : "restarted");
      else if (this.#isDead) stand.event("returned");
      this.#otherGeneration = generation;
      this.#isDead = false;
      this.#deadtime = Number.parseInt(textOf(message, "dt") ?? "0", 16);
      this.#otherDiesAt = timeMs + this.#deadtime;
      const active = textOf(message, "st") === "active";
      if (active && stand.partnerStatus !== "active") stand.event("active");
    } else if (type === "shutdone") {
      stand.event("left");
    } else if (conversation.test(type)) {
      const to = textOf(message, "dest");
      if (to === undefined || to === this.#self) stand.event("message", { message });
    }
  }

  held(): string[] {
    return this.#stand?.held() ?? [];
  }
}

const leave: Command = { name: "leave" };
const standby = (set: "all" | "local" | "foreign"): Command => ({ name: "standby", set });
const takeover = (set: "all" | "local" | "foreign"): Command => ({ name: "takeover", set });

/** The core scenarios up to the shutdown of bob; commands by the node that was told. */
function core(self: Name): Scene[] {
  const by = (name: Name, command: Command): { command?: Command } =>
    name === self ? { command } : {};
  return [
    { file: "01-startup.txt" },
    { file: "02-steady.txt" },
    { file: "03-standby-all.txt", ...by("alice", standby("all")) },
    { file: "04-standby-foreign-by-peer.txt", ...by("bob", standby("foreign")) },
    { file: "05-standby-local.txt", ...by("bob", standby("local")) },
    { file: "06-takeover-local.txt", ...by("bob", takeover("local")) },
    { file: "07-takeover-all.txt", ...by("alice", takeover("all")) },
    { file: "08-shutdown.txt", ...by("bob", leave) },
  ];
}

const after08: Scene[] = [
  { file: "09-return.txt" },
  { file: "10-death.txt" },
  { file: "11-rejoin.txt" },
  { file: "12-loss.txt" },
  { file: "13-outage.txt" },
];

const stories: readonly [directory: string, self: Name, mode: "on" | "off", scenes: Scene[]][] = [
  ["core-crc-bcast", "alice", "on", [...core("alice"), ...after08]],
  ["core-crc-bcast", "bob", "on", core("bob")],
  ["core-crc-bcast", "bob", "on", [{ file: "09-return.txt" }]],
  ["core-crc-bcast", "bob", "on", [{ file: "11-rejoin.txt" }]],
  ["core-md5-ucast", "alice", "off", [...core("alice"), ...after08]],
  ["core-md5-ucast", "bob", "off", core("bob")],
  ["core-md5-ucast", "bob", "off", [{ file: "09-return.txt" }]],
  ["core-sha1-mcast", "alice", "on", [...core("alice"), ...after08]],
  ["core-sha1-mcast", "bob", "on", core("bob")],
  ["handover-md5-bcast", "bob", "on", [{ file: "22-survivor-alone-death.txt" }]],
  ["handover-md5-bcast", "bob", "on", [{ file: "23-quick-restart.txt" }]],
];

for (const [directory, self, mode, scenes] of stories) {
  describe(`Classic as ${self} of ${directory}`, () => {
    const double = new Double(self, mode);
    for (const scene of scenes) {
      test(`Classic says what ${self} said in ${scene.file}`, () => {
        const { here, there } = double.play(scene, directory);
        expect(here).toEqual(there);
      });
    }
  });
}

const legacyKeys = [
  ["alice", "IPaddr2::10.77.0.101/24/eth0"],
  ["bob", "IPaddr2::10.77.0.102/24/eth0"],
] as const;

describe("Legacy as alice of legacy-md5", () => {
  const double = new Double("alice", "legacy", { groups: legacyKeys });
  for (const file of ["legacy-startup.txt", "legacy-death-rejoin.txt"]) {
    test(`Legacy says what alice said in ${file}`, () => {
      const { here, there } = double.play({ file }, "legacy-md5");
      expect(here).toEqual(there);
      expect(double.held()).toEqual(["IPaddr2::10.77.0.101/24/eth0"]);
    });
  }
});

test("Classic as bob of startfail-sha1 takes what alice cannot start", () => {
  const double = new Double("bob", "on", { groups: [["alice", "a"]] });
  const { here, there } = double.play({ file: "startfail.txt" }, "startfail-sha1");
  expect(here).toEqual(there);
});

test("Classic as alice of partition-crc-bcast stays while bob restarts", () => {
  const running = { adopted: ["a"], status: "active", partner: "active" } as const;
  const double = new Double("alice", "on", running);
  const { here } = double.play(
    { file: "15-split.txt", untilMs: 20_000, cutMs: [990, 9_900] },
    "partition-crc-bcast",
  );
  const takenOver = [
    "resource rsc_hold=all rtype=full isstable=1",
    "resource rsc_hold=foreign info=mach_down",
  ];
  // At the death of bob, and when bob has released everything after the heal.
  const fenced = "stonith node=bob result=n_stnth";
  expect(here.slice(-5)).toEqual([fenced, ...takenOver, ...takenOver]);
  expect(double.held()).toEqual(["a", "b"]);
});
