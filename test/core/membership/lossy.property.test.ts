// Two nodes on a network that loses, copies and reorders: while both are alive, every message that one
// sends is delivered to the other exactly once, and nobody talks without end.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { at } from "../../../src/core/instant.ts";
import { text, textOf } from "../../../src/wire/message.ts";
import { type Actor, boot, config, Stage } from "./scene.ts";
import { dice, fateOf, timing, weather } from "./weather.ts";

function deliveredTo(actor: Actor): string[] {
  return actor.events.filter((event) => event.startsWith("message"));
}

describe("Membership on a lossy network", () => {
  test("delivers every message exactly once and asks for no more than it lost", () => {
    fc.assert(
      fc.property(weather, (bad) => {
        const stage = new Stage(fateOf(bad));
        const alice = stage.add(config("alice", { timing }), boot("alice"));
        const bob = stage.add(config("bob", { timing }), boot("bob"));
        stage.run(at(1000));
        expect(alice.membership.status).toBe("active");
        for (let i = 0; i < 60; i++) {
          stage.run(at(1000 + i * 300));
          for (const actor of [alice, bob]) {
            const draft = text({ t: `note${i}` });
            stage.carryOut(actor, { effects: actor.membership.send(draft, stage.now) });
          }
        }
        stage.run(at(25_000));
        const everything = Array.from({ length: 60 }, (_, i) => `note${i}`).sort();
        for (const [actor, other] of [
          [alice, "bob"],
          [bob, "alice"],
        ] as const) {
          const received = deliveredTo(actor).map((event) => event.replace(/.* /, ""));
          expect(received.sort()).toEqual(everything);
          expect(actor.logs.filter((line) => line.includes("Irretrievably"))).toEqual([]);
          expect(actor.events.filter((event) => event === `dead ${other}`)).toEqual([]);
          const types = actor.sent.map((message) => textOf(message, "t"));
          const asked = types.filter((type) => type === "NS_rexmit").length;
          const total = types.filter(
            (type) => type === "status" || type?.startsWith("note"),
          ).length;
          expect(asked).toBeLessThan(200);
          expect(total).toBeLessThan(400);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("is quiet in fair weather: statuses and one acknowledgement for ten messages", () => {
    const stage = new Stage(() => [0.3]);
    const alice = stage.add(config("alice"), boot("alice"));
    stage.add(config("bob"), boot("bob"));
    stage.run(at(10));
    const before = alice.sent.length;
    stage.run(at(100_010));
    const types = alice.sent.slice(before).map((message) => textOf(message, "t"));
    expect(types.filter((type) => type === "status")).toHaveLength(100);
    expect(types.filter((type) => type === "NS_ackmsg")).toHaveLength(10);
    expect(types).toHaveLength(110);
  });

  test("agrees again after a partition of any length, without asking for what was missed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 30_000 }), (cutMs) => {
        const isCut = (now: number) => now >= 2000 && now < 2000 + cutMs;
        const stage = new Stage((_from, _to, now) => (isCut(now) ? [] : [0.3]));
        const alice = stage.add(config("alice"), boot("alice"));
        const bob = stage.add(config("bob"), boot("bob"));
        stage.run(at(2000 + cutMs + 2000));
        for (const { events, membership } of [alice, bob]) {
          const deaths = events.filter((event) => event.startsWith("dead")).length;
          const returns = events.filter((event) => event.startsWith("returned")).length;
          expect(deaths).toBe(returns);
          expect(deaths).toBe(cutMs > 5100 ? 1 : deaths);
          expect(membership.members().map((member) => member.status)).toEqual(["active", "active"]);
        }
        const asked = [...alice.sent, ...bob.sent].filter(
          (message) => textOf(message, "t") === "NS_rexmit",
        );
        expect(asked.length).toBeLessThan(20);
      }),
      { numRuns: 15 },
    );
  });

  test("of five nodes is complete, and every node sees the same members", () => {
    const nodes = ["alice", "bob", "carol", "dave", "erin"];
    const roll = dice(42);
    const stage = new Stage((_from, _to, now) => (now > 50 && roll(100) < 20 ? [] : [roll(3)]));
    const actors = nodes.map((name) => stage.add(config(name, { nodes }), boot(name)));
    stage.run(at(60_000));
    for (const actor of actors) {
      expect(actor.membership.members().map((member) => member.status)).toEqual(
        nodes.map(() => "active"),
      );
      expect(actor.events.filter((event) => event.startsWith("dead"))).toEqual([]);
    }
  });
});
