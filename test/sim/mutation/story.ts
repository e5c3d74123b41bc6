// The runs by which broken cores are found: short plans of three hosts, each with its own kind of trouble. A
// sound core breaks no law in any of them.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { TimedAct } from "../../../src/sim/act.ts";
import type { Plan } from "../../../src/sim/shape.ts";
import type { Keyring } from "../../../src/wire/keyring.ts";
import { plainConfig } from "../../plainconfig.ts";
import { groupOf } from "../plan/cluster.ts";
import { mended } from "../plan/peace.ts";

const nodes = ["alice", "bob", "carol"];

function configOf(self: string): ClusterConfig {
  return {
    ...plainConfig,
    self,
    nodes,
    autoFailback: "on",
    media: [{ kind: "bcast", device: "eth0", port: 694 }],
    keyring: { active: 1, keys: [{ number: 1, method: "sha1", key: "secret" }] },
    timing: { ...plainConfig.timing, deadtimeMs: 5_000, warntimeMs: 2_500 },
    groups: [
      groupOf("alice", ["10.0.0.10", "httpd", "tail"]),
      groupOf("bob", ["10.0.0.11", "mysqld", "10.0.0.12"]),
    ],
  };
}

/** A script goes over to the line of another node. */
function withExchange(self: string): ClusterConfig {
  const groups = [
    groupOf("alice", ["10.0.0.10", "httpd"]),
    groupOf("bob", ["10.0.0.11", "mysqld", "10.0.0.12", "tail"]),
  ];
  return { ...configOf(self), groups };
}

/** One more, of an address alone: whether that is up nobody has to be asked. */
function withMore(self: string): ClusterConfig {
  const config = configOf(self);
  return { ...config, groups: [...config.groups, groupOf("carol", ["10.0.0.13"])] };
}

/** A script goes over to another line, while what came after it on its own line takes long to stop. */
function withMoved(self: string): ClusterConfig {
  const config = configOf(self);
  const [, other = groupOf("bob", [])] = config.groups;
  const mine = [
    groupOf("alice", ["10.0.0.10", "tail"]),
    groupOf("alice", ["10.0.0.13", "httpd", "head", "crond"]),
  ];
  return { ...config, groups: [...mine, other] };
}

/** There is but bob's group; for one node it does not count that it is his. */
function withHomeAtOdds(self: string, careless: string): ClusterConfig {
  const config = configOf(self);
  const groups = config.groups.filter(({ owner }) => owner === "bob");
  return { ...config, groups, autoFailback: self === careless ? "off" : "on" };
}

function withDeadtime(self: string, deadtimeMs: number): ClusterConfig {
  const config = configOf(self);
  return { ...config, timing: { ...config.timing, deadtimeMs, warntimeMs: deadtimeMs / 2 } };
}

function planOf(seed: number, troubles: readonly TimedAct[]): Plan {
  const begin = nodes.map((node): TimedAct => ({ at: 0, act: "start", node }));
  const hosts = nodes.map((self) => ({ config: configOf(self) }));
  return mended({ shape: { seed, hosts }, acts: [], endMs: 0 }, [...begin, ...troubles]);
}

/** The nodes agree on a membership as well. */
function agreeing({ shape, ...rest }: Plan): Plan {
  const consensus = { rules: ["majority"], policy: "ignore" } as const;
  const hosts = shape.hosts.map(({ config }) => ({ config: { ...config, consensus } }));
  return { ...rest, shape: { ...shape, hosts } };
}

const others: Keyring = { active: 2, keys: [{ number: 2, method: "sha1", key: "another" }] };

/** Long enough for a restart to be a quick one in a calm cluster. */
const calm = 40_000;
const all = { set: "all" } as const;

