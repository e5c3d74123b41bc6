// One connection of the API: a stranger, until it has signed on; then a client with a name, or a casual one
// with its pid (heartbeat-api.md 4, 5).
//
//   stranger ── signs on ──▶ joining ── the cluster heard of it ──▶ member ── signs off, dies … ──▶ gone
//                            (a casual one is a member at once)
//
// It knows its own conversation. Who else is here is the roster's business.

import { clstat } from "../../core/clients/clstat.ts";
import { filter } from "../../core/clients/filter.ts";
import { decodeBody, encodeBody } from "../../wire/ipc/body.ts";
import { BODY_MAX } from "../../wire/ipc/frame.ts";
import { type Message, textOf, withText } from "../../wire/message.ts";
import type { Connection, Visitor } from "../ipc/connection.ts";
import { type Answer, messagesOf } from "./answer.ts";
import type { Asker } from "./request.ts";
import { isSignOn, type Member } from "./signon.ts";

/** What a client needs of its connection. */
export type Line = Pick<
  Connection,
  "peer" | "send" | "pause" | "resume" | "end" | "sendAway" | "queued" | "queueMax"
>;

/** Where a client is: who decides what it may, and speaks to the cluster. */
export interface House {
  /** Judges a sign-on, answers it or has it wait for the cluster. */
  signOn(client: Client, request: Message): void;
  answer(request: Message, asker: Asker): Answer;
  /** It wants another class of messages than before. */
  tuned(): void;
  /** A named client says something that is no request: to the cluster, or to this node itself. */
  hear(client: Client, message: Message): void;
  /** It must not, or cannot, be served any longer. */
  dismiss(client: Client, why: string): void;
  /** Its connection is over. */
  left(client: Client, why: string): void;
}

export class Client implements Visitor, Asker {
  readonly line: Line;
  readonly #house: House;
  #member: Member | undefined;
  #isJoining = false;
  #isGone = false;
  #filter: number = filter.normal;
  signal: number | undefined;
  /** Of its registration; orders what it says for its namesakes. */
  generation = 0;
  /** Looks that found it a stranger. */
  looks = 0;

  constructor(line: Line, house: House) {
    this.line = line;
    this.#house = house;
  }

  /** Its name, or its pid; empty while it is a stranger. */
  get id(): string {
    return this.#member?.id ?? "";
  }

  get isCasual(): boolean {
    return this.#member?.isCasual ?? false;
  }

  get isStranger(): boolean {
    return this.#member === undefined;
  }

  /** The cluster is told of it, and its sign-on is not answered yet. */
  get isJoining(): boolean {
    return this.#isJoining;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get pid(): number {
    return this.#member?.process.pid ?? this.line.peer.pid;
  }

  get filter(): number {
    return this.#filter;
  }

  set filter(wanted: number) {
    this.#filter = wanted;
    this.#house.tuned();
  }

  get queueMax(): number {
    return this.line.queueMax;
  }

  set queueMax(frames: number) {
    this.line.queueMax = frames;
  }

  /** Root and the user of the agent may. */
  get mayOverhear(): boolean {
    const { uid } = this.line.peer;
    return uid === 0 || uid === process.geteuid?.();
  }

  get isAlive(): boolean {
    return this.#member?.process.signal(0) ?? true;
  }

  admit(member: Member): void {
    this.#member = member;
    this.#isJoining = !member.isCasual;
  }

  /** Its name is known in the cluster. */
  joined(): void {
    this.#isJoining = false;
  }

  /** True when it is to hear a message of this class that is for everybody. */
  wants(bit: number): boolean {
    return !this.#isJoining && (this.#filter & bit) !== 0;
  }

  /** Sends frames, and its signal behind them. One that is too long would make it abort. */
  say(...bodies: readonly Uint8Array[]): void {
    if (this.#isGone || bodies.length === 0) return;
    if (bodies.some(({ length }) => length > BODY_MAX)) return;
    if (!this.line.send(...bodies)) {
      const { queued, queueMax } = this.line;
      const why = `send failed,farside_pid=${this.pid}, sendq length=${queued}(max is ${queueMax})`;
      this.#house.dismiss(this, why);
      return;
    }
    if (this.signal === undefined || this.#member?.process.signal(this.signal) !== false) return;
    this.#house.dismiss(this, "died");
  }

  /** Nothing is said to it any more, and its process is nobody's business. */
  bury(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#member?.process.release();
  }

  said(body: Uint8Array): void {
    if (this.#isGone) return;
    const message = decodeBody(body);
    if (this.isStranger) {
      if (message !== undefined && isSignOn(message)) this.#house.signOn(this, message);
      else this.#house.dismiss(this, "badclient");
      return;
    }
    const type = message && textOf(message, "t");
    if (message === undefined || type === undefined) return;
    if (type === "hbapi-req") this.#asked(message, body);
    else if (this.isCasual) this.#house.dismiss(this, "badclient");
    else this.#house.hear(this, this.#signed(message));
  }

  left(why: "EOF" | "not frames" | "sent away"): void {
    this.#house.left(this, why === "EOF" ? "EOF" : "badclient");
  }

  #asked(request: Message, body: Uint8Array) {
    if (!this.#isOwn(request)) return;
    if ((this.#filter & filter.api) !== 0) this.say(body);
    const answer = isSignOn(request)
      ? ({ kind: "refused" } as const)
      : this.#house.answer(request, this);
    if (answer.kind === "signoff") this.#house.dismiss(this, "signoff");
    const reqtype = textOf(request, "reqtype") ?? "";
    this.say(...messagesOf(reqtype, answer).map(encodeBody));
  }

  /** A request must say who asks, by name or by pid. */
  #isOwn(request: Message): boolean {
    return textOf(request, "from_id") === this.id || textOf(request, "pid") === String(this.pid);
  }

  /** What it says is for its namesakes on all nodes. */
  #signed(message: Message): Message {
    const header = { from_id: this.id, to_id: this.id, client_gen: String(this.generation) };
    return Object.entries(header).reduce(
      (all, [name, value]) => withText(all, name, value),
      message,
    );
  }

  /** The message that tells its coming or going. */
  clstat(st: "join" | "leave", src: string, info: string): Message {
    const { id, generation } = this;
    return clstat(st, { id, src, info, generation });
  }
}
