// Cables in rings, with chords and cuts: who hears what, and how many packets that costs.
//
// A made-up cluster of Rings joined by cables with delays of their own. Everything that travels is
// counted: the promise is a bound on packets, not that it looked quiet.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { at } from "../../src/core/instant.ts";
import { Ring } from "../../src/core/ring.ts";
import { type Message, text, textOf } from "../../src/wire/message.ts";

type Cable = readonly [number, number];

interface Flight {
  readonly atMs: number;
  readonly cable: number;
  readonly to: number;
  readonly message: Message;
}

class Cables {
  readonly rings: Ring[];
  readonly cables: readonly Cable[];
  readonly delayMs: (cable: number, from: number) => number;
  /** Ttl of every copy that a node heard, by the cable it came by. */
  readonly heard: Map<number, string[]>[];
  packets = 0;
  #flights: Flight[] = [];
  nowMs = 0;

  constructor(nodes: number, cables: readonly Cable[], delayMs: (cable: number) => number) {
    this.rings = Array.from({ length: nodes }, (_, node) => {
      return new Ring({ self: `n${node}`, maxRexmitDelayMs: 250 });
    });
    this.heard = this.rings.map(() => new Map());
    this.cables = cables;
    this.delayMs = delayMs;
  }

  /** The author sends it on all of its cables. */
  send(from: number, message: Message): void {
    for (const cable of this.#at(from)) this.#fly(cable, from, message);
  }

  /** Lets everything arrive that travels, until this time or until nothing does. */
  run(untilMs = Number.POSITIVE_INFINITY): void {
    while (this.#flights.length > 0) {
      this.#flights.sort((a, b) => a.atMs - b.atMs);
      const [next] = this.#flights;
      if (next === undefined || next.atMs > untilMs) return;
      this.#flights.shift();
      this.nowMs = next.atMs;
      this.#arrive(next);
      if (this.packets > 100_000) throw new Error("A storm");
    }
  }

  #arrive({ to, cable, message }: Flight): void {
    const heard = this.heard[to];
    heard?.set(cable, [...(heard.get(cable) ?? []), textOf(message, "ttl") ?? ""]);
    const cables = this.#at(to).map(String);
    const relay = this.rings[to]?.pass(message, { by: `${cable}`, cables }, at(this.nowMs));
    for (const name of relay?.to ?? []) this.#fly(Number(name), to, relay?.message ?? message);
  }

  #fly(cable: number, from: number, message: Message): void {
    const [a, b] = this.cables[cable] ?? [0, 0];
    this.packets += 1;
    const atMs = this.nowMs + this.delayMs(cable, from);
    this.#flights.push({ atMs, cable, to: from === a ? b : a, message });
  }

  #at(node: number): number[] {
    return this.cables.flatMap((ends, cable) => (ends.includes(node) ? [cable] : []));
  }
}

function status(from: number, nodes: number, seq = 1): Message {
  return text({ t: "status", src: `n${from}`, seq: `${seq}`, hg: "1", ttl: `${nodes + 1}` });
}

function ring(nodes: number): Cable[] {
  return Array.from({ length: nodes }, (_, node) => [node, (node + 1) % nodes] as const);
}

const shapes = [
  ["a ring of three", 3, ring(3)],
  ["a ring of three, one cable cut", 3, ring(3).slice(1)],
  ["a ring of five", 5, ring(5)],
  ["a ring of five, one cable cut", 5, ring(5).slice(1)],
  ["a ring of five with a chord", 5, [...ring(5), [0, 2]]],
  ["a ring of five with every chord", 5, [...ring(5), [0, 2], [1, 3], [2, 4], [3, 0], [4, 1]]],
] as const satisfies readonly (readonly [string, number, readonly Cable[]])[];

for (const [name, nodes, cables] of shapes) {
  test(`Ring.pass() brings a message to everybody in ${name}, at most twice over each cable`, () => {
    const delays = fc.array(fc.nat({ max: 2_000 }), {
      minLength: cables.length,
      maxLength: cables.length,
    });
    fc.assert(
      fc.property(delays, fc.nat({ max: nodes - 1 }), (delayMs, author) => {
        const world = new Cables(nodes, cables, (cable) => delayMs[cable] ?? 0);
        world.send(author, status(author, nodes));
        world.run();
        expect(world.packets).toBeLessThanOrEqual(2 * cables.length);
        for (const [node, heard] of world.heard.entries()) {
          if (node !== author) expect(heard.size).toBeGreaterThan(0);
          for (const copies of heard.values()) expect(copies.length).toBe(1);
        }
      }),
    );
  });

  test(`Ring.pass() never makes a storm in ${name}, whatever is sent again and how late it is`, () => {
    const delays = fc.array(fc.nat({ max: 3_000 }), {
      minLength: cables.length,
      maxLength: cables.length,
    });
    fc.assert(
      fc.property(
        delays,
        fc.array(fc.integer({ min: 240, max: 900 }), { maxLength: 6 }),
        (d, again) => {
          const world = new Cables(nodes, cables, (cable) => d[cable] ?? 0);
          const ttl = nodes + 1;
          world.send(0, status(0, nodes));
          for (const pauseMs of again) {
            world.run(world.nowMs + pauseMs);
            world.nowMs += pauseMs;
            world.send(0, status(0, nodes));
          }
          world.run();
          // Each sending may cost more when its copies are late, but never grows with its hops.
          expect(world.packets).toBeLessThanOrEqual((again.length + 1) * 2 * cables.length * ttl);
        },
      ),
    );
  });
}

