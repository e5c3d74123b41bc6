// Two models of Heartbeat 3 say to each other what two real ones said: the same messages, in the same order
// per node, in every conversation that was captured. test/golden/heartbeat/README.md tells how those were made.

import { describe, expect, test } from "bun:test";
import type { Act } from "../../../../src/sim/act.ts";
import { World } from "../../../../src/sim/world.ts";
import { captured, capturedConfig, isTalk, type Line, lineOf } from "./conversation.ts";
import { heartbeat3 } from "./heartbeat3.ts";

const GROUPS = ["alice IPaddr2::10.77.0.101/24/eth0", "bob IPaddr2::10.77.0.102/24/eth0"];

const NODES = ["alice", "bob"];
/** Seeds, and with them what chance decides. */
const FATES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/** What each node says. */
function parts(lines: readonly Line[]): Record<string, string[]> {
  const said: Record<string, string[]> = {};
  for (const { src, text } of lines) said[src] = [...(said[src] ?? []), text];
  return said;
}

interface Cast {
  readonly failback: "on" | "off" | "legacy";
  readonly groups?: readonly string[];
  readonly nodes?: readonly string[];
  /** Decides what is left to chance. */
  readonly seed?: number;
}

class Ensemble {
  readonly world: World;
  #said: Line[] = [];

  constructor({ failback, groups = GROUPS, nodes = NODES, seed = 1 }: Cast) {
    const hosts = nodes.map((self) => ({
      config: capturedConfig(self, failback, groups, nodes),
      breed: "heartbeat3" as const,
    }));
    this.world = new World({ seed, hosts }, { minds: { heartbeat3 } });
    this.world.watch((sight, nowMs) => {
      if (sight.saw === "sent") this.#said.push(lineOf(sight.message, nowMs));
    });
  }

  act(...acts: readonly Act[]): void {
    for (const act of acts) this.world.act(act);
  }

  advance(ms: number): void {
    this.world.advance(ms);
  }

  holders(word: string): string[] {
    return this.world.holders(word);
  }

  /** The conversation since the last call. */
  talk(): Record<string, string[]> {
    const said = this.#said;
    this.#said = [];
    return parts(said.filter(isTalk));
  }

  /** Starts the nodes in this order and lets them settle. */
  startAll(names: readonly string[] = NODES, betweenMs = 614): this {
    for (const name of names) {
      this.act({ act: "start", node: name });
      this.advance(betweenMs);
    }
    this.advance(16_000);
    return this;
  }

  /** The conversation of what somebody does, and of the time after it. */
  scene(act: () => void, ms = 15_000): Record<string, string[]> {
    this.talk();
    act();
    this.advance(ms);
    return this.talk();
  }
}

function talkOf(path: string): Record<string, string[]> {
  return parts(captured(path).filter(isTalk));
}

/** The parts without names: whose ten seconds are over first is chance. */
function nameless(talk: Record<string, string[]>): string[] {
  const plain = (lines: readonly string[]) =>
    lines
      .map((line) => line.replace(/alice|bob/g, "NODE").replace(/10\.77\.0\.10[12]/, "ADDRESS"))
      .filter((line) => !/reqnodes|repnodes/.test(line))
      .join("\n");
  return Object.values(talk).map(plain).sort();
}

