// What the core itself answers to those who ask it.

import { describe, expect, test } from "bun:test";
import { Core } from "../../src/core/core.ts";
import type { Input } from "../../src/core/input.ts";
import { at } from "../../src/core/instant.ts";
import { type Message, textOf } from "../../src/wire/message.ts";
import { boot, config, from, status } from "./membership/scene.ts";

const pulse = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };

/** The answer to `hb node add carol` beside a bob that said this, if anything. */
function addCarol(...said: readonly Message[]): unknown {
  const core = new Core(config("alice"), boot("alice"), at(0));
  core.step({ on: "start" }, at(0));
  for (const message of said) core.step({ on: "message", link: "eth0", message }, at(10));
  const command = { name: "addnode", nodes: ["carol"] } as const;
  const effects = core.step({ on: "command", request: 7, command }, at(20));
  return effects.find((effect) => effect.do === "reply");
}

describe("Core.step() with a beat", () => {
  test("sends the heartbeat that is due, once, and judges nobody", () => {
    const core = new Core(config("alice"), boot("alice"), at(0));
    core.step({ on: "start" }, at(0));
    core.step({ on: "message", link: "eth0", message: status("bob", "active", { seq: 1 }) }, at(1));
    const { keepaliveMs } = config("alice").timing;
    const beats = (ms: number) =>
      core
        .step({ on: "beat" }, at(ms))
        .map((effect) => (effect.do === "send" ? textOf(effect.message, "t") : effect.do));
    // The last one left when bob was heard.
    expect(beats(keepaliveMs)).toEqual([]);
    expect(beats(keepaliveMs + 1)).toEqual(["status", "ping"]);
    expect(beats(keepaliveMs + 1)).toEqual([]);
    // Long after bob's last sign of life.
    expect(beats(1_000 * keepaliveMs)).toEqual(["status", "ping"]);
    expect(core.deadline()).toBeLessThan(1_000 * keepaliveMs);
  });
});

describe("Core.step() with addnode", () => {
  test("warns beside a Heartbeat 3 node, which knows groups of two nodes alone", () => {
    expect(addCarol(status("bob", "up", { seq: 1 }))).toEqual({
      do: "reply",
      request: 7,
      ok: true,
      text:
        "Done, but groups have no common protocol with more than two nodes while a Heartbeat 3 " +
        "node is among them: run hb on bob as well, or remove a node",
    });
  });

  test("warns of nothing beside an hb node, or one that was never heard", () => {
    const fields = { t: "status", st: "up", dt: "1388", protocol: "1", hb: "1" };
    const done = { do: "reply", request: 7, ok: true, text: "Done" };
    expect(addCarol(from("bob", fields, { seq: 1 }))).toEqual(done);
    expect(addCarol()).toEqual(done);
  });
});

/** An address held by a node that is alone: its core, and when its last status left. */
function holder(): { core: Core; beatAt: number } {
  const address = {
    kind: "address",
    word: "10.0.0.10",
    agent: "IPaddr",
    family: 4,
    address: "10.0.0.10",
  } as const;
  const groups = [{ key: "10.0.0.10", owner: "alice", resources: [address] }];
  const alone = { ...config("alice"), nodes: ["alice"], managesResources: true, groups };
  const core = new Core(alone, boot("alice"), at(0));
  let beatAt = 0;
  const step = (input: Input, ms: number): void => {
    for (const effect of core.step(input, at(ms))) {
      if (effect.do === "send" && textOf(effect.message, "t") === "status") beatAt = ms;
      if (effect.do !== "hold") continue;
      step({ on: "result", job: effect.job, ok: true, text: "", tookMs: 1 }, ms);
    }
  };
  step({ on: "start" }, 0);
  for (let turn = 0; turn < 40; turn += 1) step({ on: "alarm" }, core.deadline() ?? beatAt);
  expect(core.snapshot(at(beatAt), pulse).groups).toMatchObject([{ state: "held" }]);
  return { core, beatAt };
}

describe("Core.step() with overslept", () => {
  const { deadtimeMs } = config("alice").timing;

  test.each([
    ["goes on", "shorter than the deadtime", deadtimeMs - 100, []],
    ["suspends its addresses", "as long as the deadtime", deadtimeMs, ["suspend"]],
  ] as const)(
    "%s when its peers' silence was %s, however long it slept",
    (_, __, silentMs, done) => {
      const { core, beatAt } = holder();
      // Frozen a moment before the next status was due.
      const slept = { on: "overslept", ms: silentMs - 900 } as const;
      const effects = core.step(slept, at(beatAt + silentMs));
      expect(effects.map((effect) => effect.do).filter((what) => what === "suspend")).toEqual([
        ...done,
      ]);
    },
  );
});
