// A message to ha_logd: what the body of a frame on its socket holds (logd.md, "Wire").
//
// Said only, never answered. Text and name are byte strings: a program may write in any encoding, and the
// daemon writes its bytes down as they are.

import { bytesToText, textToBytes } from "../bytes.ts";
import { BODY_MAX } from "./frame.ts";

export interface LogLine {
  /** Code of a syslog facility (8 = user, 24 = daemon). The daemon has its own, and does not look at it. */
  readonly facility: number;
  /** 0 (emergency) to 7 (debug). */
  readonly priority: number;
  /** Whether the word of the priority stands before the text. */
  readonly saysPriority: boolean;
  readonly pid: number;
  /** The program's name, at most 63 bytes. */
  readonly entity: string;
  /** Unix time in seconds; 0: the moment in which it is written. */
  readonly atS: number;
  readonly text: string;
}

/** Of a message with text; ha_logd looks at no other number either. */
const TYPE = 2;
const ENTITY = { at: 24, size: 64 } as const;
const TIME = 88;
const HEAD = 96;
/** Longer text is cut: with its NUL it fits the longest body. */
export const TEXT_MAX = BODY_MAX - HEAD - 1;

/** The body that says it. */
export function encodeLogLine(line: LogLine): Uint8Array {
  const text = textToBytes(line.text.slice(0, TEXT_MAX));
  const bytes = new Uint8Array(HEAD + text.length + 1);
  const view = new DataView(bytes.buffer);
  const numbers = [TYPE, line.facility, line.priority, text.length + 1];
  for (const [index, value] of [...numbers, line.saysPriority ? 1 : 0, line.pid].entries()) {
    view.setInt32(index * 4, value, true);
  }
  bytes.set(textToBytes(line.entity.slice(0, ENTITY.size - 1)), ENTITY.at);
  view.setBigInt64(TIME, BigInt(Math.trunc(line.atS)), true);
  bytes.set(text, HEAD);
  return bytes;
}

/** What a body says; undefined when it ends before its text. Its length field is not looked at, as ha_logd does
 *  not: the text ends at its NUL or with the body. */
export function decodeLogLine(body: Uint8Array): LogLine | undefined {
  if (body.length < HEAD) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return {
    facility: view.getInt32(4, true),
    priority: view.getInt32(8, true) & 7,
    saysPriority: view.getInt32(16, true) !== 0,
    pid: view.getInt32(20, true),
    entity: stringIn(body.subarray(ENTITY.at, ENTITY.at + ENTITY.size)),
    atS: Number(view.getBigInt64(TIME, true)),
    text: stringIn(body.subarray(HEAD)),
  };
}

/** A C string: up to its NUL, or all of it. */
function stringIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return bytesToText(end === -1 ? bytes : bytes.subarray(0, end));
}