describe("Heartbeat3 beside itself", () => {
  test.each([
    ["core-crc-bcast/01-startup", "on"],
    ["core-sha1-mcast/01-startup", "on"],
    ["core-md5-ucast/01-startup", "off"],
    ["clients-sha1-bcast/24-clients-startup", "on"],
    ["legacy-md5/legacy-startup", "legacy"],
  ] as const)("starts as in %s", (path, failback) => {
    const starts = FATES.map((seed) =>
      nameless(new Ensemble({ failback, seed }).startAll().talk()),
    );
    expect(starts).toContainEqual(nameless(talkOf(path)));
  });

  test.each(["core-crc-bcast", "core-sha1-mcast"])(
    "says all of %s, with auto_failback on",
    (directory) => {
      const duet = new Ensemble({ failback: "on" }).startAll();
      const scenes: [string, () => void][] = [
        [
          "03-standby-all",
          () => duet.act({ act: "command", node: "alice", command: "standby", set: "all" }),
        ],
        [
          "04-standby-foreign-by-peer",
          () => duet.act({ act: "command", node: "bob", command: "standby", set: "foreign" }),
        ],
        [
          "05-standby-local",
          () => duet.act({ act: "command", node: "bob", command: "standby", set: "local" }),
        ],
        [
          "06-takeover-local",
          () => duet.act({ act: "command", node: "bob", command: "takeover", set: "local" }),
        ],
        [
          "07-takeover-all",
          () => duet.act({ act: "command", node: "alice", command: "takeover", set: "all" }),
        ],
        ["08-shutdown", () => duet.act({ act: "leave", node: "bob" })],
        ["09-return", () => duet.act({ act: "start", node: "bob" })],
        ["10-death", () => duet.act({ act: "kill", node: "bob" })],
        ["11-rejoin", () => duet.act({ act: "start", node: "bob" })],
      ];
      for (const [scene, act] of scenes) {
        expect([scene, duet.scene(act)]).toEqual([scene, talkOf(`${directory}/${scene}`)]);
      }
    },
  );

  test("says all of core-md5-ucast, with auto_failback off", () => {
    const duet = new Ensemble({ failback: "off" }).startAll();
    duet.scene(() => duet.act({ act: "command", node: "alice", command: "standby", set: "all" }));
    const scenes: [string, () => void][] = [
      ["08-shutdown", () => duet.act({ act: "leave", node: "bob" })],
      ["09-return", () => duet.act({ act: "start", node: "bob" })],
      ["10-death", () => duet.act({ act: "kill", node: "bob" })],
      ["11-rejoin", () => duet.act({ act: "start", node: "bob" })],
    ];
    duet.act({ act: "command", node: "alice", command: "takeover", set: "all" });
    duet.advance(15_000);
    for (const [scene, act] of scenes) {
      expect([scene, duet.scene(act)]).toEqual([scene, talkOf(`core-md5-ucast/${scene}`)]);
    }
  });

  test("hands over at a leave and starts again inside deadtime as in handover-md5-bcast", () => {
    const duet = new Ensemble({ failback: "on" }).startAll();
    const leave = duet.scene(() => duet.act({ act: "leave", node: "bob" }));
    expect(leave).toEqual(talkOf("handover-md5-bcast/21-handover-shutdown"));
    const back = duet.scene(() => duet.act({ act: "start", node: "bob" }));
    expect(back).toEqual(talkOf("handover-md5-bcast/22-survivor-alone-death"));
    const quick = duet.scene(() => {
      duet.act({ act: "kill", node: "bob" });
      duet.advance(400);
      duet.act({ act: "start", node: "bob" });
    });
    expect(quick).toEqual(talkOf("handover-md5-bcast/23-quick-restart"));
  });

  test("moves groups as in legacy-md5, with auto_failback legacy", () => {
    const duet = new Ensemble({ failback: "legacy" }).startAll();
    const death = duet.scene(() => {
      duet.act({ act: "kill", node: "bob" });
      duet.advance(8_000);
      duet.act({ act: "start", node: "bob" });
    });
    expect(death).toEqual(talkOf("legacy-md5/legacy-death-rejoin"));
    const refused = duet.scene(() =>
      duet.act({ act: "command", node: "bob", command: "standby", set: "all" }),
    );
    expect(refused).toEqual(talkOf("legacy-md5/legacy-standby-ignored"));
    expect(duet.scene(() => duet.act({ act: "leave", node: "alice" }))).toEqual(
      talkOf("legacy-md5/legacy-shutdown"),
    );
  });

  test("restarts on both sides after a partition as in partition-crc-bcast", () => {
    const path = "partition-crc-bcast/15-split";
    // While it was cut, the capture heard one side only.
    const healed = parts(captured(path).filter((line) => isTalk(line) && line.atMs > 9_000));
    const splits = FATES.map((seed) => {
      const duet = new Ensemble({ failback: "on", seed }).startAll();
      duet.act({ act: "cut", from: ["alice"], to: ["bob"] });
      duet.advance(10_000);
      duet.act({ act: "heal" });
      return nameless(duet.scene(() => undefined, 40_000));
    });
    expect(splits).toContainEqual(nameless(healed));
  });

  test("gives nothing away when its own group fails to start, as in startfail-sha1", () => {
    const groups = ["alice IPaddr2::10.77.0.101/24/eth0 flaky"];
    const talks = FATES.map((seed) => {
      const duet = new Ensemble({ failback: "on", groups, seed });
      duet.act({ act: "script", node: "alice", word: "flaky", temper: { startFails: true } });
      duet.startAll(["bob", "alice"]);
      duet.advance(40_000);
      expect(duet.holders("IPaddr2::10.77.0.101/24/eth0")).toEqual([]);
      return nameless(duet.talk());
    });
    expect(talks).toContainEqual(nameless(talkOf("startfail-sha1/startfail")));
  });

  test("takes a dead node's address twice with three nodes, as in three-nodes-sha1", () => {
    const nodes = ["alice", "bob", "carol"];
    const groups = nodes.map((node, n) => `${node} IPaddr2::10.77.0.10${n + 1}/24/eth0`);
    const trio = new Ensemble({ failback: "on", nodes, groups }).startAll(nodes, 20);
    const death = trio.scene(() => trio.act({ act: "kill", node: "carol" }));
    expect(death).toEqual(talkOf("three-nodes-sha1/three-death"));
    expect(trio.holders("IPaddr2::10.77.0.103/24/eth0")).toEqual(["alice", "bob"]);
  });
});
