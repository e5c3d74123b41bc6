// The line to the desk on a real pair of sockets: what travels together, and how much is heard in a turn.

import { afterEach, expect, test } from "bun:test";
import { close, receive, send, socketpair } from "../../ffi/socket.ts";
import type { FromDesk, FromPulse } from "../../src/core/channel.ts";
import { filter } from "../../src/core/clients/filter.ts";
import { FrameReader, frameBytesMax, frames } from "../../src/core/frame.ts";
import { at } from "../../src/core/instant.ts";
import { DeskLine } from "../../src/pulse/deskline.ts";
import { Watch } from "../../src/pulse/watch.ts";

const open: number[] = [];

afterEach(() => {
  for (const fd of open.splice(0)) close(fd);
});

function line(heard: (value: FromDesk) => void = () => {}) {
  const [desk, ours] = socketpair(true);
  open.push(desk, ours);
  const watch = new Watch();
  const reader = new FrameReader<FromPulse>();
  const buffer = new Uint8Array(frameBytesMax + 1);
  return {
    deskLine: new DeskLine(ours, watch, heard),
    tell(value: FromDesk) {
      for (const packet of frames(value)) send(desk, packet);
    },
    read(limit: number) {
      watch.wait(0);
      watch.read(limit);
    },
    /** What the desk has been told by now. */
    told(): FromPulse[] {
      const all: FromPulse[] = [];
      for (let got = receive(desk, buffer); got !== undefined; got = receive(desk, buffer)) {
        const value = reader.push(buffer.subarray(0, got));
        if (value !== undefined) all.push(value);
      }
      return all;
    },
  };
}

function delivery(body: string) {
  return { do: "deliver", body, filter: filter.normal } as const;
}

test("DeskLine.say() keeps what clients hear until the end of the turn, or until something else is said", () => {
  const { deskLine, told } = line();
  for (const body of ["a", "b"]) deskLine.say({ say: "effect", effect: delivery(body) });
  expect(told()).toEqual([]);
  deskLine.say({ say: "alive", at: at(7) });
  deskLine.say({ say: "effect", effect: delivery("c") });
  expect(told()).toEqual([
    { say: "effects", effects: [delivery("a"), delivery("b")] },
    { say: "alive", at: at(7) },
  ]);
  deskLine.settle();
  deskLine.settle();
  expect(told()).toEqual([{ say: "effects", effects: [delivery("c")] }]);
});

test("DeskLine.say() lets long messages for clients travel in values of bounded length", () => {
  const { deskLine, told } = line();
  const long = "x".repeat(100_000);
  const heard: FromPulse[] = [];
  for (let n = 0; n < 3; n++) {
    deskLine.say({ say: "effect", effect: delivery(`${n}`) });
    deskLine.say({ say: "effect", effect: delivery(long) });
    heard.push(...told());
  }
  const pairs = [0, 1, 2].map((n) => ({
    say: "effects",
    effects: [delivery(`${n}`), delivery(long)],
  }));
  expect(heard).toEqual(pairs as FromPulse[]);
});

test("DeskLine.finish() says what was kept", () => {
  const { deskLine, told } = line();
  deskLine.say({ say: "effect", effect: delivery("a") });
  deskLine.finish(0);
  expect(told()).toEqual([{ say: "effects", effects: [delivery("a")] }]);
});

test("DeskLine hears so much of clients in a turn that nobody else waits for it, and goes on in the next", () => {
  let heard = 0;
  const { tell, read } = line(
    (value) => (heard += value.say === "clients" ? value.bodies.length : 0),
  );
  for (let n = 0; n < 10; n++) tell({ say: "clients", bodies: Array<string>(16).fill("x") });
  read(256);
  expect(heard).toBe(16);
  for (let n = 0; n < 9; n++) read(256);
  expect(heard).toBe(160);
});

test("DeskLine hears one long message in a turn", () => {
  let heard = 0;
  const { tell, read } = line(() => (heard += 1));
  for (let n = 0; n < 2; n++) tell({ say: "clients", bodies: ["x".repeat(40_000)] });
  read(256);
  expect(heard).toBe(1);
  read(256);
  expect(heard).toBe(2);
});