test("Ring.pass() lets everybody hear everybody on every cable of a ring", () => {
  const world = new Cables(5, ring(5), () => 100);
  world.send(0, status(0, 5));
  world.run();
  expect(world.packets).toBe(10);
  for (const node of [1, 2, 3, 4]) expect(world.heard[node]?.size).toBe(2);
  // One hop less each time: clockwise over cables 0 to 4, and the other way round.
  expect(world.heard[2]?.get(1)).toEqual(["5"]);
  expect(world.heard[2]?.get(2)).toEqual(["4"]);
});

test("Ring.pass() passes on what is sent again, also after a cable was cut", () => {
  const nodes = 4;
  const world = new Cables(nodes, ring(nodes), () => 50);
  world.send(0, status(0, nodes));
  world.run();
  const before = world.packets;
  world.nowMs += 250;
  world.send(0, status(0, nodes));
  world.run();
  expect(world.packets).toBe(2 * before);

  const one = new Ring({ self: "me", maxRexmitDelayMs: 250 });
  const cables = ["a", "b"];
  const message = status(0, nodes);
  expect(one.pass(message, { by: "a", cables }, at(0))?.to).toEqual(["b"]);
  expect(one.pass(message, { by: "a", cables }, at(100))).toBeUndefined();
  expect(one.pass(message, { by: "b", cables }, at(110))?.to).toEqual(["a"]);
  expect(one.pass(message, { by: "b", cables }, at(300))?.to).toEqual(["a"]);
});

test("Ring.pass() takes a late copy of a longer way for no new sending, until that way may be the only one", () => {
  const one = new Ring({ self: "me", maxRexmitDelayMs: 250 });
  const cables = ["a", "b", "c"];
  const copy = (ttl: string) => text({ t: "status", src: "alice", seq: "1", hg: "1", ttl });
  expect(one.pass(copy("5"), { by: "a", cables }, at(0))?.to).toEqual(["b", "c"]);
  expect(one.pass(copy("3"), { by: "b", cables }, at(10))?.to).toEqual(["a"]);
  expect(one.pass(copy("3"), { by: "b", cables }, at(400))).toBeUndefined();
  expect(one.pass(copy("5"), { by: "a", cables }, at(500))?.to).toEqual(["b", "c"]);
  expect(one.pass(copy("2"), { by: "a", cables }, at(2_499))).toBeUndefined();
  expect(one.pass(copy("2"), { by: "a", cables }, at(2_500))?.to).toEqual(["b", "c"]);
});

test.each([
  ["its own", { src: "me", ttl: "4" }],
  ["a message without hops left", { src: "alice", ttl: "0" }],
  ["a message without ttl", { src: "alice" }],
  ["a message whose ttl is no number", { src: "alice", ttl: "-1" }],
  ["a message without an author", { ttl: "4" }],
])("Ring.pass() keeps %s to itself", (_, fields) => {
  const one = new Ring({ self: "me", maxRexmitDelayMs: 250 });
  const message = text({ t: "status", seq: "1", hg: "1", ...fields });
  expect(one.pass(message, { by: "a", cables: ["a", "b"] }, at(0))).toBeUndefined();
});

test("Ring.pass() tells messages without a number apart by what they say", () => {
  const one = new Ring({ self: "me", maxRexmitDelayMs: 250 });
  const ask = (firstseq: string, ttl = "3") =>
    text({ t: "NS_rexmit", dest: "bob", firstseq, src: "alice", ts: "6b00", ttl });
  const way = { by: "a", cables: ["a", "b"] };
  expect(one.pass(ask("7"), way, at(0))?.to).toEqual(["b"]);
  expect(one.pass(ask("8"), way, at(1))?.to).toEqual(["b"]);
  expect(one.pass(ask("7", "2"), way, at(2))).toBeUndefined();
});

test("Ring.pass() changes the ttl and nothing else", () => {
  const one = new Ring({ self: "me", maxRexmitDelayMs: 250 });
  const message = status(0, 3);
  const relay = one.pass(message, { by: "a", cables: ["a", "b", "c"] }, at(0));
  expect(relay?.to).toEqual(["b", "c"]);
  expect(relay?.message).toEqual(text({ t: "status", src: "n0", seq: "1", hg: "1", ttl: "3" }));
});
