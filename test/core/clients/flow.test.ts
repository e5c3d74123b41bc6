// How much of what local clients say may be on its way at once.

import { describe, expect, test } from "bun:test";
import { flowMax } from "../../../src/core/clients/flow.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { text, textOf } from "../../../src/wire/message.ts";
import { netstringText } from "../../../src/wire/netstring.ts";
import { from, status } from "../membership/scene.ts";
import { echo, Listener } from "./listener.ts";

const body = netstringText(text({ t: "hello" }));

/** Alice beside these nodes, each of them active; her own number so far is 4. */
function among(...others: readonly string[]): Listener {
  const alice = new Listener({ nodes: ["alice", ...others] });
  for (const name of others) alice.hears(status(name, "active", { seq: 1 }), "eth0", 0);
  return alice;
}

/** Says so many; the number of the one after which the door was closed or opened, if it was. */
function say(alice: Listener, count: number): (readonly [number, boolean])[] {
  return [...Array(count).keys()].flatMap((n) =>
    alice.step({ on: "client", body }, 100).flatMap((effect) => {
      return effect.do === "flow" ? [[n + 1, effect.open] as const] : [];
    }),
  );
}

function acknowledges(alice: Listener, node: string, seq: number): boolean[] {
  const fields = { t: "NS_ackmsg", dest: "alice", ackseq: seq.toString(16) };
  const effects = alice.hears(from(node, fields), "eth0", 100);
  return effects.flatMap((effect) => (effect.do === "flow" ? [effect.open] : []));
}

/** The number of the last message that was said. */
function newest(alice: Listener): number {
  const [effect] = alice.step({ on: "client", body }, 100);
  const field =
    effect?.do === "send" ? effect.message.fields.find(({ name }) => name === "seq") : undefined;
  return field?.type === "string" ? Number.parseInt(field.value, 16) : 0;
}

describe("Core.step() lets clients speak", () => {
  test("until half of the history is not acknowledged, and again when half of that is", () => {
    const alice = among("bob");
    const before = newest(alice) - 1;
    expect(say(alice, flowMax - 1)).toEqual([]);
    expect(say(alice, 20)).toEqual([[1, false]]);
    // What came before the clients were told waits here.
    expect(alice.step({ on: "client", body }, 100)).toEqual([]);
    expect(acknowledges(alice, "bob", before + 20)).toEqual([]);
    expect(acknowledges(alice, "bob", before + flowMax / 2)).toEqual([]);
    expect(acknowledges(alice, "bob", before + flowMax / 2 + 1)).toEqual([true]);
    expect(newest(alice)).toBe(before + flowMax + 22);
    expect(alice.flow).toEqual([false, true]);
  });

  test("and sends what waited in its order, never more than may be on its way", () => {
    const alice = among("bob");
    const before = newest(alice);
    const left: string[] = [];
    const note = (effects: readonly Effect[]) => {
      for (const effect of effects) {
        const n = effect.do === "send" ? textOf(effect.message, "n") : undefined;
        if (n !== undefined) left.push(n);
      }
    };
    const words = [...Array(700).keys()].map(String);
    for (const n of words) {
      note(alice.step({ on: "client", body: netstringText(text({ t: "hello", n })) }, 100));
    }
    expect(left).toHaveLength(flowMax);
    for (let acked = before; left.length < words.length; acked += 10) {
      const fields = { t: "NS_ackmsg", dest: "alice", ackseq: acked.toString(16) };
      note(alice.hears(from("bob", fields), "eth0", 100));
      expect(left.length - (acked - before)).toBeLessThanOrEqual(flowMax + 1);
    }
    expect(left).toEqual(words);
  });

  test("as long as the slowest acknowledges", () => {
    const alice = among("bob", "carol");
    const before = newest(alice) - 1;
    for (let said = 1; said < 1_000; said += 100) {
      expect(say(alice, 100)).toEqual([]);
      expect(acknowledges(alice, "bob", before + said + 90)).toEqual([]);
      expect(acknowledges(alice, "carol", before + said + 80)).toEqual([]);
    }
    expect(say(alice, 200)).toEqual([]);
    expect(acknowledges(alice, "bob", before + 1_200)).toEqual([]);
    expect(say(alice, 100)).toEqual([[31, false]]);
  });

  test("as they like where no other node is active", () => {
    expect(say(new Listener({ nodes: ["alice"] }), 1_000)).toEqual([]);
    const alice = new Listener({ nodes: ["alice", "bob"] });
    alice.hears(status("bob", "up", { seq: 1 }));
    expect(say(alice, 1_000)).toEqual([]);
  });

  test("again when who did not acknowledge is dead", () => {
    const alice = among("bob", "carol");
    alice.hears(status("bob", "active", { seq: 2, dt: 2_000 }), "eth0", 0);
    alice.hears(echo, "router", 0);
    const nodelist = "alice bob carol ";
    const list = { t: "repnodes", dest: "alice", nodelist, delnodelist: " " };
    alice.hears(from("carol", list, { seq: 2 }), "eth0", 0);
    expect(say(alice, flowMax + 1)).toEqual([[flowMax + 1, false]]);
    expect(acknowledges(alice, "carol", flowMax)).toEqual([]);
    alice.wait(1_999);
    expect(alice.flow).toEqual([false]);
    alice.wait(2_000);
    expect(alice.flow).toEqual([false, true]);
  });

  test("again after a deadtime, where somebody lives and never acknowledges", () => {
    const alice = among("bob");
    expect(say(alice, flowMax + 1)).toEqual([[flowMax + 1, false]]);
    for (let n = 1; n <= 6; n += 1) {
      alice.hears(status("bob", "active", { seq: 1 + n }), "eth0", n * 1_000);
      alice.wait(n * 1_000);
      expect(alice.flow).toEqual(n < 6 ? [false] : [false, true]);
    }
  });
});
