// Who listens on this host: what local clients want to hear is handed to them, and nothing else is made ready.

import { bulletinType } from "../../wire/bulletin.ts";
import { type Message, textOf } from "../../wire/message.ts";
import { netstringText } from "../../wire/netstring.ts";
import type { Effect } from "../effect.ts";
import { type Filter, filter } from "./filter.ts";

/** The question whether a client is there: the desk answers it once, whoever listens, and no client hears it
 *  (heartbeat-api.md 5). */
const question = "query-cstatus";

const nothing: readonly Effect[] = [];

export class Audience {
  #wanted = 0;

  /** From now on: the union of the clients' filters; 0: nobody is there. */
  listen(wanted: number): void {
    this.#wanted = wanted;
  }

  get isThere(): boolean {
    return this.#wanted !== 0;
  }

  /** Hands them a message of this class. */
  given(message: Message, as: Filter): readonly Effect[] {
    const isWanted =
      textOf(message, "t") === question ? as === filter.normal : (this.#wanted & as) !== 0;
    if (!isWanted) return nothing;
    return [{ do: "deliver", body: netstringText(message), filter: as }];
  }
}

/** The class of a message that counts and is no status: what nodes say to keep each other's sequence, and what
 *  hb nodes say about groups with each keepalive, is of the protocol. So is a list of nodes to delete: clients
 *  are told of each of them that is gone. */
export function classOf(type: string): Filter {
  if (type.startsWith("NS_") || type === bulletinType || type === "delnode") return filter.protocol;
  return filter.normal;
}
