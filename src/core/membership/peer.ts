// One other node as this one knows it: who it is, in which run, and whether it lives (heartbeat-wire 8, 9).
//
//   init ── status ──▶ up, active ── silent for its dt ──▶ dead ── heard again ──▶ up, active
//                        │    ▲
//                        └────┘ a higher generation while alive: a quick restart, not a death
//
// Silence is measured from messages that were kept, so that a replayed packet keeps nobody alive. A node
// is judged by the deadtime that it advertises itself. Every life of a peer (first heard, restarted,
// returned) begins with a status message; what comes before it in that life waits, but for an hb node that
// returns: it is as it was.

import type { Message } from "../../wire/message.ts";
import { HeldBack } from "../clients/heldback.ts";
import { after, type Instant } from "../instant.ts";
import type { Member, NodeStatus } from "../member.ts";
import { NULL_UUID } from "./header.ts";
import { Link, later } from "./link.ts";
import { RexmitRequests } from "./rexmit.ts";
import { Sequence } from "./sequence.ts";

/** Messages that may wait for the status that begins a life. */
const WAITING_MAX = 100;

const MEANINGFUL: readonly string[] = ["init", "up", "active"] satisfies NodeStatus[];

export interface PeerOptions {
  readonly name: string;
  readonly kind: "normal" | "ping";
  readonly deadMs: number;
  readonly rexmitDelayMs: number;
  /** Makes one node's choices differ from another's. */
  readonly salt: number;
}

/** How a life began: first heard ever, a new run while alive or after death, the same run after death. */
export type Life = "same" | "first" | "restarted" | "risen" | "returned";

export class Peer {
  readonly name: string;
  readonly kind: "normal" | "ping";
  uuid = NULL_UUID;
  weight = 100;
  site = "";
  generation = 0;
  status: NodeStatus = "init";
  /** The status word as it was sent, for people; `status` is what counts. */
  word = "init";
  /** Silence that kills it: its own dt, or for a ping node deadping. */
  deadMs: number;
  unheard = true;
  /** A status of this life was seen. */
  introduced = false;
  /** It said `shutdone` in this life. */
  left = false;
  /** By the last status seen. */
  speaksHb = false;
  /** Sequence number of the newest status: an older one that fills a gap says nothing new. */
  statusSeq = 0;
  readonly sequence: Sequence;
  readonly requests: RexmitRequests;
  readonly links = new Map<string, Link>();
  readonly heldBack = new HeldBack();
  #heardAt: Instant;
  #waiting: Message[] = [];
  /** A life that no status has told of yet. */
  #life: Life | undefined;
  /** What it last said before it was declared dead. */
  #lastWord = "init";
  #member: Member | undefined;

  constructor(options: PeerOptions, now: Instant) {
    this.name = options.name;
    this.kind = options.kind;
    this.deadMs = options.deadMs;
    this.#heardAt = now;
    this.sequence = new Sequence(options.salt % 10);
    this.requests = new RexmitRequests({ salt: options.salt, delayMs: options.rexmitDelayMs });
  }

  get alive(): boolean {
    return this.status !== "dead" && !this.unheard;
  }

  /** Last sign of life; the moment of acquaintance before the first. */
  get heardAt(): Instant {
    return this.#heardAt;
  }

  /** False for a message of an earlier run. Notices when a new life begins; a status tells it. */
  judge(generation: number): boolean {
    if (generation < this.generation) return false;
    if (generation > this.generation) this.#newRun(generation);
    else if (this.unheard) this.#life = "first";
    else if (this.status === "dead") this.#life ??= "returned";
    return true;
  }

  #newRun(generation: number): void {
    const never = this.unheard || this.#life === "first";
    this.#life = never ? "first" : this.status === "dead" ? "risen" : "restarted";
    this.generation = generation;
    this.sequence.reset();
    for (const link of this.links.values()) link.restart();
    this.#interrupt();
  }

  #interrupt(): void {
    this.introduced = false;
    this.statusSeq = 0;
    this.#waiting = [];
    this.heldBack.clear();
    this.requests.clear();
  }

  /** A status was kept. Says which life it begins; "same" when it continues one. */
  introduce(): Life {
    const life = this.#life ?? "same";
    this.#life = undefined;
    this.introduced = true;
    if (life !== "same") this.left = false;
    return life;
  }

  /** A message was kept: it lives. Returns the silence before it, in milliseconds. */
  heard(now: Instant): number {
    const silentMs = now - this.#heardAt;
    this.#heardAt = now;
    return silentMs;
  }

  /** Time that this host slept does not count as silence. */
  forgive(ms: number, now: Instant): void {
    this.#heardAt = later(this.#heardAt, ms, now);
    for (const link of this.links.values()) link.forgive(ms, now);
  }

  /** Declared dead: a later message of this run must be newer than all seen. */
  die(): void {
    this.#lastWord = this.word;
    this.status = "dead";
    this.word = "dead";
    this.sequence.forget();
    this.#life = undefined;
    this.#interrupt();
  }

  /** It is back in the run in which it was declared dead, and runs what it ran: no status need tell that. */
  get isBack(): boolean {
    return this.#life === "returned" && this.speaksHb && !this.left;
  }

  /** As before it was declared dead. */
  resume(): void {
    this.say(this.#lastWord);
  }

  /** Takes over a status word; one without meaning is shown, but changes nothing. */
  say(word: string): void {
    this.word = word;
    if (MEANINGFUL.includes(word)) this.status = word as NodeStatus;
    else if (this.status === "dead") this.status = "init";
  }

  /** Holds a message back until a status begins this life. */
  hold(message: Message): void {
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(message);
  }

  /** The messages held back, once. */
  release(): Message[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** The moment at which it will be dead. `notBefore` is the end of initdead, while that counts. */
  deadline(notBefore: Instant | undefined): Instant | undefined {
    if (this.status === "dead") return undefined;
    const silent = after(this.#heardAt, this.deadMs);
    return notBefore !== undefined && notBefore > silent ? notBefore : silent;
  }

  /** The link of this name; made when it is new. */
  link(name: string): Link {
    const known = this.links.get(name);
    if (known !== undefined) return known;
    const fresh = new Link(name);
    this.links.set(name, fresh);
    return fresh;
  }

  /** The same object until one of its facts is another. */
  asMember(): Member {
    const { name, kind, status, speaksHb, unheard, generation } = this;
    const known = this.#member;
    if (
      known !== undefined &&
      known.status === status &&
      known.speaksHb === speaksHb &&
      known.unheard === unheard &&
      known.generation === generation
    ) {
      return known;
    }
    this.#member = { name, kind, status, speaksHb, unheard, generation };
    return this.#member;
  }
}
