// What was said on a channel, as programs are told it: the fields, without what the cluster wrote on the envelope.

import { type Message, textOf } from "../../wire/message.ts";
import { textIn } from "../bytestring.ts";

export interface Heard {
  readonly event: "message";
  readonly channel: string;
  /** The node where it was said. */
  readonly from: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Written by the sender's node, and what names the two ends. */
export const envelope: ReadonlySet<string> = new Set(
  "t src srcuuid dest destuuid seq hg ts ld ttl auth from_id to_id client_gen oseq".split(" "),
);

/** Field names may repeat on the wire; the first one counts, as with every look-up. */
export function heardOf(message: Message, channel: string): Heard {
  const fields = new Map<string, string>();
  for (const field of message.fields) {
    if (field.type !== "string" || envelope.has(field.name) || fields.has(field.name)) continue;
    fields.set(field.name, textIn(field.value));
  }
  const from = textOf(message, "src") ?? "";
  return { event: "message", channel, from, fields: Object.fromEntries(fields) };
}
