// This node's own voice: stamps the header block, counts, and keeps what was said for those who missed
// it (heartbeat-wire 4, 7.2, 7.3).

import type { ClusterConfig } from "../../config/cluster.ts";
import { type Message, text, textOf } from "../../wire/message.ts";
import { netstringLength } from "../../wire/netstring.ts";
import { DATAGRAM_MAX, packetLength } from "../../wire/packet.ts";
import type { Boot } from "../boot.ts";
import { type Audience, classOf } from "../clients/audience.ts";
import { filter } from "../clients/filter.ts";
import { Flow } from "../clients/flow.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import { Complaint } from "./complaint.ts";
import { decimalOf, hexOf, isUnsequenced, stamped, uuidBytes } from "./header.ts";
import { History } from "./history.ts";
import type { Roster } from "./roster.ts";
import type { Turn } from "./turn.ts";

/** The version of hb's own additions to the protocol; its presence says that a node is hb. */
const HB_PROTOCOL = "1";

/** A client's message of so many bytes is measured: header and signatures take less than the rest of a datagram. */
const MEASURED_MIN = 64_000;

export class Sender {
  readonly #boot: Boot;
  readonly #uuid: Uint8Array;
  readonly #roster: Roster;
  readonly #audience: Audience;
  readonly #history: History;
  readonly #flow = new Flow();
  readonly #complaint = new Complaint();
  readonly #tooLong = new Complaint();
  #config: ClusterConfig;
  #bootUnixMs: number;
  #load = "n/a";

  constructor(
    config: ClusterConfig,
    boot: Boot,
    { roster, audience }: { readonly roster: Roster; readonly audience: Audience },
  ) {
    this.#config = config;
    this.#boot = boot;
    this.#uuid = uuidBytes(boot.uuid);
    this.#roster = roster;
    this.#audience = audience;
    this.#bootUnixMs = boot.bootUnixMs;
    this.#history = new History(config.timing.maxRexmitDelayMs);
  }

  /** Goes over to a new configuration. */
  adopt(config: ClusterConfig): void {
    this.#config = config;
    this.#history.delayMs = config.timing.maxRexmitDelayMs;
  }

  /** What time it is, for people, and how busy this host is. */
  clock(bootUnixMs: number, load: string): void {
    this.#bootUnixMs = bootUnixMs;
    this.#load = load;
  }

