// A message in its envelope: signed bytes out, authentic messages in (heartbeat-wire 2.4, 3).
//
// The envelope owns the `auth` field: seal() appends it, open() takes it off again. What the fields mean,
// and whether src, t, ts and seq are there, is membership's business.

import { bytesToText, textToBytes } from "./bytes.ts";
import { decodeClassic, encodeLines, linesLength } from "./classic.ts";
import type { Keyring } from "./keyring.ts";
import type { Field, Message } from "./message.ts";
import { decodeNetstring, encodeNetstring, netstringLength, readLength } from "./netstring.ts";
import { sign, signatureLength, type Verdict, verify } from "./sign.ts";

/** Longest packet on any medium (heartbeat-wire 2.5). */
export const PACKET_MAX = 256 * 1024;

/** Longest packet that UDP over IPv4 carries (heartbeat-wire 2.5). */
export const DATAGRAM_MAX = 65_507;

/** Why bytes are not an authentic message. Counters are kept by these words. */
export type RejectReason =
  | "empty"
  | "too-large"
  | "syntax"
  | "unsigned"
  | "unknown-key"
  | "signature";

export type Opened =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly reason: RejectReason };

/** The netstring packet for a message: what UDP and ICMP carry. */
export function seal(
  message: Message,
  keyring: Keyring,
  msgfmt: "classic" | "netstring",
): Uint8Array {
  const inner = msgfmt === "classic" && isPlain(message);
  const body = encodeNetstring(inner ? withAuth(message, keyring) : message);
  const signature = sign(body, keyring);
  const auth = textToBytes(`${signature.length}:${signature},`);
  const packet = new Uint8Array(body.length + auth.length);
  packet.set(body);
  packet.set(auth, body.length);
  return packet;
}

/** How long the netstring packet is, mostly without making it. */
export function packetLength(
  message: Message,
  keyring: Keyring,
  msgfmt: "classic" | "netstring",
): number {
  const signature = signatureLength(keyring);
  if (signature === undefined) return seal(message, keyring, msgfmt).length;
  const counted = (length: number) => `${length}:,`.length + length;
  const inner = msgfmt === "classic" && isPlain(message);
  const auth = inner ? counted("(0)auth=".length + signature) : 0;
  return netstringLength(message) + auth + counted(signature);
}

/** The text packet for a message: what a serial line carries. */
export function sealText(message: Message, keyring: Keyring): Uint8Array {
  const lines = encodeLines(message.fields);
  const auth = sign(textToBytes(lines), keyring);
  return textToBytes(`>>>\n${lines}auth=${auth}\n<<<\n`);
}

/** How long the text packet is, mostly without making it. */
export function textLength(message: Message, keyring: Keyring): number {
  const { fields } = message;
  const auth = signatureLength(keyring) ?? sign(textToBytes(encodeLines(fields)), keyring).length;
  return ">>>\nauth=\n<<<\n".length + linesLength(fields) + auth;
}

/** Reads and verifies a packet of either form. Total: no bytes make it throw. */
export function open(bytes: Uint8Array, keyring: Keyring): Opened {
  if (bytes.length < 2) return rejected("empty");
  if (bytes.length > PACKET_MAX) return rejected("too-large");
  return bytes[0] === 0x3e ? openText(bytes, keyring) : openNetstring(bytes, keyring);
}

function openNetstring(bytes: Uint8Array, keyring: Keyring): Opened {
  const text = bytesToText(bytes);
  const decoded = decodeNetstring(text);
  if (decoded === undefined) return rejected("syntax");
  const { message, end } = decoded;
  if (end === text.length) return rejected("unsigned");
  const auth = readLength(text, end);
  if (auth === undefined || text.slice(auth.end) !== ",") return rejected("syntax");
  const signature = text.slice(auth.start, auth.end);
  return judged(verify(bytes.subarray(0, end), signature, keyring), message.fields);
}

function openText(bytes: Uint8Array, keyring: Keyring): Opened {
  const message = decodeClassic(bytesToText(bytes));
  if (message === undefined) return rejected("syntax");
  const auth = message.fields.filter((field) => field.name === "auth");
  const [first] = auth;
  if (first === undefined) return rejected("unsigned");
  if (auth.length > 1 || first.type !== "string") return rejected("syntax");
  const signed = message.fields.filter((field) => field.name !== "auth");
  return judged(verify(textToBytes(encodeLines(signed)), first.value, keyring), signed);
}

function judged(verdict: Verdict, fields: readonly Field[]): Opened {
  if (verdict !== "good") return rejected(verdict);
  const last = fields.at(-1);
  const inner = last?.name === "auth" && last.type === "string";
  return { ok: true, message: { fields: inner ? fields.slice(0, -1) : fields } };
}

function rejected(reason: RejectReason): Opened {
  return { ok: false, reason };
}

/** Messages that nest others have no inner signature (heartbeat-wire 2.4). */
function isPlain(message: Message): boolean {
  return message.fields.every(
    ({ type }) => type !== "struct" && type !== "compressed" && type !== "compress",
  );
}

function withAuth(message: Message, keyring: Keyring): Message {
  const value = sign(textToBytes(encodeLines(message.fields)), keyring);
  return { fields: [...message.fields, { name: "auth", type: "string", value }] };
}
