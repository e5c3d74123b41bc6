// A node that is in no membership: it asks who leads (VERSION_REQUEST), and once invited says that it is
// there and waits for the list (NEW_NODE_WAIT_FOR_MEM_LIST).
//
//   ask ── everybody asked, and I come first ──▶ alone, then invite the others
//    │ ▲
//    │ └── not in the list
//    └── invited ──▶ ALIVE ── list ──▶ joined
//                      └── no list ──▶ round

import type { CcmMessage } from "../../wire/ccm.ts";
import type { Moves, Phase } from "./phase.ts";
import type { Seat } from "./seat.ts";
import { ALONE, CHANGE, VERSION } from "./timing.ts";

/** Invitations of small memberships are declined so often, so that a larger one may win. */
const DECLINED_MAX = 3;
/** Asked so often in vain, a node decides alone. */
const TRIES_MAX = 3;

export class Asking implements Phase {
  readonly #seat: Seat;
  readonly #moves: Moves;
  #declined = 0;
  #tries = 0;
  /** RESTART was said since this node last asked by itself. */
  #renumbered = false;

  constructor(seat: Seat, moves: Moves) {
    this.#seat = seat;
    this.#moves = moves;
  }

  /** From now on this node asks. */
  begin(): void {
    this.#tries = 0;
    this.#declined = 0;
    this.#renumbered = false;
    this.#ask();
  }

  renumber(): void {
    this.#seat.major = Math.max(this.#seat.major, this.#seat.highest);
    this.#seat.broadcast({ type: "RESTART" });
    this.begin();
    this.#renumbered = true;
  }

  /** Somebody can hear who could not: it is asked as well. */
  again(): void {
    if (this.#seat.state === "VERSION_REQUEST") this.#seat.broadcast({ type: "PROTOVERSION" });
  }

  heard(message: CcmMessage): void {
    if (this.#seat.state === "VERSION_REQUEST") this.#answered(message);
    else this.#listed(message);
  }

  #answered(message: CcmMessage): void {
    switch (message.type) {
      case "PROTOVERSION":
        this.#seat.joiners.set(message.src, message.major);
        this.#consider();
        return;
      case "PROTOVERSION_RESP":
        this.#invited(message, message.size);
        return;
      case "ABORT":
        this.#tries = 0;
        return;
      default:
        return;
    }
  }

  #listed(message: CcmMessage): void {
    const seat = this.#seat;
    if (message.type === "PROTOVERSION") seat.joiners.set(message.src, message.major);
    const isFree = message.type === "PROTOVERSION" || message.type === "RESTART";
    if (isFree && message.src === seat.leader) {
      this.#moves.ask();
      return;
    }
    if (!seat.concerns(message)) return;
    if (message.type === "JOIN" && message.minor >= seat.minor) {
      this.#moves.round(message.minor, message);
      return;
    }
    if (message.type !== "MEM_LIST" || message.minor !== seat.minor) return;
    const members = seat.roll.named(message.list);
    if (!members?.includes(seat.self)) {
      this.#moves.ask();
      return;
    }
    const major = seat.major + 1;
    if (seat.isOld(major)) {
      this.#moves.renumber();
      return;
    }
    seat.joined = major;
    const uptimes = new Map(members.map((name, at) => [name, message.uptimes[at] ?? 0]));
    const { src: leader, newCookie: cookie, quorum } = message;
    seat.settle({ members, uptimes, major, cookie, leader, quorum });
  }

  expired(): void {
    const seat = this.#seat;
    if (seat.state !== "VERSION_REQUEST") {
      this.#moves.round(seat.minor + 1);
      return;
    }
    this.#renumbered = false;
    if (this.#tries < TRIES_MAX) {
      this.#tries += 1;
      this.#ask();
      return;
    }
    this.#tries = 0;
    if (this.#isFirst()) {
      this.#alone();
      return;
    }
    seat.joiners.clear();
    this.#ask();
  }

  left(node: string): void {
    const seat = this.#seat;
    seat.joiners.delete(node);
    if (seat.state === "VERSION_REQUEST") this.#consider();
    else if (node === seat.leader) this.#moves.round(seat.minor + 1);
  }

  #ask(): void {
    const seat = this.#seat;
    seat.state = "VERSION_REQUEST";
    seat.major = Math.max(seat.major, seat.highest);
    seat.broadcast({ type: "PROTOVERSION" });
    seat.arm(VERSION);
    this.#consider();
  }

  /** Everybody who could lead has asked: the first of them need not wait for an answer. */
  #consider(): void {
    const { roll, joiners } = this.#seat;
    const asked = roll.present.every((name) => name === roll.self || joiners.has(name));
    if (asked && this.#isFirst()) this.#alone();
  }

  /** Of those who ask, the highest number goes first; of equals, the last in the list. */
  #isFirst(): boolean {
    const { joiners, major, self } = this.#seat;
    return [...joiners].every(([name, its]) => its < major || (its === major && name < self));
  }

  #alone(): void {
    const seat = this.#seat;
    const { self } = seat;
    seat.joined = 1;
    const others = [...seat.joiners.keys()].some((name) => name !== self);
    seat.settle(
      {
        members: [self],
        uptimes: new Map([[self, 1]]),
        major: seat.major + 1,
        cookie: seat.newCookie(),
        leader: self,
      },
      others ? ALONE : 0,
    );
    seat.answerJoiners();
  }

  #invited(message: CcmMessage, size: number): void {
    const seat = this.#seat;
    seat.joiners.delete(message.src);
    if (message.major < seat.highest) {
      if (!this.#renumbered) this.renumber();
      return;
    }
    const nodes = seat.roll.names.length;
    if (this.#declined < DECLINED_MAX && size + 1 <= Math.floor((nodes + 1) / 2)) {
      this.#declined += 1;
      this.#ask();
      return;
    }
    seat.adopt(message.src, message);
    seat.state = "NEW_NODE_WAIT_FOR_MEM_LIST";
    seat.broadcast({ type: "ALIVE" });
    seat.arm(CHANGE);
  }
}
