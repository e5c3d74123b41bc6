import { expect, test } from "bun:test";
import type { QuorumPolicy } from "../../../src/config/quorum.ts";
import type { Standing } from "../../../src/core/ccm/effect.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { Groups } from "../../../src/core/group/groups.ts";
import { at } from "../../../src/core/instant.ts";
import type { Member } from "../../../src/core/member.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import { type Message, text, textOf } from "../../../src/wire/message.ts";
import { configOf } from "../../sim/plainshape.ts";

interface Circumstances {
  readonly failback?: "on" | "off" | "legacy";
  readonly memory?: GroupMemory;
  readonly policy?: QuorumPolicy;
}

/** Groups of alice beside made-up members. */
class Bench {
  members: Member[];
  readonly sent: string[] = [];
  readonly said: string[] = [];
  readonly replies: string[] = [];
  /** The last job that was asked for. */
  job = 0;
  quorum: Standing["quorum"] = "open";
  readonly groups: Groups;

  constructor(others: readonly Member[], { failback = "on", memory, policy }: Circumstances = {}) {
    this.members = [member("alice", { speaksHb: true }), ...others];
    const names = this.members.map(({ name }) => name);
    const plain = configOf("alice", { nodes: names, failback, groups: [["alice", "10.0.0.1"]] });
    const config = policy ? { ...plain, consensus: { rules: [], policy } } : plain;
    const boot = {
      uuid: "00".repeat(16),
      generation: 7,
      bootUnixMs: 0,
      hostcache: [],
      delhostcache: [],
      ...(memory === undefined ? {} : { memory }),
    };
    const send = (draft: Message): Effect[] => {
      this.sent.push(textOf(draft, "t") ?? "");
      return [];
    };
    const standing = () => ({ quorum: this.quorum, why: "a tie" });
    const peers = { members: () => this.members, send, standing };
    this.groups = new Groups(config, boot, peers, at(100_000));
    this.see(this.groups.start(at(100_000)));
  }

  see(effects: readonly Effect[]): this {
    for (const effect of effects) {
      if (effect.do === "log") this.said.push(effect.text);
      if (effect.do === "hold" || effect.do === "drop") this.job = effect.job;
      if (effect.do === "reply") this.replies.push(effect.text);
    }
    return this;
  }

  /** The other node is there, or there again. */
  meet(node: string): this {
    return this.see(this.groups.member({ event: "up", node }, at(100_001)));
  }

  get talksTo(): string {
    const change = this.said.filter((line) => line.includes("negotiated")).at(-1) ?? "";
    return /mode (\w+)/.exec(change)?.[1] ?? "native";
  }
}

function member(name: string, changes: Partial<Member> = {}): Member {
  return {
    name,
    kind: "normal",
    status: "active",
    speaksHb: false,
    unheard: false,
    generation: 3,
    ...changes,
  };
}

const hb = (name: string) => member(name, { speaksHb: true });

test.each([
  ["a node that was never heard", [member("bob", { unheard: true })], "on", "native"],
  ["a node whose kind no status has told yet", [member("bob", { generation: 0 })], "on", "native"],
  ["an hb node", [hb("bob")], "on", "native"],
  ["a Heartbeat 3 node, auto_failback on", [member("bob")], "on", "classic"],
  ["a Heartbeat 3 node, auto_failback off", [member("bob")], "off", "classic"],
  ["a Heartbeat 3 node, auto_failback legacy", [member("bob")], "legacy", "legacy"],
  ["a Heartbeat 3 node that is dead now", [member("bob", { status: "dead" })], "on", "classic"],
  ["two Heartbeat 3 nodes", [member("bob"), member("carol")], "on", "native"],
] as const)("Groups beside %s negotiate as they must", (_what, others, failback, kind) => {
  expect(new Bench(others, { failback }).meet("bob").talksTo).toBe(kind);
});

test("Groups change their negotiator when the other node is upgraded", () => {
  const bench = new Bench([member("bob")]).meet("bob");
  expect(bench.talksTo).toBe("classic");
  bench.members = [hb("alice"), hb("bob")];
  expect(bench.meet("bob").talksTo).toBe("native");
  expect(bench.sent).toContain("hb_groups");
});

test("Groups answer requests that a change of the negotiator makes impossible", () => {
  const bench = new Bench([hb("bob")]);
  bench.see(bench.groups.command(1, { name: "leave" }, at(100_001)));
  const other = new Bench([member("bob")]).meet("bob");
  other.see(other.groups.command(2, { name: "standby", set: "all" }, at(100_001)));
  other.members = [hb("alice"), hb("bob")];
  other.meet("bob");
  expect(bench.replies).toHaveLength(1);
  expect(other.replies).toHaveLength(1);
});

test("Groups go on leaving when the negotiator changes on the way", () => {
  const bench = new Bench([member("bob")]).meet("bob");
  bench.see(bench.groups.command(3, { name: "leave" }, at(100_001)));
  bench.members = [hb("alice"), hb("bob")];
  bench.meet("bob");
  expect(bench.replies).toEqual([]);
  expect(bench.said.slice(-3)).toEqual([
    "Leaving the cluster: releasing all groups",
    "Group 10.0.0.1: the take under way is overtaken: this node is leaving the cluster",
    "Releasing group 10.0.0.1: this node is leaving the cluster",
  ]);
});

