// Messages that nobody has thought of: names, values and types by chance, within what the other side can
// take and its way can carry.

import type { Chance } from "../../../src/sim/chance.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import type { Field, Message } from "../../../src/wire/message.ts";

/** What a way cannot carry. */
export interface Manner {
  /** Bytes that strings must not have. */
  readonly lost: readonly number[];
  /** The same for elements of lists. */
  readonly lostInLists: readonly number[];
  readonly sevenBit: boolean;
  /** The longest value. */
  readonly longest: number;
  /** Nested messages, and binary and list fields. */
  readonly types: readonly Field["type"][];
}

const [NUL, LF, CR, STAR] = [0x00, 0x0a, 0x0d, 0x13];
/** What stands for LF in nested messages of the text form. */
const symbols = Array.from({ length: 17 }, (_, at) => 15 + at);

const all = ["string", "string", "string", "binary", "list", "struct"] as const;

/** Packets in the netstring form, read back by a client of the API in text form. */
export const byPacket: Manner = {
  lost: [NUL, CR, ...symbols],
  lostInLists: [NUL, LF, CR, ...symbols],
  sevenBit: false,
  longest: 6_000,
  types: all,
};

/** Frames of the API in netstring form: counted, so that nearly anything goes. The daemon itself has its
 *  messages as text in between, from which 0x13 comes back as LF. */
export const byFrame: Manner = {
  lost: [NUL, STAR],
  lostInLists: [NUL],
  sevenBit: false,
  longest: 6_000,
  types: all,
};

/** A serial line. */
export const byLine: Manner = {
  lost: [NUL, CR, ...symbols],
  lostInLists: [NUL, LF, CR, ...symbols],
  sevenBit: true,
  longest: 300,
  types: all,
};

/** Lines of the FIFO, which cuts long ones. */
export const byFifo: Manner = {
  lost: [NUL, LF, CR, STAR],
  lostInLists: [],
  sevenBit: false,
  longest: 200,
  types: ["string"],
};

const kinds = "diff probe chat X y0 hello.world a-b_c resourceful statuses".split(" ");
const own = new Set([
  "t",
  "n",
  "src",
  "dest",
  "auth",
  "seq",
  "hg",
  "ts",
  "ld",
  "ttl",
  "from_id",
  "to_id",
]);

/** The message number `n`: its type and that number come first. */
export function wording(chance: Chance, n: number, manner: Manner): Message {
  const head: Field[] = [
    { name: "t", type: "string", value: `hbdiff-${chance.pick(kinds)}` },
    { name: "n", type: "string", value: `${n}` },
  ];
  return { fields: [...head, ...fieldsOf(chance, manner, 0)] };
}

/** Names may repeat, but not that of a list: 3.0.6 joins two lists of one name, and refuses a list that is
 *  called like a field of another type (heartbeat-wire 2.1 and 15.2). */
function fieldsOf(chance: Chance, manner: Manner, depth: number): Field[] {
  const count = chance.below(depth === 0 ? 9 : 4);
  const fields: Field[] = [];
  for (let left = count; left > 0; left--) {
    const field = fieldOf(chance, manner, depth);
    const namesakes = fields.filter(({ name }) => name === field.name);
    if (![...namesakes, field].some(({ type }) => type === "list") || namesakes.length === 0) {
      fields.push(field);
    }
  }
  return fields;
}

function fieldOf(chance: Chance, manner: Manner, depth: number): Field {
  const name = nameOf(chance);
  const type = depth < 3 || chance.below(2) === 0 ? chance.pick(manner.types) : "string";
  switch (type) {
    case "binary":
      return { name, type, value: bytesOf(chance, lengthOf(chance, manner)) };
    case "list":
      return { name, type, value: listOf(chance, manner) };
    case "struct":
      return { name, type, value: { fields: fieldsOf(chance, manner, depth + 1) } };
    default:
      return { name, type: "string", value: stringOf(chance, manner, lengthOf(chance, manner)) };
  }
}

function nameOf(chance: Chance): string {
  const printable = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at));
  const letters = printable.filter((letter) => !"=(<>#%".includes(letter));
  const length = 1 + chance.below(chance.below(8) === 0 ? 60 : 10);
  const name = Array.from({ length }, () => chance.pick(letters)).join("");
  return own.has(name) ? `x${name}` : name;
}

function lengthOf(chance: Chance, { longest }: Manner): number {
  return chance.below(chance.below(20) === 0 ? longest : Math.min(longest, 60));
}

function bytesOf(chance: Chance, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => chance.below(256));
}

function stringOf(chance: Chance, { lost, sevenBit }: Manner, length: number): string {
  const plain = chance.below(2) === 0;
  const bytes = Uint8Array.from({ length }, () => {
    const byte = plain ? 0x20 + chance.below(95) : chance.below(sevenBit ? 128 : 256);
    return lost.includes(byte) ? 0x5f : byte;
  });
  return bytesToText(bytes);
}

/** Heartbeat 3.0.6 refuses a whole message for an empty element (heartbeat-wire 15.2). */
function listOf(chance: Chance, manner: Manner): string[] {
  const element = { ...manner, lost: manner.lostInLists };
  return Array.from({ length: 1 + chance.below(5) }, () =>
    stringOf(chance, element, 1 + chance.below(20)),
  );
}
