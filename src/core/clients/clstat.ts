// That a client came or went, as its node tells the clients of its name everywhere (heartbeat-api.md 7).

import { type Message, text } from "../../wire/message.ts";

export interface Clstat {
  /** The client's name. */
  readonly id: string;
  /** Its node. */
  readonly src: string;
  /** Why. */
  readonly info: string;
  /** Of its registration. */
  readonly generation: number;
}

export function clstat(st: "join" | "leave", { id, src, info, generation }: Clstat): Message {
  const ids = { from_id: id, to_id: id };
  return text({ t: "hbapi-clstat", st, ...ids, src, info, client_gen: String(generation) });
}