test("Groups remain a pair while a node that was added by command never came", () => {
  const bench = new Bench([member("bob")]).meet("bob");
  bench.members = [...bench.members, member("carol", { unheard: true, status: "dead" })];
  bench.see(
    bench.groups.member(
      { event: "dead", node: "carol", why: "never heard", wasHeard: false },
      at(100_001),
    ),
  );
  expect(bench.talksTo).toBe("classic");
  bench.members = [hb("alice"), member("bob"), hb("carol")];
  expect(bench.meet("carol").talksTo).toBe("native");
});

test("Groups answer `starting` of a Heartbeat 3 node among many, and warn", () => {
  const bench = new Bench([hb("bob"), member("carol")]);
  const message = text({ t: "starting" });
  bench.see(bench.groups.member({ event: "message", node: "carol", message }, at(100_002)));
  expect(bench.sent).toContain("resource");
  expect(bench.said.join()).toContain("carol runs Heartbeat 3");
});

test("Groups stay quiet while no other hb node was ever there", () => {
  const bench = new Bench([member("bob", { unheard: true }), member("carol", { unheard: true })]);
  bench.see(bench.groups.expire(at(105_000)));
  expect(bench.sent).toEqual([]);
});

const memory = (ageMs: number, toldMs?: number): GroupMemory => ({
  at: at(100_000 - ageMs),
  ...(toldMs !== undefined && { deadtimeMs: toldMs }),
  groups: [{ key: "10.0.0.1", assigned: { node: "alice", epoch: 4 }, up: ["10.0.0.1"] }],
});

test.each([
  [9_000, "adopting what it left up", "unsure"],
  [11_000, "finding out who holds what", "unsure"],
] as const)("Groups of a run %d ms after a crash begin by %s", (ageMs, words, state) => {
  const bench = new Bench([hb("bob")], { memory: memory(ageMs) });
  expect(bench.said.join()).toContain(words);
  expect(bench.groups.views()[0]?.state).toBe(state);
});

test.each([
  [9_000, 5_000, "finding out who holds what"],
  [11_000, 15_000, "adopting what it left up"],
] as const)(
  "Groups of a run %d ms after a crash of one that told %d ms begin by %s",
  (age, told, words) => {
    expect(new Bench([hb("bob")], { memory: memory(age, told) }).said.join()).toContain(words);
  },
);

test("Groups.views() and heldWord() say who holds what, and why", () => {
  const bench = new Bench([]);
  const now = at(100_010);
  expect(bench.groups.heldWord()).toBe("transition");
  bench.groups.result({ on: "result", job: bench.job, ok: true, text: "", tookMs: 1 }, now);
  expect(bench.groups.heldWord()).toBe("local");
  expect(bench.groups.views()).toEqual([
    {
      key: "10.0.0.1",
      owner: "alice",
      resources: ["10.0.0.1"],
      holder: "alice",
      state: "held",
      why: "this node is its owner",
    },
  ]);
});

test.each(["freeze", "stop"] as const)(
  "Groups.heldWord() is a transition by policy %s while nodes agree, and none once quorum is lost",
  (policy) => {
    const bench = new Bench([], { policy });
    const look = (quorum: Standing["quorum"], ms: number) => {
      bench.quorum = quorum;
      bench.see(bench.groups.reconsider(at(ms)));
      return bench.groups.heldWord();
    };
    expect(look("open", 100_010)).toBe("transition");
    expect(look("lost", 100_020)).toBe("none");
    expect(look("held", 100_030)).toBe("transition");
    const ended = { on: "result", job: bench.job, ok: true, text: "", tookMs: 1 } as const;
    bench.see(bench.groups.result(ended, at(100_040)));
    expect(bench.groups.heldWord()).toBe("local");
    // What is still stopping moves.
    expect(look("lost", 100_050)).toBe(policy === "stop" ? "transition" : "local");
  },
);

test("Groups.heldWord() is no transition while no node can hold a group", () => {
  const bench = new Bench([]);
  const end = (ok: boolean, ms: number) => {
    const result = { on: "result", job: bench.job, ok, text: "no", tookMs: 1 } as const;
    bench.see(bench.groups.result(result, at(ms)));
    return bench.groups.heldWord();
  };
  expect(end(false, 100_010)).toBe("transition");
  expect(end(true, 100_020)).toBe("none");
  expect(bench.groups.views()).toMatchObject([{ state: "failed", why: "no node can hold it" }]);
});

test("Groups.views() say why a group is where it was before the Heartbeat 3 node came", () => {
  const bench = new Bench([member("bob", { unheard: true })]);
  const ended = { on: "result", job: bench.job, ok: true, text: "", tookMs: 1 } as const;
  bench.see(bench.groups.result(ended, at(100_001)));
  bench.members = [hb("alice"), member("bob")];
  bench.meet("bob");
  expect(bench.talksTo).toBe("classic");
  expect(bench.groups.views()).toMatchObject([
    { holder: "alice", why: "it was up here when bob was met" },
  ]);
});

test("Groups.rival() announces again, but not more than once a second", () => {
  const bench = new Bench([]);
  const rival = { word: "10.0.0.1", mac: "02:00:00:00:00:01" };
  expect(bench.groups.rival(rival, at(100_000))).toEqual([]);
  bench.groups.result({ on: "result", job: bench.job, ok: true, text: "", tookMs: 1 }, at(100_000));
  const kinds = (ms: number) => bench.groups.rival(rival, at(ms)).map(({ do: what }) => what);
  expect(kinds(100_000)).toEqual(["log", "announce"]);
  expect(kinds(100_999)).toEqual([]);
  expect(kinds(101_000)).toEqual(["log", "announce"]);
});
