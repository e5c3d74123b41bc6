// One hand-over between the two nodes of a pair: the three-phase standby conversation of Heartbeat 3
// (heartbeat-resources 5.3), seen from either side. It knows whose turn it is, not what the groups do.
//
//            giver                                     taker
//   asked    said "me", waits for "other" (10 s)       offered   said "other", waits for "done" (30 s,
//                                                                1 h after the giver's report)
//   giving   heard "other", its stop scripts run       taking    heard "done", its start scripts run
//   given    said "done", waits for "done" (1 h)       (ends by saying "done")
//            ends by hearing "done"
//
// The set is always named as the giver sees it.

import type { Message } from "../../wire/message.ts";
import type { Settled } from "../group/hand.ts";
import { after, type Instant } from "../instant.ts";
import type { GroupSet } from "../wish.ts";
import { type Claim, nothing } from "./ownership.ts";

/** How long a giver waits for the first answer: 3.0.6's own number. */
export const answerWithinMs = 10_000;
/** How long a taker waits for the report that the giver sends before its scripts run. Without it the
 *  request was an old one, and the giver has forgotten it. */
export const beginWithinMs = 30_000;
/** How long either side may run scripts: 3.0.6's own number. */
export const endWithinMs = 3_600_000;

export type Phase = "asked" | "giving" | "given" | "offered" | "taking";

/** A takeover that was asked for, until the partner begins its hand-over. */
export interface Wanted {
  readonly request: number | undefined;
  readonly set: GroupSet;
  readonly since: Instant;
}

export class Handover {
  phase: Phase;
  deadline: Instant;
  /** What this giver held of the set when it let go. */
  given: Claim = nothing;
  /** Groups that this hand-over brings to the other node; the rest of the set is there already. */
  moved: readonly string[] = [];
  /** The last word of the other side. */
  word: Message | undefined;
  /** How the groups ended here. */
  outcomes: readonly Settled[] = [];

  readonly role: "giver" | "taker";
  readonly set: GroupSet;
  readonly since: Instant;
  /** The operator's command that wants a reply, if one began this and has not been answered. */
  request: number | undefined;

  constructor(role: "giver" | "taker", set: GroupSet, since: Instant, request?: number) {
    this.role = role;
    this.set = set;
    this.since = since;
    this.request = request;
    this.phase = role === "giver" ? "asked" : "offered";
    this.deadline = after(since, role === "giver" ? answerWithinMs : beginWithinMs);
  }

  /** Hears the other side's word. False when it does not fit here: then nothing has changed. */
  heard(word: "other" | "done", now: Instant): boolean {
    if (word === "other" && this.phase === "asked") this.phase = "giving";
    else if (word === "done" && this.phase === "offered") this.phase = "taking";
    else if (word !== "done" || this.phase !== "given") return false;
    this.deadline = after(now, endWithinMs);
    return true;
  }

  /** The giver reported that its scripts run. */
  begun(now: Instant): void {
    if (this.phase === "offered") this.deadline = after(now, endWithinMs);
  }

  /** The giver's scripts have ended: it says "done" now. */
  released(outcomes: readonly Settled[], now: Instant): void {
    this.phase = "given";
    this.outcomes = outcomes;
    this.deadline = after(now, endWithinMs);
  }
}
