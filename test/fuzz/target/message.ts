// Messages made out of bytes: what is encoded is decoded the same, in every form and with every key.

import { slotOf } from "../../../src/core/line/slot.ts";
import { readHeader } from "../../../src/core/membership/header.ts";
import { decodeBulletin, encodeBulletin } from "../../../src/core/native/bulletin.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import { compact, fitsLine } from "../../../src/wire/compact.ts";
import { denial } from "../../../src/wire/denial.ts";
import { isFieldName, NESTING_MAX } from "../../../src/wire/fieldtype.ts";
import type { Field, Message } from "../../../src/wire/message.ts";
import { open, seal, sealText } from "../../../src/wire/packet.ts";
import { Choices } from "./choice.ts";
import { keys, keysBy } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

const names = [
  "t",
  "src",
  "srcuuid",
  "seq",
  "hg",
  "ts",
  "ld",
  "ttl",
  "st",
  "n",
  "pings",
  "seen",
  "ask",
  "g",
  "info",
  "dest",
  "destuuid",
  "ackseq",
  "firstseq",
  "lastseq",
  "nodelist",
  "delnodelist",
] as const;

const values = [
  "",
  "status",
  "active",
  "hb_groups",
  "NS_ackmsg",
  "NS_rexmit",
  "NS_nak_rexmit",
  "1",
  "0",
  "ffffffff",
  "alice",
  "held 7 0 7 alice 10.0.0.10",
  "bob:1700000001:12 ",
  "starting",
  "leaving",
  "resource",
  "shutdown",
  "all",
] as const;

/** A message as these bytes say. */
export function messageOf(choices: Choices, depth = 0): Message {
  const fields: Field[] = [];
  const count = choices.below(12);
  for (let i = 0; i < count && choices.more; i++) fields.push(fieldOf(choices, depth));
  return { fields };
}

function fieldOf(choices: Choices, depth: number): Field {
  const name = nameOf(choices);
  switch (choices.below(depth < NESTING_MAX ? 8 : 5)) {
    case 0:
      return { name, type: "binary", value: choices.bytes(choices.below(40)) };
    case 1:
      return { name, type: "compressed", value: choices.bytes(choices.below(40)) };
    case 2:
      return { name, type: "list", value: listOf(choices) };
    case 5:
      return { name, type: "struct", value: messageOf(choices, depth + 1) };
    case 6:
      return { name, type: "compress", value: messageOf(choices, depth + 1) };
    default:
      return { name, type: "string", value: textOfField(choices) };
  }
}

function nameOf(choices: Choices): string {
  const which = choices.below(names.length + 4);
  const own = bytesToText(choices.bytes(which < names.length ? 0 : 1 + choices.below(6)));
  return names[which] ?? (isFieldName(own) && own !== "auth" ? own : "x");
}

function textOfField(choices: Choices): string {
  const which = choices.below(values.length * 2);
  if (values[which] !== undefined) return values[which];
  return bytesToText(choices.bytes(choices.below(60))).replaceAll("\0", "0");
}

function listOf(choices: Choices): string[] {
  const elements: string[] = [];
  const count = choices.below(6);
  for (let i = 0; i < count; i++) elements.push(bytesToText(choices.bytes(choices.below(12))));
  return elements;
}

export const message: Target = {
  name: "message",
  covers: "wire/packet seal(), sealText(), compact, denial, pulse slot",
  corpus: () => [1, 2, 3, 4, 5, 6, 7, 8, 11].map((seed) => pattern(seed)),
  tokens: [],
  bytesMax: 4_096,
  run(input) {
    const choices = new Choices(input);
    const by = keysBy(choices.byte());
    const made = messageOf(choices);
    for (const msgfmt of ["classic", "netstring"] as const) {
      const opened = open(seal(made, by, msgfmt), keys);
      mustEqual(opened, { ok: true, message: made }, `sealed as ${msgfmt} it is opened as it was`);
    }
    const fits = fitsLine(made);
    const text = open(sealText(made, by), keys);
    if (fits) mustEqual(text, { ok: true, message: made }, "sealed as text it is opened as it was");
    const short = compact(made);
    must(short.fields.length <= made.fields.length, "compact() adds nothing");
    const denied = denial(made);
    const slot = slotOf(made);
    must(slot.order.every(Number.isFinite), "the order in a slot is of numbers");
    return [fits, denied !== undefined, slot.urgent, typeof readHeader(made)].join(" ");
  },
};

/** Bytes with some order in them. */
function pattern(seed: number): Uint8Array {
  return Uint8Array.from({ length: 200 }, (_, at) => (at * seed * 7 + (at >> 3)) & 0xff);
}

export const bulletin: Target = {
  name: "bulletin",
  covers: "core/native/bulletin, core/membership/header",
  corpus: () => [
    new TextEncoder().encode(
      "n=17\nst=active\npings=2\nseen=bob:1:12 \nask=carol \ng=held 7 0 7 alice a b",
    ),
    new TextEncoder().encode("n=1\nst=starting\npings=0\ng=idle 0 1 3 bob x\ng=failed 0 0 0 a y"),
  ],
  tokens: [
    ...names.map((name) => `${name}=`),
    ...values,
    " ",
    ":",
    "\n",
    "held ",
    "unsure ",
    "000000",
  ],
  bytesMax: 65_536,
  run(input) {
    const fields = bytesToText(input)
      .split("\n")
      .map((line): Field => {
        const [name = "", ...rest] = line.split("=");
        return { name, type: "string", value: rest.join("=") };
      });
    const header = readHeader({ fields });
    const type = { name: "t", type: "string", value: "hb_groups" } as const;
    const read = decodeBulletin({ fields: [type, ...fields] });
    if (read === undefined) return `none ${typeof header === "string" ? header : "header"}`;
    mustEqual(decodeBulletin(encodeBulletin(read)), read, "a bulletin is read as it was written");
    return `${read.status} ${read.groups.size > 0} ${read.seen.size > 0} ${typeof header}`;
  },
};
