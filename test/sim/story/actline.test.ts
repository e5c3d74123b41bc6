import { expect, test } from "bun:test";
import type { Act } from "../../../src/sim/act.ts";
import { World } from "../../../src/sim/world.ts";
import { actsOf } from "./actline.ts";
import { openingOf } from "./opening.ts";

const { shape } = openingOf(["cluster alice bob", "group alice 10.0.0.10 httpd"]);
const world = new World(shape);
const node = "alice";

const lines: readonly (readonly [string, Act])[] = [
  ["start alice", { act: "start", node }],
  ["kill alice", { act: "kill", node }],
  ["crash alice", { act: "crash", node }],
  ["kill-desk alice", { act: "kill-desk", node }],
  ["kill-pulse alice", { act: "kill-pulse", node }],
  ["freeze alice", { act: "freeze", node }],
  ["thaw alice", { act: "thaw", node }],
  ["cut alice | bob", { act: "cut", from: ["alice"], to: ["bob"], oneWay: false }],
  [
    "cut alice > bob carol on ttyS0",
    { act: "cut", from: ["alice"], to: ["bob", "carol"], oneWay: true, link: "/dev/ttyS0" },
  ],
  ["heal", { act: "heal" }],
  ["heal eth1", { act: "heal", link: "eth1" }],
  [
    "weather loss 10% duplicate 5% corrupt 1% jitter 300ms on eth1",
    {
      act: "weather",
      weather: { loss: 0.1, duplicate: 0.05, corrupt: 0.01, jitterMs: 300 },
      link: "eth1",
    },
  ],
  ["replay alice 50 older 1m", { act: "replay", node, count: 50, agoMs: 60_000 }],
  ["clock alice -2h", { act: "clock", node, stepMs: -7_200_000 }],
  ["drift alice 200ppm", { act: "drift", node, ppm: 200 }],
  ["lose alice generation", { act: "lose", node, file: "generation", how: "lost" }],
  ["tear alice memory", { act: "lose", node, file: "memory", how: "torn" }],
  ["disk alice full", { act: "disk", node, full: true }],
  ["disk alice free", { act: "disk", node, full: false }],
  ["script alice httpd lies", { act: "script", node, word: "httpd", temper: { statusLies: true } }],
  [
    "script alice httpd takes 3s",
    { act: "script", node, word: "httpd", temper: { tookMs: 3_000 } },
  ],
  ["dies alice httpd", { act: "dies", node, word: "httpd" }],
  ["standby alice", { act: "command", node, command: "standby", set: "all" }],
  ["takeover alice local", { act: "command", node, command: "takeover", set: "local" }],
  ["leave alice", { act: "leave", node }],
  ["blind alice", { act: "blind", node }],
  ["see alice", { act: "see", node }],
  [
    "lost alice 10.0.0.10 for-good",
    { act: "address-lost", node, word: "10.0.0.10", forGood: true },
  ],
  ["rival alice 10.0.0.10", { act: "rival", node, word: "10.0.0.10" }],
  ["carrier alice eth0 lost", { act: "carrier", node, device: "eth0", up: false }],
];

test.each(lines)("actsOf() understands: %s", (line, act) => {
  expect(actsOf(line, world)).toEqual([act]);
});

test("actsOf() reads a change of files on top of what the node has", () => {
  const [act] = actsOf("reload alice key 2 sha256 new", world);
  expect(act).toMatchObject({ act: "reload", node: "alice" });
  const { keyring } = act?.act === "reload" ? act.config : { keyring: undefined };
  expect(keyring?.keys.map(({ number }) => number)).toEqual([1, 2]);
});

test("actsOf() does to several nodes what it does to one", () => {
  expect(actsOf("start alice bob", world)).toHaveLength(2);
});

test.each([
  "sing alice",
  "cut alice bob",
  "weather snow 3%",
  "script alice httpd sleeps",
  "lose alice shoes",
  "advance soon",
  "reload alice colour=red",
])("actsOf() refuses what nobody understands: %s", (line) => {
  expect(() => actsOf(line, world)).toThrow();
});
