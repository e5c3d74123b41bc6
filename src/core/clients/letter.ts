// What a local program wants to say to the cluster, as it comes to the core.
//
// Fields pass as they are, whatever they are called and however often; the header that they get is header.ts's
// business. What only the node itself may say is refused: a client's mistake must not make others misjudge it.

import { bulletinType } from "../../wire/bulletin.ts";
import { type Message, textOf } from "../../wire/message.ts";
import { decodeNetstring } from "../../wire/netstring.ts";
import { isUnsequenced } from "../membership/header.ts";

/** No longer than the frame in which it came (heartbeat-api.md 2), which its own clients' copy must fit as well. */
export const letterMax = 256 * 1024;

/** The message in a body; a string says why it does not leave. */
export function letterOf(body: string): Message | string {
  if (body.length > letterMax) return `${body.length} bytes, more than ${letterMax}`;
  const decoded = decodeNetstring(body);
  if (decoded === undefined || decoded.end !== body.length) return "not a message";
  const { message } = decoded;
  const type = textOf(message, "t");
  if (type === undefined || type === "") return "no type";
  if (type === "status" || type === bulletinType || isUnsequenced(type)) {
    return `only the node itself says "${type}"`;
  }
  // The envelope's own field: a second one would make the packet unreadable (wire/packet.ts).
  return { fields: message.fields.filter(({ name }) => name !== "auth") };
}
