// What a node of a pair knows of the other one, a Heartbeat 3 node: whether it is there, what it claims,
// whether it calls itself stable (heartbeat-resources 3), and which hand-over it waits for. Facts only;
// classic.ts draws conclusions.
//
// Reports are numbered by their sender. A full report that was lost and comes by retransmission after a
// newer one is old news and changes nothing.

import { type Message, textOf } from "../../wire/message.ts";
import { after, type Instant } from "../instant.ts";
import type { Member, NodeStatus } from "../member.ts";
import type { GroupSet } from "../wish.ts";
import { type Claim, isNothing, nothing, plus, readClaim } from "./ownership.ts";
import { answerWithinMs, endWithinMs } from "./standby.ts";

/** An offer of ours that the partner took up when it had been withdrawn: until its end, or for an hour, it
 *  ignores whatever else is said of moving groups (heartbeat-resources 5.3). */
interface TakenUp {
  readonly set: GroupSet;
  /** Its "other". */
  readonly word: Message;
  readonly until: Instant;
}

/** A request of its own that nobody answered. Until it gives that one up it ignores any other, its own as
 *  well (heartbeat-resources 5.3). */
interface Asked {
  readonly word: Message;
  readonly until: Instant;
}

/** Who has answered nothing for long may not hear us: it is asked on, in case that it does one day. */
export const muteEveryMs = 10_000;

/** It looks at its ten seconds when it next reads something, which takes it up to a keepalive. */
const noticesWithinMs = 2_000;

export class Partner {
  /** In its own words: its `local` is our `foreign`. */
  claim: Claim = nothing;
  /** False until this run of it has reported. */
  known = false;
  stable = false;
  /** It said `starting` in this run: it began with empty hands. */
  fresh = false;
  /** It said that it gives up everything. */
  leaving = false;
  /** It said `shutdone`: nothing is left there until it starts again. */
  left = false;
  readonly name: string;
  readonly #members: () => readonly Member[];
  #newestReport = 0;
  #condemned = 0;
  #takenUp: TakenUp | undefined;
  #asked: Asked | undefined;

  constructor(name: string, members: () => readonly Member[]) {
    this.name = name;
    this.#members = members;
  }

  get status(): NodeStatus | "unknown" {
    return this.#member?.status ?? "unknown";
  }

  /** In which run it was heard last; 0: never. */
  get generation(): number {
    return this.#member?.generation ?? 0;
  }

  get #member(): Member | undefined {
    return this.#members().find(({ name }) => name === this.name);
  }

  /** It can be asked to take something. */
  get active(): boolean {
    return this.status === "active" && !this.left;
  }

  /** Nobody is there: dead, or gone by its own word. */
  get gone(): boolean {
    return this.left || this.status === "dead";
  }

  /** A new run of it, or its end: what was known is worth nothing. */
  forget(): void {
    this.claim = nothing;
    this.known = false;
    this.stable = false;
    this.fresh = false;
    this.leaving = false;
    this.left = false;
    this.#newestReport = 0;
    this.#condemned = 0;
    this.#takenUp = undefined;
    this.#asked = undefined;
  }

  /** It is gone and holds nothing any more. */
  emptied(): void {
    this.claim = nothing;
    this.known = true;
    this.stable = true;
    this.leaving = false;
    this.#takenUp = undefined;
    this.#asked = undefined;
  }

  /** It takes this node for dead: what it agreed to before is void, for it has cancelled that. */
  condemned(message: Message): void {
    this.#condemned = Math.max(this.#condemned, numberOf(message) ?? 0);
  }

  /** It takes up an offer that is there no more. */
  tookUp(set: GroupSet, word: Message, now: Instant): void {
    this.#takenUp = { set, word, until: after(now, endWithinMs) };
  }

  /** The one offer that it would hear of now; undefined: any. */
  awaited(now: Instant): TakenUp | undefined {
    const taken = this.#takenUp;
    if (taken === undefined || now >= taken.until || this.hasForsworn(taken.word)) return undefined;
    return taken;
  }

  /** What it waits for has begun. */
  heeded(): void {
    this.#takenUp = undefined;
  }

  /** It asked for a hand-over of its own, and is not answered. */
  asks(word: Message, now: Instant): void {
    this.#asked = { word, until: after(now, answerWithinMs + noticesWithinMs) };
  }

  /** It waits for an answer to that, and hears of no other hand-over. */
  isAsking(now: Instant): boolean {
    const asked = this.#asked;
    return asked !== undefined && now < asked.until && !this.hasForsworn(asked.word);
  }

  /** It is answered. */
  answered(): void {
    this.#asked = undefined;
  }

  /** It said this before it took this node for dead. */
  hasForsworn(message: Message): boolean {
    const seq = numberOf(message);
    return seq !== undefined && seq < this.#condemned;
  }

  /** A message that proves a claim by itself: older reports than it are old news from now on. */
  noted(message: Message, claim: Claim): void {
    this.claim = claim;
    const seq = numberOf(message);
    if (seq !== undefined && seq > this.#newestReport) this.#newestReport = seq;
  }

  /** It said `starting`. One that was lost and comes after a report changes nothing any more. */
  began(message: Message): void {
    this.fresh = true;
    const seq = numberOf(message);
    if (seq === undefined || seq > this.#newestReport) this.stable = false;
  }

  /** Takes a `resource` message in; false when it is old news or names no claim. */
  reported(message: Message): boolean {
    const claim = readClaim(textOf(message, "rsc_hold") ?? "none");
    if (claim === undefined) return false;
    const seq = numberOf(message);
    if (seq !== undefined && seq < this.#newestReport) return false;
    if (textOf(message, "rtype") !== "full") {
      this.claim = isNothing(claim) ? nothing : plus(this.claim, claim);
      return true;
    }
    if (seq !== undefined) this.#newestReport = seq;
    this.claim = claim;
    this.known = true;
    this.leaving = textOf(message, "info") === "shutdown";
    return true;
  }
}

function numberOf(message: Message): number | undefined {
  const seq = Number.parseInt(textOf(message, "seq") ?? "", 16);
  return Number.isFinite(seq) ? seq : undefined;
}
