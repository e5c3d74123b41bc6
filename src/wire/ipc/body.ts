// A message as the body of a frame on a local socket: the text form with a NUL behind it, or the netstring
// form (heartbeat-api.md 3). Clients accept either at any time, and so do we.

import { bytesToText, textToBytes } from "../bytes.ts";
import { decodeClassic, encodeClassic } from "../classic.ts";
import type { Field, Message } from "../message.ts";
import { decodeNetstring, encodeNetstring } from "../netstring.ts";

/** In text (heartbeat-api.md 3.1). */
const standsForLf = "\x13";

/** The body that says this: in text, unless that would lose something. */
export function encodeBody(message: Message): Uint8Array {
  if (!message.fields.every(survivesText)) return encodeNetstring(message);
  return textToBytes(`${encodeClassic(message)}\0`);
}

/** What a body says; undefined when it is no message. The NUL may be missing. */
export function decodeBody(body: Uint8Array): Message | undefined {
  const text = bytesToText(body);
  if (!text.startsWith("###\n")) return decodeClassic(text);
  const decoded = decodeNetstring(text);
  return decoded !== undefined && isEnd(text.slice(decoded.end)) ? decoded.message : undefined;
}

/** A structure comes as netstrings, as from the libraries; the rest is where the text form has holes
 *  (classic.ts). */
function survivesText(field: Field): boolean {
  switch (field.type) {
    case "string":
      return !field.value.includes(standsForLf) && !field.value.includes("\r");
    case "list":
      return field.value.every((element) => !/[\n\r]/.test(element));
    case "binary":
      return true;
    case "struct":
    case "compressed":
    case "compress":
      return false;
  }
}

function isEnd(rest: string): boolean {
  return rest === "" || rest === "\0";
}
