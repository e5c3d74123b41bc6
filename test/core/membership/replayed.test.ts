// An attacker on the wire who has recorded everything and plays it again: no event, no sign of life,
// and no more answers than an honest peer could cause.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { at, type Instant } from "../../../src/core/instant.ts";
import type { Message } from "../../../src/wire/message.ts";
import { text } from "../../../src/wire/message.ts";
import { type Actor, boot, config, logs, news, Stage, sent } from "./scene.ts";

/** Alice after a minute with bob, who restarted once; all that was ever sent, and the time. */
function recorded(): { alice: Actor; tape: Message[]; now: Instant } {
  let seed = 7;
  const stage = new Stage((_from, _to, now) => {
    if (now > 65_000) return [0.3];
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % 10 === 0 ? [] : [0.3];
  });
  const alice = stage.add(config("alice"), boot("alice"));
  const bob = stage.add(config("bob"), boot("bob"));
  stage.run(at(20_000));
  stage.carryOut(bob, { effects: bob.membership.send(text({ t: "resource" }), stage.now) });
  bob.alive = false;
  stage.run(at(22_000));
  const again = stage.add(config("bob"), boot("bob", { generation: 1001 }));
  stage.run(at(60_000));
  for (let i = 0; i < 600; i++) {
    stage.carryOut(again, { effects: again.membership.send(text({ t: `n${i}` }), stage.now) });
    stage.carryOut(alice, { effects: alice.membership.send(text({ t: `n${i}` }), stage.now) });
    stage.run(at(60_000 + i * 10));
  }
  again.alive = false;
  stage.run(at(67_000));
  return { alice, tape: [...bob.sent, ...again.sent, ...alice.sent], now: stage.now };
}

test("Membership.heard() of a recorded cluster changes nothing, alive or dead", () => {
  const { alice, tape, now } = recorded();
  const { membership } = alice;
  const before = membership.members();
  expect(before.map((member) => member.status)).toEqual(["active", "active"]);
  let answers = 0;
  let lines = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 100, maxLength: 300 }), (picks) => {
      for (const pick of picks) {
        const message = tape[pick % tape.length];
        if (message === undefined) continue;
        const { effects, events } = membership.heard("eth0", message, now);
        expect(news(events)).toEqual([]);
        answers += sent(effects).length;
        lines += logs(effects).length;
      }
      expect(membership.members()).toEqual(before);
    }),
    { numRuns: 50, endOnFailure: true },
  );
  // Each of at most 500 messages held is sent once more at most, and each other number denied once.
  expect(answers).toBeLessThan(1500);
  expect(lines).toBeLessThan(10);

  const dead = membership.expire(at(now + 5000));
  expect(news(dead.events)).toContain("dead bob");
  for (const message of tape) {
    expect(membership.heard("eth0", message, at(now + 6000)).events).toEqual([]);
  }
  expect(membership.members().map((member) => member.status)).toEqual(["active", "dead"]);
});
