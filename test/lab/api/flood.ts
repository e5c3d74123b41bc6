// A client of the API that says as much as it can, or hears it: run inside a host of a lab, as root.
//
//   bun flood.ts say COUNT   says so many numbered messages, as fast as they are taken
//   bun flood.ts hear COUNT  hears so many
//
// Either prints how many came back or arrived, and whether in their order.

import { decodeBody, encodeBody } from "../../../src/wire/ipc/body.ts";
import { FrameReader, frame } from "../../../src/wire/ipc/frame.ts";
import { type Message, text, textOf } from "../../../src/wire/message.ts";

const [, , task, words] = process.argv;
const count = Number(words);
const reader = new FrameReader();
const heard: number[] = [];
let unsaid = Buffer.alloc(0);

const socket = await Bun.connect({
  unix: "/run/heartbeat/register",
  socket: {
    data: (_, bytes) => {
      for (const body of reader.push(bytes) ?? []) hear(decodeBody(body) ?? { fields: [] });
    },
    drain: flush,
    close: () => end(1),
  },
});
process.on("SIGTERM", () => end(1));
say({
  t: "hbapi-req",
  reqtype: "signon",
  pid: `${process.pid}`,
  from_id: "flood",
  uid: "0",
  gid: `${process.getegid?.()}`,
});

function say(...messages: readonly Readonly<Record<string, string>>[]): void {
  const frames = messages.map((fields) => frame(encodeBody(text(fields))));
  unsaid = Buffer.concat([unsaid, ...frames]);
  flush();
}

function flush(): void {
  const written = socket.write(unsaid);
  if (written > 0) unsaid = unsaid.subarray(written);
}

function hear(message: Message): void {
  if (textOf(message, "reqtype") === "signon") begin();
  if (textOf(message, "t") === "flood") heard.push(Number(textOf(message, "n")));
  if (heard.length === count) end(0);
}

function begin(): void {
  say({ t: "hbapi-req", reqtype: "set_sendqlen", from_id: "flood", sendqlen: "4000" });
  if (task !== "say") return;
  say(
    ...Array.from({ length: count }, (_, n) => ({ t: "flood", n: `${n}`, text: "x".repeat(99) })),
  );
}

function end(code: number): never {
  const inOrder = heard.every((each, index) => each === index);
  process.stdout.write(`${heard.length} ${inOrder ? "in order" : "in disorder"}\n`);
  process.exit(code);
}
