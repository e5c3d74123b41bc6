// Which messages stand for one another while they wait for a slow line: of two statuses of one node
// only the newer one is worth a place in the queue.

import { type Message, textOf } from "../../wire/message.ts";

export interface Slot {
  /** Messages with one key replace each other. */
  readonly key: string;
  /** Heartbeats pass everything else: what they say is their being on time. */
  readonly urgent: boolean;
  /** Run and number: of two messages in one slot the higher one counts. */
  readonly order: readonly [number, number];
}

/** The place of a message in the queue of a line. */
export function slotOf(message: Message): Slot {
  const of = (name: string) => textOf(message, name) ?? "";
  const hex = (name: string) => Number.parseInt(of(name), 16) || 0;
  const type = of("t");
  const order = [hex("hg"), hex("seq")] as const;
  switch (type) {
    case "status":
      return { key: `status ${of("src")} ${of("st")}`, urgent: true, order };
    case "hb_groups":
      return { key: `hb_groups ${of("src")}`, urgent: false, order };
    case "NS_ackmsg":
      return {
        key: `ack ${of("src")} ${of("dest")}`,
        urgent: false,
        order: [order[0], hex("ackseq")],
      };
  }
  // A question or an answer about a number, or a message with a number of its own.
  const about = type.startsWith("NS_") ? ["dest", "firstseq", "lastseq"] : ["seq"];
  const key = [type, of("src"), of("hg"), ...about.map(of)].join(" ");
  return { key, urgent: false, order };
}
