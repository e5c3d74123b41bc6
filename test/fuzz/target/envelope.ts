// Messages in both forms and their envelopes: what everybody on the network may send.

import { bytesToText, textToBytes } from "../../../src/wire/bytes.ts";
import { decodeClassic, encodeClassic } from "../../../src/wire/classic.ts";
import { fitsLine } from "../../../src/wire/compact.ts";
import type { Message } from "../../../src/wire/message.ts";
import { decodeNetstring, encodeNetstring } from "../../../src/wire/netstring.ts";
import { open, PACKET_MAX, seal, sealText } from "../../../src/wire/packet.ts";
import { sign } from "../../../src/wire/sign.ts";
import { capturedKeys, heartbeatPackets, keys, keysBy, latin1, serialStreams } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

export const messageTokens = [
  ...[
    "###\n",
    "%%%\n",
    ">>>\n",
    "\n<<<\n",
    "\n",
    "=",
    ",",
    ":",
    "\0",
    "\r",
    "\x13",
    "\x14",
    "\x15",
    "\x1f",
  ],
  ...["(0)", "(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "9:(0)t=test,", "5:(0)=,", "5:(0)a=,"],
  ...[
    "16:(2)s=###\n%%%\n,",
    "(2)s=>>>\x14<<<\x14",
    "(3)l=3:abc,",
    "11:(3)l=1:a,,",
    "(1)b=AAAA",
    "(4)z=QQ==",
  ],
  ...["auth=0 1", "auth", "2 ", "15 ", "0 ", "10:1 ffffffff,", "3:1 ,", "t=status", "src=alice"],
];

function kindOf(message: Message | undefined): string {
  if (message === undefined) return "none";
  const types = new Set(message.fields.map(({ type }) => type));
  return [...types].sort().join(" ");
}

const netstrings = () => [
  ...heartbeatPackets(),
  ...latin1("###\n%%%\n", "###\n16:(2)s=###\n%%%\n,%%%\n", "###\n11:(3)l=1:a,,6:(1)b=\0,%%%\n"),
];

export const netstring: Target = {
  name: "netstring",
  covers: "wire/netstring, fieldtype",
  corpus: netstrings,
  tokens: messageTokens,
  bytesMax: PACKET_MAX,
  run(input) {
    const text = bytesToText(input);
    const decoded = decodeNetstring(text);
    if (decoded === undefined) return "none";
    must(decoded.end <= text.length, "the end lies within the text");
    const again = encodeNetstring(decoded.message);
    must(again.length <= decoded.end, "encoding anew makes nothing longer");
    mustEqual(
      decodeNetstring(bytesToText(again)),
      { message: decoded.message, end: again.length },
      "what is decoded and encoded is decoded the same",
    );
    return kindOf(decoded.message);
  },
};

export const classic: Target = {
  name: "classic",
  covers: "wire/classic, compact",
  corpus: () => [
    ...serialStreams().flatMap((stream) => {
      const texts = bytesToText(stream).split("<<<\n");
      return texts.slice(0, 30).map((text) => textToBytes(`${text}<<<\n`));
    }),
    ...latin1(
      ">>>\n<<<\n",
      ">>>\n(2)s=>>>\x14t=x\x14<<<\x14\n<<<\n\0",
      ">>>\n(3)l=3:abc,1:\x13,\n<<<\n",
    ),
  ],
  tokens: messageTokens,
  bytesMax: PACKET_MAX,
  run(input) {
    const message = decodeClassic(bytesToText(input));
    if (message === undefined) return "none";
    const fits = fitsLine(message);
    const again = decodeClassic(encodeClassic(message));
    // Names that look like types are the one thing that the form confuses without a trace.
    if (fits) mustEqual(again, message, "what fits a line is read there as it was");
    return `${kindOf(message)} ${fits}`;
  },
};

export const packet: Target = {
  name: "packet",
  covers: "wire/packet open(), sign, digest",
  corpus: () => [
    ...heartbeatPackets(),
    ...[0, 1, 2, 3].flatMap((which) => [
      seal(sample, keysBy(which), "classic"),
      seal(sample, keysBy(which), "netstring"),
      sealText(sample, keysBy(which)),
    ]),
  ],
  tokens: messageTokens,
  bytesMax: PACKET_MAX + 1,
  run(input) {
    const opened = open(input, keys);
    const other = open(input, ring);
    if (other.ok) must(!opened.ok, "no packet is authentic with two sets of keys");
    if (!opened.ok) return `${opened.reason} ${other.ok ? "captured" : other.reason}`;
    const sealed = open(seal(opened.message, keys, "netstring"), keys);
    mustEqual(sealed, opened, "what was opened and sealed is opened the same");
    return `ok ${kindOf(opened.message)}`;
  },
};

const ring = capturedKeys();

const sample: Message = {
  fields: [
    { name: "t", type: "string", value: "status" },
    { name: "b", type: "binary", value: Uint8Array.of(0, 255) },
    { name: "l", type: "list", value: ["a", "bc"] },
  ],
};

/** The body alone mutates: behind it comes the right signature, so that every input is authentic. */
export const signed: Target = {
  name: "signed",
  covers: "wire/packet open() of authentic packets",
  corpus: () => netstrings().map((bytes) => Uint8Array.of(2, ...bytes)),
  tokens: messageTokens,
  bytesMax: PACKET_MAX - 100,
  run(input) {
    const by = keysBy(input[0] ?? 0);
    const body = input.subarray(1);
    const decoded = decodeNetstring(bytesToText(body));
    const signature = textToBytes(sign(body.subarray(0, decoded?.end), by));
    const end = decoded?.end ?? body.length;
    const auth = [...textToBytes(`${signature.length}:`), ...signature, 0x2c];
    const whole = Uint8Array.from([...body.subarray(0, end), ...auth]);
    const opened = open(whole, keys);
    must(opened.ok === (decoded !== undefined), "what can be decoded and is signed is authentic");
    if (!opened.ok) return opened.reason;
    const text = sealText(opened.message, by);
    const hasAuth = opened.message.fields.some(({ name }) => name === "auth");
    if (!hasAuth && fitsLine(opened.message)) {
      mustEqual(open(text, keys), opened, "text that fits a line is opened as it was sealed");
    } else open(text, keys);
    return kindOf(opened.message);
  },
};