  unixSeconds(now: Instant): number {
    return Math.max(1, Math.floor((this.#bootUnixMs + now) / 1000));
  }

  /** Stamps the draft, remembers it unless its type starts with NS_, and sends it on every link. */
  send(draft: Message, now: Instant): Effect[] {
    const type = textOf(draft, "t") ?? "";
    const seq = isUnsequenced(type) ? undefined : this.#history.next();
    const message = this.#stamped(draft, seq, now);
    if (seq !== undefined) this.#history.keep(message);
    return [{ do: "send", message }, ...this.#loopedBack(message)];
  }

  /** The same for a local client, who must not say more than others can keep up with. */
  sendFor(letter: Message, now: Instant): Effect[] {
    if (this.#flow.isClosed) {
      this.#flow.keep(letter);
      return [];
    }
    const effects = this.#say(letter, now);
    if (this.#flow.isClosed) effects.push({ do: "flow", open: false });
    return effects;
  }

  /** Clients may go on when everybody has got what they said: first with what had to wait. */
  goOn(now: Instant): Effect[] {
    const flow = this.#flow;
    if (!flow.isClosed) return [];
    if (!flow.opens(this.#settled(), this.#config.timing.deadtimeMs, now)) return [];
    const effects: Effect[] = [];
    for (let kept = flow.next(); kept !== undefined; kept = flow.next()) {
      effects.push(...this.#say(kept, now));
      if (flow.isClosed) return effects;
    }
    effects.push({ do: "flow", open: true });
    return effects;
  }

  /** The heartbeat itself, and with it an echo request to every ping node. */
  status(word: string, now: Instant): Effect[] {
    const dt = Math.round(this.#config.timing.deadtimeMs).toString(16);
    const draft = text({ t: "status", st: word, dt, protocol: "1", hb: HB_PROTOCOL });
    return [...this.send(draft, now), { do: "ping", ts: this.unixSeconds(now) }];
  }

  /** Somebody misses messages of ours: send them again, or deny those that are gone. */
  retransmit(turn: Turn, asker: string, request: Message, now: Instant): void {
    const first = decimalOf(request, "firstseq") ?? 0;
    const last = decimalOf(request, "lastseq") ?? 0;
    const { resend, deny, complaint } = this.#history.answer(asker, first, last, now);
    for (const message of resend) turn.do([{ do: "send", message }]);
    for (const seq of deny) turn.do(this.#deny(asker, seq, now));
    if (complaint !== undefined) {
      this.#complain(turn, `${asker} asked for messages that do not exist: ${complaint}`, now);
    }
    if (deny.length > 0) {
      const numbers = deny.length === 1 ? `message ${deny[0]}` : `${deny.length} messages`;
      this.#complain(turn, `${asker} asked for ${numbers} no longer held here`, now);
    }
  }

  /** Somebody has received everything up to a number. */
  acknowledged(
    turn: Turn,
    { node, message }: { node: string; message: Message },
    now: Instant,
  ): void {
    const seq = hexOf(message, "ackseq");
    if (seq !== undefined && this.#history.acknowledged(node, seq)) {
      turn.do(this.goOn(now));
      return;
    }
    const number = textOf(message, "ackseq") ?? "";
    this.#complain(turn, `${node} acknowledged "${number}", which was never sent`, now);
  }

  /** A node restarted, died or was removed: what it acknowledged before counts no more. */
  forget(node: string): void {
    this.#history.forget(node);
  }

  /** Number of the newest message; 0 before the first. */
  get newest(): number {
    return this.#history.newest;
  }

  /** Whoever replays old questions must not fill the log with them. */
  #complain(turn: Turn, text: string, now: Instant): void {
    const line = this.#complaint.say(text, now);
    if (line !== undefined) turn.log("warn", "rexmit", line);
  }

  #deny(asker: string, seq: number, now: Instant): Effect[] {
    const firstseq = seq.toString(16);
    const info = "seqno too low";
    return this.send(text({ t: "NS_nak_rexmit", firstseq, dest: asker, info }), now);
  }

  #stamped(draft: Message, seq: number | undefined, now: Instant): Message {
    const dest = textOf(draft, "dest");
    const destUuid = dest === undefined ? undefined : this.#uuidOf(dest);
    return stamped(draft, {
      src: this.#config.self,
      uuid: this.#uuid,
      generation: this.#boot.generation,
      unixSeconds: this.unixSeconds(now),
      load: this.#load,
      ttl: this.#config.hopfudge + this.#roster.size,
      ...(seq === undefined ? {} : { seq }),
      ...(destUuid === undefined ? {} : { destUuid }),
    });
  }

  /** What this node says to all, or to itself, its own clients hear as those of the others do. */
  #loopedBack(message: Message): readonly Effect[] {
    const dest = textOf(message, "dest");
    if (dest !== undefined && dest !== this.#config.self) return [];
    const type = textOf(message, "t") ?? "";
    return this.#audience.given(message, type === "status" ? filter.noChange : classOf(type));
  }

  #say(letter: Message, now: Instant): Effect[] {
    const kept = this.#saidHere(letter, now);
    if (kept !== undefined) return kept;
    const effects = this.send(letter, now);
    this.#flow.sent(this.#history.newest, () => this.#settled(), now);
    return effects;
  }

  /** What no datagram carries is heard on this node alone, as with 3.0.6. Its copy has the number of the message that
   *  comes next, and takes none: the others would miss it, and ask for it in vain. Undefined for all that leaves. */
  #saidHere(letter: Message, now: Instant): Effect[] | undefined {
    if (netstringLength(letter) < MEASURED_MIN) return undefined;
    const message = this.#stamped(letter, this.#history.newest + 1, now);
    const { keyring, msgfmt } = this.#config;
    const length = packetLength(message, keyring, msgfmt);
    if (length <= DATAGRAM_MAX) return undefined;
    const why = `${length} bytes with header and signature, and a datagram carries ${DATAGRAM_MAX}`;
    const copies = this.#loopedBack(message);
    const who = copies.length > 0 ? "only programs of this node hear it" : "nobody hears it";
    const complaint = `A message of a local program is not sent: ${why}; ${who}; say it in parts`;
    const text = this.#tooLong.say(complaint, now);
    if (text === undefined) return [...copies];
    return [...copies, { do: "log", level: "error", topic: "client", text }];
  }

  /** Up to this number every active node has everything; where there is none, nobody is waited for. */
  #settled(): number {
    let least = this.#history.newest;
    for (const { name, kind, status } of this.#roster.peers()) {
      if (kind !== "normal" || status !== "active") continue;
      least = Math.min(least, this.#history.acknowledgedBy(name));
    }
    return least;
  }

  /** Undefined for whoever is no node. */
  #uuidOf(node: string): string | undefined {
    return node === this.#config.self ? this.#boot.uuid : this.#roster.peer(node)?.uuid;
  }
}
