// Nodes that hear each other and are in different memberships: how they find out.
//
// Each tells the other by STATE_INFO that it is in one, as soon as it hears it again (ccm 1), and one that is
// told so begins anew. The real ccm does that once, and the memberships stay apart when it is lost. So a live
// node that remains outside is told again, and one that calls from another membership at once.

import type { CcmMessage } from "../../wire/ccm.ts";
import { after, earlier, earliest, type Instant } from "../instant.ts";
import type { Seat } from "./seat.ts";
import { CHANGE, MEETING_MS, STRANGER_FIRST, STRANGER_LAST } from "./timing.ts";

export class Strangers {
  readonly #seat: Seat;
  /** Nodes that said that they are in another membership, and when that is believed. */
  readonly #meetings = new Map<string, Instant>();
  /** Nodes that said that they are in a membership that is past, and in which. */
  readonly #behind = new Map<string, string>();
  /** When a node was last told of this membership because it called from another one. */
  readonly #contradicted = new Map<string, Instant>();
  #nextAt: Instant | undefined;
  #nextAfter = STRANGER_FIRST;

  constructor(seat: Seat) {
    this.#seat = seat;
  }

  /** A node is heard again. */
  returned(name: string): void {
    this.#nextAfter = STRANGER_FIRST;
    if (!this.#seat.members.includes(name)) this.#tell(name);
  }

  /** A node is in another membership. It may be about to leave that one and to ask: then all is well. */
  met({ src, cookie }: CcmMessage, state: string): void {
    const { cookie: ours, past } = this.#seat;
    if (state === "NONE" || state === "VERSION_REQUEST" || cookie === ours) return;
    // It said so before it went with us, or it did not come along: then it says so again.
    if (past.some((each) => each.cookie === cookie) && this.#behind.get(src) !== cookie) {
      this.#behind.set(src, cookie);
      return;
    }
    if (!this.#meetings.has(src)) this.#meetings.set(src, after(this.#seat.now, MEETING_MS));
  }

  /** A node invites to another membership, as this one asked once. */
  leads({ src, cookie }: CcmMessage): void {
    const { members, cookie: ours, past, now } = this.#seat;
    if (members.includes(src) || cookie === ours || past.some((each) => each.cookie === cookie))
      return;
    if (!this.#meetings.has(src)) this.#meetings.set(src, after(now, MEETING_MS));
  }

  /** It asks, or is gone. */
  settled(name: string): void {
    this.#meetings.delete(name);
    this.#behind.delete(name);
  }

  /** A call from another membership, by a node that should be in this one. What comes late from before this
   *  membership is none. */
  contradicts({ src, type, cookie, major, minor }: CcmMessage): void {
    const { past, now, keepaliveMs } = this.#seat;
    if (type !== "JOIN") return;
    const left = past.find((each) => each.cookie === cookie);
    if (left !== undefined && major <= left.major && minor <= left.minor) return;
    const last = this.#contradicted.get(src);
    if (last !== undefined && now < after(last, CHANGE * keepaliveMs)) return;
    this.#contradicted.set(src, now);
    this.#tell(src);
  }

  /** Looks who is outside, after every turn. */
  watch(): void {
    if (this.#outside().length === 0) this.#nextAt = undefined;
    else this.#nextAt ??= this.#inKeepalives(this.#nextAfter);
  }

  deadline(): Instant | undefined {
    return earlier(this.#nextAt, earliest(...this.#meetings.values()));
  }

  /** Tells those who are outside; returns who is in another membership for certain. */
  expire(): string | undefined {
    const { now } = this.#seat;
    if (this.#nextAt !== undefined && this.#nextAt <= now) this.#probe();
    let met: string | undefined;
    for (const [name, moment] of this.#meetings) {
      if (moment > now) continue;
      this.#meetings.delete(name);
      met ??= name;
    }
    return met;
  }

  #probe(): void {
    for (const name of this.#outside()) this.#tell(name);
    this.#nextAfter = Math.min(2 * this.#nextAfter, STRANGER_LAST);
    this.#nextAt = this.#inKeepalives(this.#nextAfter);
  }

  /** Live nodes whose `ccm` is in no membership of ours. */
  #outside(): readonly string[] {
    const { state, roll, members } = this.#seat;
    if (state !== "JOINED") return [];
    return roll.speakers.filter((name) => !members.includes(name));
  }

  #tell(name: string): void {
    this.#seat.tell(name, { type: "STATE_INFO", state: this.#seat.state });
  }

  #inKeepalives(count: number): Instant {
    const { now, keepaliveMs } = this.#seat;
    return after(now, count * keepaliveMs);
  }
}
