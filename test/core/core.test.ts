// What the core itself answers to those who ask it.

import { describe, expect, test } from "bun:test";
import { Core } from "../../src/core/core.ts";
import { at } from "../../src/core/instant.ts";
import type { Message } from "../../src/wire/message.ts";
import { boot, config, from, status } from "./membership/scene.ts";

/** The answer to `hb node add carol` beside a bob that said this, if anything. */
function addCarol(...said: readonly Message[]): unknown {
  const core = new Core(config("alice"), boot("alice"), at(0));
  core.step({ on: "start" }, at(0));
  for (const message of said) core.step({ on: "message", link: "eth0", message }, at(10));
  const command = { name: "addnode", nodes: ["carol"] } as const;
  const effects = core.step({ on: "command", request: 7, command }, at(20));
  return effects.find((effect) => effect.do === "reply");
}

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
