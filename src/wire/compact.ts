// What a serial line carries of a message: the text form, without what nobody misses (heartbeat-wire
// 2.3, 14.5).

import { bulletinType } from "./bulletin.ts";
import { textToBytes } from "./bytes.ts";
import { decodeClassic, encodeClassic } from "./classic.ts";
import type { Field, Message } from "./message.ts";
import { textOf } from "./message.ts";
import { netstringText } from "./netstring.ts";

const NUL = 0;
const CR = 13;

/** From this speed on a line is not slow. */
const FAST_BAUD = 115_200;

/** What each keepalive brings again from a node that is a full member. */
const periodic: readonly (string | undefined)[] = ["status", bulletinType];

/** Of those: the load and the digest of the configuration, which nobody acts on, and the uuid, which all other
 *  messages tell. Heartbeat 3.0.6 accepts it so (heartbeat-wire 6). */
const spare: readonly string[] = ["ld", "srcuuid", "conf"];

/** True for a line on which a status is worth shortening. */
export function isSlow(baud: number): boolean {
  return baud < FAST_BAUD;
}

/** The message as a slow line carries it. */
export function compact(message: Message): Message {
  if (!periodic.includes(textOf(message, "t")) || textOf(message, "st") !== "active")
    return message;
  return { fields: message.fields.filter(({ name }) => !spare.includes(name)) };
}

/** True when a serial line can carry the message unchanged: seven bits, and nothing that the text form
 *  confuses (0x13 in a string, LF in a list, CR, a name that looks like a type). */
export function fitsLine(message: Message): boolean {
  if (message.fields.every(isPlain)) return true;
  const text = encodeClassic(message);
  const bytes = textToBytes(text);
  if (!bytes.every((byte) => byte < 0x80 && byte !== NUL && byte !== CR)) return false;
  const back = decodeClassic(text);
  return back !== undefined && netstringText(back) === netstringText(message);
}

/** The usual case: nothing in it could be misread. */
function isPlain({ name, type, value }: Field): boolean {
  if (name.startsWith("(") || !/^[ -<>-~]+$/.test(name)) return false;
  switch (type) {
    case "string":
      return /^[\n -~]*$/.test(value);
    case "list":
      return value.every((element) => /^[ -~]*$/.test(element));
    case "binary":
    case "compressed":
      return true;
    case "struct":
    case "compress":
      return false;
  }
}