export const stories = {
  operators: planOf(1, [
    { at: 20_000, act: "command", node: "alice", command: "takeover", set: "local" },
    { at: 21_000, act: "command", node: "bob", command: "standby", set: "foreign" },
    { at: 25_000, act: "command", node: "carol", command: "takeover", ...all },
    { at: 25_000, act: "command", node: "bob", command: "takeover", ...all },
    { at: 25_010, act: "command", node: "alice", command: "standby", ...all },
    { at: 30_000, act: "script", node: "alice", word: "httpd", temper: { tookMs: 2_000 } },
    { at: 30_000, act: "script", node: "carol", word: "httpd", temper: { tookMs: 2_000 } },
    { at: 31_000, act: "command", node: "carol", command: "takeover", ...all },
    { at: 36_000, act: "command", node: "alice", command: "takeover", ...all },
    { at: 39_000, act: "command", node: "carol", command: "takeover", ...all },
    { at: 55_000, act: "command", node: "bob", command: "standby", ...all },
    { at: 55_500, act: "command", node: "alice", command: "takeover", ...all },
    { at: 70_000, act: "script", node: "carol", word: "httpd", temper: { startFails: true } },
    { at: 71_000, act: "command", node: "carol", command: "takeover", ...all },
    { at: 80_000, act: "heal" },
  ]),
  deaths: planOf(2, [
    { at: 20_000, act: "kill", node: "bob" },
    { at: 40_000, act: "start", node: "bob" },
    { at: 60_000, act: "kill", node: "alice" },
    { at: 60_100, act: "kill", node: "bob" },
    { at: 75_000, act: "start", node: "alice" },
    { at: 75_000, act: "start", node: "bob" },
  ]),
  naps: planOf(3, [
    { at: 20_000, act: "freeze", node: "alice" },
    { at: 45_000, act: "thaw", node: "alice" },
    { at: 60_000, act: "freeze", node: "bob" },
    { at: 60_000, act: "freeze", node: "carol" },
    { at: 64_000, act: "thaw", node: "bob" },
    { at: 64_000, act: "thaw", node: "carol" },
    ...nodes.map((node): TimedAct => ({ at: 70_000, act: "freeze", node })),
    ...nodes.map((node): TimedAct => ({ at: 77_000, act: "thaw", node })),
    { at: 80_000, act: "leave", node: "carol" },
    { at: 82_000, act: "leave", node: "bob" },
    { at: 83_500, act: "command", node: "alice", command: "standby", ...all },
    { at: 84_000, act: "freeze", node: "alice" },
    { at: 94_000, act: "thaw", node: "alice" },
  ]),
  partitions: planOf(4, [
    { at: 20_000, act: "cut", from: ["alice"], to: ["bob", "carol"] },
    { at: 32_000, act: "heal" },
    { at: 50_000, act: "cut", from: ["alice"], to: ["bob"] },
    { at: 50_000, act: "cut", from: ["carol"], to: ["alice", "bob"] },
    { at: 70_000, act: "heal" },
    { at: 90_000, act: "cut", from: ["alice"], to: ["bob", "carol"], oneWay: true },
    { at: 110_000, act: "heal" },
  ]),
  holes: planOf(5, [
    { at: 20_000, act: "cut", from: ["alice"], to: ["bob"] },
    { at: 40_000, act: "heal" },
    { at: 60_000, act: "cut", from: ["alice"], to: ["carol"] },
    { at: 80_000, act: "heal" },
  ]),
  restarts: planOf(6, [
    { at: calm, act: "crash", node: "alice" },
    { at: calm + 1_000, act: "start", node: "alice" },
    { at: 3 * calm, act: "kill-pulse", node: "bob" },
    { at: 5 * calm, act: "kill-desk", node: "bob" },
  ]),
  forgers: planOf(7, [
    { at: 1_000, act: "weather", weather: { corrupt: 0.2 } },
    { at: 20_000, act: "crash", node: "alice" },
    { at: 20_500, act: "start", node: "alice" },
    { at: 30_000.25, act: "replay", node: "bob", count: 300, agoMs: 9_000 },
    { at: 35_000.25, act: "replay", node: "carol", count: 300, agoMs: 100 },
    { at: 40_000, act: "command", node: "bob", command: "takeover", ...all },
    { at: 50_000.25, act: "replay", node: "alice", count: 300, agoMs: 9_000 },
  ]),
  /** Copies follow each packet, and a death. */
  doubles: planOf(8, [
    { at: 1_000, act: "weather", weather: { duplicate: 1 } },
    { at: 20_000, act: "kill", node: "bob" },
    { at: 40_000, act: "start", node: "bob" },
  ]),
  /** What the dead said comes again, while they are missed and after. */
  haunted: planOf(9, [
    { at: 20_000, act: "kill", node: "bob" },
    ...[20_500, 22_000, 24_000, 27_000].flatMap((at): TimedAct[] => [
      { at, act: "replay", node: "alice", count: 300, agoMs: 0 },
      { at, act: "replay", node: "carol", count: 300, agoMs: 0 },
    ]),
  ]),
  /** Somebody has other keys, and comes to have them all. Another one has them together with a longer dead
   *  time: nobody hears of that, and what it asked for before counts. */
  strangers: planOf(10, [
    { at: 20_000, act: "reload", node: "bob", config: { ...configOf("bob"), keyring: others } },
    { at: 40_000, act: "reload", node: "bob", config: configOf("bob") },
    { at: 60_000, act: "reload", node: "alice", config: withDeadtime("alice", 2_500) },
    { at: 80_000, act: "reload", node: "alice", config: { ...configOf("alice"), keyring: others } },
    { at: 100_000, act: "reload", node: "alice", config: configOf("alice") },
  ]),
  storm: planOf(11, [
    { at: 1_000, act: "weather", weather: { loss: 0.4, jitterMs: 300 } },
    { at: 20_000, act: "command", node: "bob", command: "takeover", ...all },
    { at: 30_000, act: "command", node: "carol", command: "takeover", ...all },
    { at: 40_000, act: "kill", node: "carol" },
    { at: 55_000, act: "start", node: "carol" },
    { at: 70_000, act: "command", node: "alice", command: "standby", ...all },
  ]),
  /** What a dead agent left up: forgotten, and still there while another node is starting the group. */
  leftovers: planOf(12, [
    { at: 20_000, act: "script", node: "bob", word: "httpd", temper: { tookMs: 2_000 } },
    { at: 20_000, act: "script", node: "alice", word: "tail", temper: { tookMs: 3_000 } },
    { at: 30_000, act: "crash", node: "alice" },
    { at: 35_500, act: "start", node: "alice" },
    { at: 60_000, act: "command", node: "carol", command: "takeover", ...all },
    { at: 80_000, act: "crash", node: "carol" },
    { at: 80_001, act: "lose", node: "carol", file: "memory", how: "lost" },
    { at: 95_000, act: "start", node: "carol" },
  ]),
  /** A group comes back into its owner's files in the moment in which another node waits for that no longer. */
  files: planOf(13, [
    ...nodes.map((node): TimedAct => ({ at: 10_000, act: "reload", node, config: withMore(node) })),
    { at: 20_000, act: "kill", node: "bob" },
    { at: 30_000, act: "reload", node: "carol", config: configOf("carol") },
    { at: 40_000, act: "reload", node: "carol", config: withMore("carol") },
    { at: 60_000, act: "heal" },
  ]),
  exchange: planOf(20, [
    { at: 30_000, act: "script", node: "alice", word: "tail", temper: { tookMs: 2_000 } },
    ...nodes.map(
      (node): TimedAct => ({ at: 40_000, act: "reload", node, config: withExchange(node) }),
    ),
    { at: 60_000, act: "heal" },
  ]),
  moves: planOf(14, [
    { at: 30_000, act: "script", node: "alice", word: "tail", temper: { tookMs: 2_000 } },
    { at: 30_000, act: "script", node: "alice", word: "head", temper: { tookMs: 4_000 } },
    ...nodes.map(
      (node): TimedAct => ({ at: 40_000, act: "reload", node, config: withMoved(node) }),
    ),
    { at: 60_000, act: "heal" },
  ]),
  /** Two that hold the same meet, and their files differ on whether its owner counts: for him it does. */
  quarrels: planOf(15, [
    ...nodes.map((node): TimedAct => {
      return { at: 10_000, act: "reload", node, config: withHomeAtOdds(node, "alice") };
    }),
    { at: 20_000, act: "cut", from: ["alice"], to: ["bob", "carol"] },
    { at: 40_000, act: "heal" },
    { at: 60_000, act: "heal" },
  ]),
  /** The same, but he is the one for whom it does not. */
  waivers: planOf(17, [
    ...nodes.map((node): TimedAct => {
      return { at: 10_000, act: "reload", node, config: withHomeAtOdds(node, "bob") };
    }),
    { at: 20_000, act: "cut", from: ["bob"], to: ["alice", "carol"] },
    { at: 40_000, act: "heal" },
  ]),
  /** A node returns in a run below the one before, and is cut off for a while. */
  echoes: planOf(16, [
    { at: 30_000, act: "crash", node: "alice" },
    { at: 30_000, act: "clock", node: "alice", stepMs: -32_400_000_000 },
    { at: 30_001, act: "lose", node: "alice", file: "generation", how: "lost" },
    { at: 40_000, act: "start", node: "alice" },
    { at: 60_000, act: "cut", from: ["alice"], to: ["bob", "carol"] },
    { at: 72_000, act: "heal" },
    { at: 90_000, act: "heal" },
  ]),
  /** A member is cut off for as long as anything may take, and comes back; another one leaves. */
  memberships: agreeing(
    planOf(18, [
      { at: 20_000, act: "cut", from: ["alice"], to: ["bob", "carol"] },
      { at: 150_000, act: "heal" },
      { at: 170_000, act: "leave", node: "bob" },
      { at: 190_000, act: "start", node: "bob" },
    ]),
  ),
} satisfies Readonly<Record<string, Plan>>;

export type StoryName = keyof typeof stories;
