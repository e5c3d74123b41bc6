// The header block of a message: who sent it, as which number of which run, when (heartbeat-wire 4, 6).

import { bulletinType } from "../../wire/bulletin.ts";
import { bytesToHex, hexToBytes } from "../../wire/bytes.ts";
import { bytesOf, type Field, type Message, textOf } from "../../wire/message.ts";

/** The uuid of a node not heard yet. */
export const NULL_UUID = "0".repeat(32);

/** Longest node name (heartbeat-wire 2.5). */
const NAME_MAX = 99;

export interface Header {
  readonly type: string;
  readonly src: string;
  /** 32 hex digits; undefined when the message has none. */
  readonly uuid: string | undefined;
  /** 0 for types that have none (NS_…). */
  readonly seq: number;
  /** undefined when the message has none. */
  readonly generation: number | undefined;
}

/** True for types outside the sequence: acknowledgements and the like. */
export function isUnsequenced(type: string): boolean {
  return type.startsWith("NS_");
}

/** True for what an hb node says about its groups (native/bulletin.ts). */
export function isReport(type: string): boolean {
  return type === bulletinType;
}

/** Reads the header; a string says what is wrong with it. */
export function readHeader(message: Message): Header | string {
  const type = textOf(message, "t");
  const src = textOf(message, "src");
  if (type === undefined || type === "") return "no type";
  if (src === undefined || src === "" || src.length > NAME_MAX) return "no sender";
  if (!hexOf(message, "ts")) return "no time";
  const seq = isUnsequenced(type) ? 0 : hexOf(message, "seq");
  if (seq === undefined || (seq === 0 && !isUnsequenced(type))) return "no sequence number";
  const uuid = bytesOf(message, "srcuuid");
  return {
    type,
    src,
    uuid: uuid?.length === 16 ? bytesToHex(uuid) : undefined,
    seq,
    generation: hexOf(message, "hg"),
  };
}

/** The value of a hex field; undefined when it is missing or not a number. */
export function hexOf(message: Message, name: string): number | undefined {
  const digits = textOf(message, name);
  if (digits === undefined || !/^[0-9a-fA-F]{1,13}$/.test(digits)) return undefined;
  return Number.parseInt(digits, 16);
}

/** The value of a decimal field; undefined when it is missing or not a number. */
export function decimalOf(message: Message, name: string): number | undefined {
  const digits = textOf(message, name);
  if (digits === undefined || !/^[0-9]{1,15}$/.test(digits)) return undefined;
  return Number(digits);
}

/** What a node stamps on its own messages. */
export interface Stamp {
  readonly src: string;
  readonly uuid: Uint8Array;
  readonly generation: number;
  readonly unixSeconds: number;
  readonly load: string;
  readonly ttl: number;
  /** Absent for types outside the sequence. */
  readonly seq?: number;
  /** Absent for messages to all and to nobody; NULL_UUID for a node not heard yet. */
  readonly destUuid?: string;
}

/** The draft with the header block behind its own fields, in the order of heartbeat-wire 4. A field of the header
 *  that it has already is overwritten where it stands (heartbeat-api.md 6). */
export function stamped(draft: Message, stamp: Stamp): Message {
  const fields: Field[] = [...draft.fields];
  for (const field of headerOf(stamp)) {
    const place = draft.fields.findIndex(({ name }) => name === field.name);
    if (place < 0) fields.push(field);
    else fields[place] = field;
  }
  return { fields };
}

function headerOf(stamp: Stamp): Field[] {
  const fields: Field[] = [];
  if (stamp.destUuid !== undefined) fields.push(uuidField("destuuid", uuidBytes(stamp.destUuid)));
  fields.push(textField("src", stamp.src), uuidField("srcuuid", stamp.uuid));
  if (stamp.seq !== undefined) fields.push(textField("seq", stamp.seq.toString(16)));
  fields.push(textField("hg", stamp.generation.toString(16)));
  fields.push(textField("ts", stamp.unixSeconds.toString(16)));
  if (stamp.seq !== undefined) fields.push(textField("ld", stamp.load));
  fields.push(textField("ttl", String(stamp.ttl)));
  return fields;
}

function textField(name: string, value: string): Field {
  return { name, type: "string", value };
}

function uuidField(name: string, value: Uint8Array): Field {
  return { name, type: "binary", value };
}

/** A uuid of 32 hex digits as messages carry it. */
export function uuidBytes(hex: string): Uint8Array {
  return hexToBytes(hex) ?? new Uint8Array(16);
}
