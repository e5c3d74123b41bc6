// "That message is gone": what is sent in the place of one that a medium cannot carry, so that nobody asks
// for it again and again (heartbeat-wire 7.3).

import { type Field, type Message, textOf } from "./message.ts";

/** What a denial takes over from the message that it stands for. */
const header: readonly string[] = ["src", "srcuuid", "hg", "ts", "ttl"];

/** The denial of a message by its author; undefined when it has no number, so that nobody misses it. */
export function denial(message: Message): Message | undefined {
  const seq = textOf(message, "seq");
  if (seq === undefined) return undefined;
  const own: Field[] = [
    { name: "t", type: "string", value: "NS_nak_rexmit" },
    { name: "firstseq", type: "string", value: seq },
    { name: "info", type: "string", value: "seqno cannot be sent on this line" },
  ];
  return { fields: [...own, ...message.fields.filter(({ name }) => header.includes(name))] };
}
