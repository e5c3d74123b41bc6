// A node that is none: it does the least by which Heartbeat 3.0.6 takes it for a member (heartbeat-wire
// 10.3), and says with hb's own encoder whatever the test wants.

import { hexOf, stamped, uuidBytes } from "../../../src/core/membership/header.ts";
import { splitNames } from "../../../src/core/membership/nodelist.ts";
import type { Keyring } from "../../../src/wire/keyring.ts";
import { type Message, text, textOf } from "../../../src/wire/message.ts";
import type { Opened } from "../../../src/wire/packet.ts";

/** How messages become bytes, and come back. */
export interface Form {
  readonly keyring: Keyring;
  encode(message: Message): Uint8Array;
  decode(bytes: Uint8Array): Opened;
}

const self = "alice";
const other = "bob";
const keepaliveMs = 300;
/** As many as a real node keeps (heartbeat-wire 7.2). */
const historyMax = 500;
const ackEvery = 10;

export class Foreigner {
  readonly #form: Form;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #heard: (message: Message) => void;
  readonly #generation = Math.floor(Date.now() / 1_000);
  readonly #history = new Map<number, Uint8Array>();
  readonly #missing = new Set<number>();
  readonly #timer: Timer;
  #seq = 0;
  #lastHeard: number | undefined;
  #acknowledged = 0;
  #status = "up";
  /** Packets that the form did not take for authentic. */
  readonly rejected: string[] = [];

  /** `heard`: each message of the other node that is not about membership, once. */
  constructor(form: Form, send: (bytes: Uint8Array) => void, heard: (message: Message) => void) {
    this.#form = form;
    this.#send = send;
    this.#heard = heard;
    this.#timer = setInterval(() => this.#beat(), keepaliveMs);
    this.#beat();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Says it with the header of this node; gives the message as it left. */
  say(draft: Message): Message {
    const isSequenced = !textOf(draft, "t")?.startsWith("NS_");
    if (isSequenced) this.#seq++;
    const message = stamped(draft, {
      src: self,
      uuid: uuidBytes("a1".repeat(16)),
      generation: this.#generation,
      unixSeconds: Math.floor(Date.now() / 1_000),
      load: "0.10 0.20 0.30 1/100 1000",
      ttl: 3,
      ...(isSequenced ? { seq: this.#seq } : {}),
    });
    const bytes = this.#form.encode(message);
    if (isSequenced) this.#history.set(this.#seq, bytes);
    this.#history.delete(this.#seq - historyMax);
    this.#send(bytes);
    return message;
  }

  /** Takes in a packet from the medium. */
  hear(bytes: Uint8Array): void {
    const opened = this.#form.decode(bytes);
    if (!opened.ok) {
      this.rejected.push(`${opened.reason}: ${Buffer.from(bytes).toString("latin1")}`);
      return;
    }
    const { message } = opened;
    if (textOf(message, "src") !== other) return;
    const type = textOf(message, "t") ?? "";
    if (type === "NS_rexmit" && textOf(message, "dest") === self) this.#repeat(message);
    if (type.startsWith("NS_") || !this.#isNew(hexOf(message, "seq") ?? 0)) return;
    this.#answer(type, message);
    this.#heard(message);
  }

  #beat(): void {
    this.say(text({ t: "status", st: this.#status, dt: "2710", protocol: "1" }));
    for (const seq of this.#missing) this.#ask(seq);
  }

  #answer(type: string, message: Message): void {
    if (type === "reqnodes" && textOf(message, "dest") === self) {
      this.say(
        text({ dest: other, t: "repnodes", nodelist: `${self} ${other} `, delnodelist: " " }),
      );
    }
    if (type === "repnodes" && splitNames(textOf(message, "nodelist") ?? "").includes(self)) {
      this.#status = "active";
    }
    if (type === "status" && textOf(message, "st") === "active") this.#status = "active";
    if (type === "starting") {
      this.say(text({ t: "resource", rsc_hold: "none", rtype: "full", isstable: "1" }));
    }
  }

  /** Takes note of a number; false when it was heard before. */
  #isNew(seq: number): boolean {
    const last = this.#lastHeard;
    if (last !== undefined && seq <= last && !this.#missing.delete(seq)) return false;
    if (last === undefined || seq > last) {
      for (let lost = (last ?? seq - 1) + 1; lost < seq; lost++) {
        this.#missing.add(lost);
        this.#ask(lost);
      }
      this.#lastHeard = seq;
    }
    this.#acknowledge();
    return true;
  }

  /** Every tenth number, and what lies before a gap as soon as the gap is closed. */
  #acknowledge(): void {
    const level = Math.floor((this.#lastHeard ?? 0) / ackEvery) * ackEvery;
    if (this.#missing.size > 0 || level <= this.#acknowledged) return;
    this.#acknowledged = level;
    this.say(text({ t: "NS_ackmsg", dest: other, ackseq: level.toString(16) }));
  }

  #ask(seq: number): void {
    this.say(text({ t: "NS_rexmit", dest: other, firstseq: `${seq}`, lastseq: `${seq}` }));
  }

  #repeat(message: Message): void {
    const [first, last] = ["firstseq", "lastseq"].map((name) => Number(textOf(message, name)));
    for (let seq = first ?? 1; seq <= (last ?? 0); seq++) {
      const bytes = this.#history.get(seq);
      if (bytes !== undefined) this.#send(bytes);
    }
  }
}
