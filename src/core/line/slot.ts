// Which messages stand for one another while they wait for a slow line: of two statuses of one node
// only the newer one is worth a place in the queue.

import { bulletinType } from "../../wire/bulletin.ts";
import { type Message, textOf } from "../../wire/message.ts";

export interface Slot {
  /** Messages with one key replace each other. */
  readonly key: string;
  /** Heartbeats may pass the rest: what they say is their being on time. */
  readonly urgent: boolean;
  /** Run and number: of two messages in one slot the higher one counts. */
  readonly order: readonly [number, number];
  /** Whose numbers these are; undefined for types without one (NS_…), which only repair what was lost. */
  readonly src?: string;
}

/** The place of a message in the queue of a line. */
export function slotOf(message: Message): Slot {
  const of = (name: string) => textOf(message, name) ?? "";
  const hex = (name: string) => Number.parseInt(of(name), 16) || 0;
  const type = of("t");
  const src = of("src");
  const order = [hex("hg"), hex("seq")] as const;
  if (type === "NS_ackmsg") {
    const key = `ack ${src} ${of("dest")}`;
    return { key, urgent: false, order: [order[0], hex("ackseq")] };
  }
  if (textOf(message, "seq") === undefined) {
    // A question or an answer about a number.
    const about = ["hg", "dest", "firstseq", "lastseq"].map(of);
    return { key: [type, src, ...about].join(" "), urgent: false, order };
  }
  switch (type) {
    case "status":
      return { key: `status ${src} ${of("st")}`, urgent: true, order, src };
    case bulletinType:
      return { key: `${type} ${src}`, urgent: false, order, src };
    default:
      return { key: `${src} ${of("hg")} ${of("seq")}`, urgent: false, order, src };
  }
}
