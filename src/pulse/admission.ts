// Who may come in: bytes that arrived on a link become an authentic message, or a count of what they were.

import { addressText } from "../../ffi/layout.ts";
import type { Level } from "../core/effect.ts";
import type { PacketView } from "../core/snapshot.ts";
import type { Keyring } from "../wire/keyring.ts";
import type { Message } from "../wire/message.ts";
import { type Opened, open } from "../wire/packet.ts";
import { openRun } from "../wire/stream.ts";
import type { Heard } from "./media/carrier.ts";
import { Tally } from "./tally.ts";

/** A rejected packet is worth a line when it is the first, then each time ten times as many came. */
const NOTABLE = new Set([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]);

export type Log = (level: Level, text: string, topic: string) => void;

export class Admission {
  readonly #log: Log;
  readonly #tallies = new Map<string, Tally>();
  keyring: Keyring;

  constructor(keyring: Keyring, log: Log) {
    this.keyring = keyring;
    this.#log = log;
  }

  /** The counters of a link; made when they are new. */
  tally(link: string): Tally {
    const known = this.#tallies.get(link);
    if (known !== undefined) return known;
    const tally = new Tally(link);
    this.#tallies.set(link, tally);
    return tally;
  }

  views(): PacketView[] {
    return [...this.#tallies.values()].map((tally) => tally.view());
  }

  /** The message in a packet, counted; undefined when it is not authentic. */
  admit(link: string, heard: Heard): Message | undefined {
    const tally = this.tally(link);
    const result = this.#open(heard);
    if (result.ok) {
      tally.received += 1;
      return result.message;
    }
    const count = tally.reject(result.reason);
    if (NOTABLE.has(count)) {
      const from = heard.from === undefined ? "" : `from ${addressText(heard.from)} `;
      const text = `Rejected packet ${from}on ${link}: "${result.reason}", ${count} so far`;
      this.#log("warn", text, "rejected");
    }
    return undefined;
  }

  #open(heard: Heard): Opened {
    if (heard.run !== undefined) return openRun(heard.run, this.keyring);
    if (heard.packet === undefined) return { ok: false, reason: "too-large" };
    return open(heard.packet.slice(), this.keyring);
  }
}
