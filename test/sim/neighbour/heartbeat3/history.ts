// What this node sent, for those who missed it (heartbeat-wire 7.2, 7.3).

import type { Message } from "../../../../src/wire/message.ts";
import type { Fields, Master } from "./master.ts";

const LENGTH = 500;
const AT_ONCE = 50;

export class History {
  readonly #master: Master;
  readonly #sent = new Map<number, Message>();
  readonly #againAt = new Map<number, number>();
  readonly #acked = new Map<string, number>();
  #newest = 0;

  constructor(master: Master) {
    this.#master = master;
  }

  keep(seq: number, message: Message): void {
    this.#newest = Math.max(this.#newest, seq);
    this.#sent.set(seq, message);
    const oldest = seq - LENGTH;
    this.#sent.delete(oldest);
    this.#againAt.delete(oldest);
  }

  acked(node: string, seq: number): void {
    if (seq <= this.#newest) this.#acked.set(node, seq);
  }

  /** A node that begins anew acknowledges from the beginning. */
  forget(node: string): void {
    this.#acked.delete(node);
  }

  /** Answers a request; gives the messages to send again. */
  again(node: string, first: number, last: number): Message[] {
    if (!(first > 0) || !(last >= first)) {
      this.#master.log("error", "Invalid rexmit seqnos");
      return [];
    }
    const found: Message[] = [];
    const until = Math.min(last, first + LENGTH);
    for (let seq = first; seq <= until && found.length < AT_ONCE; seq += 1) {
      const message = this.#one(node, seq);
      if (message !== undefined) found.push(message);
    }
    return found;
  }

  #one(node: string, seq: number): Message | undefined {
    const { config, now } = this.#master;
    if (seq <= (this.#acked.get(node) ?? 0)) return undefined;
    if (seq > this.#newest) {
      this.#master.log("warn", `Rexmit of seq ${seq} requested. ${this.#newest} is max.`);
      return undefined;
    }
    const message = this.#sent.get(seq);
    if (message === undefined) {
      const info = seq <= this.#newest - LENGTH ? "seqno too low" : "seqno not found";
      this.#master.say(nak(node, seq, info));
      return undefined;
    }
    if (now < (this.#againAt.get(seq) ?? 0)) return undefined;
    this.#againAt.set(seq, now + config.timing.maxRexmitDelayMs - 10);
    return message;
  }
}

function nak(dest: string, seq: number, info: string): Fields {
  return { t: "NS_nak_rexmit", firstseq: seq.toString(16), dest, info };
}
