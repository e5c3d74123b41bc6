// The machines that decide who shall hold a group wear this face; groups.ts picks one by who is in the
// cluster. They move groups only through the Hand and speak only through `send`.

import type { Message } from "../../wire/message.ts";
import type { Claim } from "../classic/ownership.ts";
import type { Effect } from "../effect.ts";
import type { Fencing } from "../fencing/fencing.ts";
import type { Command } from "../input.ts";
import type { Instant } from "../instant.ts";
import type { Member, MemberEvent } from "../member.ts";
import type { Hand, Settled } from "./hand.ts";

/** What every negotiator is given. All functions are pure views of, or steps in, the same core. */
export interface Table {
  readonly self: string;
  readonly autoFailback: "on" | "off" | "legacy";
  readonly deadtimeMs: number;
  /** How long an operator is kept waiting for groups to move. */
  readonly patienceMs: number;
  readonly hand: Hand;
  readonly fencing: Fencing;
  members(): readonly Member[];
  /** Stamp with our header, remember for retransmission, send on every link. */
  send(draft: Message, now: Instant): Effect[];
}

export interface Negotiator {
  /** Membership's news, in order. Undefined: it says nothing new, and no answer has changed. */
  member(event: MemberEvent, now: Instant): Effect[] | undefined;
  /** A take() or give() has ended. */
  settled(outcomes: readonly Settled[], now: Instant): Effect[];
  /** standby, takeover or leave. Must lead to exactly one "reply" effect for `request`. */
  command(request: number, command: Command, now: Instant): Effect[];
  /** This node was away for `ms`, longer than its own deadtime: others may hold its groups. */
  overslept(ms: number, now: Instant): Effect[];
  expire(now: Instant): Effect[];
  deadline(): Instant | undefined;
  /** One sentence: why the group is where it is. */
  why(key: string): string;
  /** Node that holds the group as far as this node knows. */
  holder(key: string): string | null;
  /** What this node claims, relative to itself: of a set without a group it is all that there is to say. Absent
   *  in legacy, where sets do not move: its own. */
  readonly claim?: Claim;
  /** The node talks and does not hear this one, by what it says; absent where nobody says so. */
  isDeaf?(node: string): boolean;
  /** Nothing is moving and nothing is being negotiated. */
  readonly stable: boolean;
  /** This node overslept and does not know yet whether it still holds what it held. Whoever negotiates
   *  from now on, because the other node turns out to be of another kind, has to be told.
   *  "silent": this run must not be heard any more either: a Heartbeat 3 node would take the next status of
   *  this generation for a healed partition and restart itself. The core sends nothing (no status either)
   *  until the "restart" that follows. */
  readonly awakening: "listening" | "silent" | undefined;
}
