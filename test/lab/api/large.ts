// A client of the API that says long messages, one after the other, or hears them: run inside a host of a lab, as root.
//
//   bun large.ts say WORD...   says one message for each word SIZE, or SIZE@NODE for that node alone, then a short one
//   bun large.ts hear          hears
//
// SIZE is the whole body in its text form, as it lies in the frame. Each prints what came, by its word, "last" for the short one, and
// ends with that: who says hears itself. Texts are such as no compression makes shorter by much.

import { decodeBody, encodeBody } from "../../../src/wire/ipc/body.ts";
import { FrameReader, frame } from "../../../src/wire/ipc/frame.ts";
import { text, textOf } from "../../../src/wire/message.ts";

const [, , task, ...words] = process.argv;
const reader = new FrameReader();
let unsaid = Buffer.alloc(0);

const socket = await Bun.connect({
  unix: "/run/heartbeat/register",
  socket: {
    data: (_, bytes) => {
      for (const body of reader.push(bytes) ?? []) hear(body);
    },
    drain: flush,
    close: () => end("gone"),
  },
});
const { pid } = process;
const gid = `${process.getegid?.()}`;
say(of({ t: "hbapi-req", reqtype: "signon", pid: `${pid}`, from_id: "large", uid: "0", gid }));

function of(fields: Readonly<Record<string, string>>): Uint8Array {
  return encodeBody(text(fields));
}

function say(...bodies: readonly Uint8Array[]): void {
  unsaid = Buffer.concat([unsaid, ...bodies.map(frame)]);
  flush();
}

function flush(): void {
  const written = socket.write(unsaid);
  if (written > 0) unsaid = unsaid.subarray(written);
}

function hear(body: Uint8Array): void {
  const message = decodeBody(body) ?? { fields: [] };
  if (textOf(message, "reqtype") === "signon") begin();
  if (textOf(message, "t") !== "large") return;
  const word = textOf(message, "word") ?? "";
  process.stdout.write(`${word}\n`);
  if (word === "last") end();
}

function begin(): void {
  if (task !== "say") process.stdout.write("ready\n");
  else say(...words.map(letter), of({ t: "large", word: "last" }));
}

function letter(word: string): Uint8Array {
  const [size = "", dest] = word.split("@");
  const fields = { t: "large", word, ...(dest !== undefined && { dest }) };
  const bare = of({ ...fields, text: "" }).length;
  const noise = crypto.getRandomValues(Buffer.alloc(65_536)).toString("base64");
  return of({ ...fields, text: noise.repeat(4).slice(0, Number(size) - bare) });
}

function end(word = ""): never {
  process.stdout.write(word);
  process.exit(word === "" ? 0 : 1);
}
