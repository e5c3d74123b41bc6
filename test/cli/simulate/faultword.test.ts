// What the options of hb simulate mean, and what is said of those that mean nothing.

import { expect, test } from "bun:test";
import {
  type FaultOption,
  readFault,
  readScriptTime,
} from "../../../src/cli/simulate/faultword.ts";
import type { ScriptResource } from "../../../src/config/resource.ts";
import type { Fault } from "../../../src/sim/forecast/fault.ts";
import { option } from "../../../src/sim/forecast/faulttext.ts";

function scriptOf(word: string): ScriptResource {
  const [name = "", ...args] = word.split("::");
  return { kind: "script", word, style: "heartbeat", name, args };
}

const known = {
  nodes: ["alice", "bob", "carol"],
  links: ["eth0", "eth1", "/dev/ttyS0"],
  ways: ["eth0", "/dev/ttyS0"],
  scripts: ["httpd", "Filesystem::/dev/sdb1::/srv", "vm::one", "vm::two"].map(scriptOf),
};

test.each([
  ["kill", "alice@10s", { at: 10_000, kind: "kill", node: "alice" }],
  ["kill", "ALICE@10", { at: 10_000, kind: "kill", node: "alice" }],
  ["freeze", "bob@500ms", { at: 500, kind: "freeze", node: "bob" }],
  ["kill-pulse", "bob@2m", { at: 120_000, kind: "kill-pulse", node: "bob" }],
  ["standby", "alice@30s", { at: 30_000, kind: "standby", node: "alice", set: "all" }],
  ["takeover", "bob:foreign@30s", { at: 30_000, kind: "takeover", node: "bob", set: "foreign" }],
  ["cut", "eth0@20s", { at: 20_000, kind: "cut", link: "eth0" }],
  ["cut", "/dev/ttyS0@20s", { at: 20_000, kind: "cut", link: "/dev/ttyS0" }],
  ["cut", "alice:eth1@20s", { at: 20_000, kind: "unplug", node: "alice", link: "eth1" }],
  ["cut", "bob:/dev/ttyS0@1", { at: 1_000, kind: "unplug", node: "bob", link: "/dev/ttyS0" }],
  [
    "cut",
    "alice/bob,carol@20s",
    {
      at: 20_000,
      kind: "part",
      sides: [["alice"], ["bob", "carol"]],
      links: ["eth0", "/dev/ttyS0"],
    },
  ],
  [
    "cut",
    "alice/bob:eth0@20s",
    { at: 20_000, kind: "part", sides: [["alice"], ["bob"]], links: ["eth0"] },
  ],
  ["heal", "30s", { at: 30_000, kind: "heal" }],
  ["heal", "eth0@30s", { at: 30_000, kind: "heal", link: "eth0" }],
  ["loss", "20%@10s", { at: 10_000, kind: "loss", rate: 0.2 }],
  ["loss", "eth0:2.5%@10s", { at: 10_000, kind: "loss", rate: 0.025, link: "eth0" }],
  [
    "script",
    "httpd start-fails on bob@50s",
    { at: 50_000, kind: "script", nodes: ["bob"], word: "httpd", temper: { startFails: true } },
  ],
  [
    "script",
    "Filesystem stop-hangs",
    {
      at: 0,
      kind: "script",
      nodes: known.nodes,
      word: "Filesystem::/dev/sdb1::/srv",
      temper: { stopHangs: true },
    },
  ],
  [
    "script",
    "httpd takes 5s on alice,bob@9s",
    {
      at: 9_000,
      kind: "script",
      nodes: ["alice", "bob"],
      word: "httpd",
      temper: { tookMs: 5_000 },
    },
  ],
  ["script", "httpd works@9s", { at: 9_000, kind: "script", nodes: known.nodes, word: "httpd" }],
] satisfies [FaultOption, string, Fault][])("readFault(%s) understands %s", (name, text, fault) => {
  expect(readFault(name, text, known)).toEqual({ ok: true, fault });
  // What a search reports can be typed again.
  const [, typedName = "", typed = ""] = /^--(\S+) "?(.*?)"?$/.exec(option(fault, known)) ?? [];
  expect(readFault(typedName as FaultOption, typed, known)).toEqual({ ok: true, fault });
});

test.each([
  ["kill", "alice", '"alice" does not say when: write alice@10s'],
  ["kill", "alcie@10s", 'Unknown node "alcie": did you mean "alice"?'],
  ["kill", "x@10s", 'Unknown node "x": there is alice, bob, carol'],
  ["kill", "alice@soon", 'The moment must be a time: "soon" is none'],
  ["cut", "eth2@10s", 'Unknown link "eth2": did you mean "eth0"?'],
  ["cut", "alice:eth7@10s", 'Unknown link "eth7": did you mean "eth0"?'],
  ["cut", "alice/bob/carol@10s", '"alice/bob/carol" has more than two sides'],
  ["cut", "alice,bob/bob@10s", '"bob" stands on both sides'],
  ["standby", "alice:mine@10s", 'The groups must be "all" or "local" or "foreign": "mine" is not'],
  ["loss", "200%@10s", 'The loss must be a share from 0% to 100%: "200%" is none'],
  [
    "script",
    "httpd@10s",
    '"httpd@10s" does not say what happens: write "httpd start-fails on bob@20s"',
  ],
  ["script", "httpd explodes@10s", 'Unknown behaviour "explodes": there is start-fails'],
  ["script", "htpd start-fails@10s", 'Unknown script "htpd": did you mean "httpd"?'],
  ["script", "httpd start-fails bob@10s", "is not understood"],
  ["script", "vm start-fails@1", '"vm" stands for several scripts: write vm::one or vm::two'],
  ["script", "httpd takes@10s", 'The moment must be a time: "" is none'],
] satisfies [FaultOption, string, string][])("readFault(%s) refuses %s", (name, text, reason) => {
  const read = readFault(name, text, known);
  expect(read.ok ? "" : read.reason).toContain(reason);
});

test.each([
  ["2s", { ms: 2_000 }],
  ["httpd=10s", { word: "httpd", ms: 10_000 }],
  ["Filesystem=500ms", { word: "Filesystem::/dev/sdb1::/srv", ms: 500 }],
])("readScriptTime() understands %s", (text, value) => {
  expect(readScriptTime(text, known)).toEqual({ ok: true, value });
});

test("readScriptTime() names the script that was meant", () => {
  const read = readScriptTime("htpd=1s", known);
  expect(read.ok ? "" : read.reason).toBe('Unknown script "htpd": did you mean "httpd"?');
});
