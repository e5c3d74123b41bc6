import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import { Senders } from "../../src/pulse/senders.ts";
import { text } from "../../src/wire/message.ts";

const from = Uint8Array.of(10, 0, 0, 2);
const noon = 1_800_000_000;

function status(ts: number, more: Readonly<Record<string, string>> = {}) {
  return text({ t: "status", src: "bob", ts: ts.toString(16), dt: "1388", ...more });
}

test("Senders.views() tells from where a node is heard, how long ago, and what it is set to", () => {
  const senders = new Senders(() => noon * 1_000);
  senders.heard({ link: "eth0", message: status(noon), from }, at(1_000));
  senders.heard({ link: "/dev/ttyS0", message: status(noon), from: undefined }, at(2_000));
  const bulletin = text({ t: "hb_groups", src: "bob", ts: noon.toString(16), conf: "1:aa" });
  senders.heard({ link: "/dev/ttyS0", message: bulletin, from: undefined }, at(2_000));
  expect(senders.views(at(2_500))).toEqual([
    {
      node: "bob",
      aheadS: 0,
      deadtimeMs: 5_000,
      digest: "1:aa",
      links: [
        { name: "eth0", from: "10.0.0.2", agoMs: 1_500 },
        { name: "/dev/ttyS0", agoMs: 500 },
      ],
    },
  ]);
});

test("Senders.views() takes the clock from the message that came quickest, and forgets old ones", () => {
  let now = noon;
  const senders = new Senders(() => now * 1_000);
  const hear = (ts: number, ms: number) => {
    senders.heard({ link: "eth0", message: status(ts), from }, at(ms));
    return senders.views(at(ms))[0]?.aheadS;
  };
  expect(hear(noon + 10, 0)).toBe(10);
  now = noon + 4;
  // Queued for three seconds, or said again: later than it was sent.
  expect(hear(noon + 11, 4_000)).toBe(10);
  // Its clock was set right.
  now = noon + 6;
  expect(hear(now, 6_000)).toBe(10);
  now = noon + 11;
  expect(hear(now, 11_000)).toBe(0);
});

test("Senders.heard() keeps no more than a cluster's nodes, and nothing of what tells no time", () => {
  const senders = new Senders(() => noon * 1_000);
  senders.heard({ link: "eth0", message: text({ t: "status", src: "bob" }), from }, at(0));
  senders.heard({ link: "eth0", message: status(noon, { ts: "soon" }), from }, at(0));
  expect(senders.views(at(0))).toEqual([]);
  for (let count = 0; count < 1_000; count += 1) {
    const message = status(noon, { src: `node${count}` });
    senders.heard({ link: "eth0", message, from }, at(0));
  }
  expect(senders.views(at(0)).length).toBe(100);
});
