// A round: all nodes call (JOIN), the eldest of those who called asks for their views, and the largest set in
// which each sees each other is the membership (ccm 5).
//
//   JOINING ── all called, or time is up ──▶ eldest: SENT_MEMLISTREQ ── views are in ──▶ JOINED
//                                            others: MEMLIST_RES ── result ──▶ JOINED
//   A call of a higher minor, or no result in time: once more.

import type { CcmMessage } from "../../wire/ccm.ts";
import { largestMutualSet } from "./clique.ts";
import type { Moves, Phase } from "./phase.ts";
import type { Seat } from "./seat.ts";
import { eldest } from "./seniority.ts";
import { ALONE, CHANGE, RESULT, VIEWS } from "./timing.ts";

interface View {
  readonly sees: ReadonlySet<string>;
  readonly max: number;
}

export class Round implements Phase {
  readonly #seat: Seat;
  readonly #moves: Moves;
  /** Who called, and when each joined. */
  readonly #called = new Map<string, number>();
  /** Who asked for a view before all had called, with its number. */
  readonly #requests = new Map<string, number>();
  readonly #views = new Map<string, View>();
  /** The time for calls was up so often. */
  #overdue = 0;

  constructor(seat: Seat, moves: Moves) {
    this.#seat = seat;
    this.#moves = moves;
  }

  begin(minor: number, first?: CcmMessage): void {
    const seat = this.#seat;
    seat.unsettle();
    seat.state = "JOINING";
    seat.minor = minor;
    this.#called.clear();
    this.#requests.clear();
    this.#views.clear();
    this.#overdue = 0;
    this.#called.set(seat.self, seat.joined);
    if (first !== undefined) this.#call(first);
    seat.broadcast({ type: "JOIN" });
    seat.arm(CHANGE);
    this.#progress();
  }

  heard(message: CcmMessage): void {
    const seat = this.#seat;
    const { src, minor } = message;
    if (message.type === "PROTOVERSION") {
      seat.joiners.set(src, message.major);
      this.#without(src);
      return;
    }
    if (message.type === "MEM_LIST") {
      this.#listed(message);
      return;
    }
    if (minor < seat.minor) return;
    const begins = message.type === "JOIN" || message.type === "REQ_MEMLIST";
    if (minor > seat.minor) {
      if (begins) this.begin(minor, message);
      return;
    }
    switch (message.type) {
      case "JOIN":
        this.#joined(message);
        return;
      case "REQ_MEMLIST":
        this.#requested(message);
        return;
      case "RES_MEMLIST":
        this.#viewed(message);
        return;
      case "FINAL_MEMLIST":
        this.#ended(message);
        return;
      case "ABORT":
        if (seat.state === "JOINING") this.begin(minor + 1);
        return;
      default:
        return;
    }
  }

  #call({ src, uptime }: CcmMessage): void {
    this.#called.set(src, uptime);
  }

  #joined(message: CcmMessage): void {
    const seat = this.#seat;
    if (seat.state === "MEMLIST_RES" && message.major > seat.major) {
      seat.tell(message.src, { type: "ABORT" });
      return;
    }
    this.#call(message);
    if (seat.state === "JOINING") this.#progress();
    // It may not have been able to hear the request.
    else if (seat.state === "SENT_MEMLISTREQ") seat.broadcast({ type: "REQ_MEMLIST" });
  }

  #requested({ src, major }: CcmMessage): void {
    const seat = this.#seat;
    if (seat.state === "JOINING") {
      this.#requests.set(src, major);
      this.#progress();
      return;
    }
    const again = seat.state === "MEMLIST_RES" && src === this.#eldest();
    this.#show(src, again ? [...this.#called.keys()] : []);
  }

  #show(dest: string, names: readonly string[]): void {
    const { roll, highest } = this.#seat;
    this.#seat.tell(dest, { type: "RES_MEMLIST", max: highest, list: roll.indices(names) });
  }

  #viewed(message: CcmMessage & { readonly type: "RES_MEMLIST" }): void {
    const { src, max } = message;
    const sees = this.#seat.roll.named(message.list) ?? [];
    if (this.#seat.state !== "SENT_MEMLISTREQ" || (sees.length === 0 && this.#views.has(src)))
      return;
    this.#views.set(src, { sees: new Set(sees), max });
    this.#judgeViews();
  }

  /** The leader of the membership that this round began in made its change all the same. */
  #listed(message: CcmMessage & { readonly type: "MEM_LIST" }): void {
    const seat = this.#seat;
    if (seat.state !== "JOINING" || message.src !== seat.leader) return;
    const members = seat.roll.named(message.list);
    if (!members?.includes(seat.self) || seat.isOld(seat.major + 1)) return;
    const uptimes = new Map(members.map((name, at) => [name, message.uptimes[at] ?? 0]));
    const { src: leader, newCookie: cookie, quorum } = message;
    seat.joined = uptimes.get(seat.self) ?? seat.joined;
    seat.settle({ members, uptimes, major: seat.major + 1, cookie, leader, quorum });
  }

  #ended(message: CcmMessage & { readonly type: "FINAL_MEMLIST" }): void {
    const seat = this.#seat;
    const { src: leader, max: major, newCookie: cookie, quorum } = message;
    if (seat.state === "SENT_MEMLISTREQ" || leader !== this.#eldest()) return;
    const members = seat.roll.named(message.list);
    if (!members?.includes(seat.self)) {
      seat.evict();
      seat.forget();
      this.#moves.ask();
      return;
    }
    if (seat.isOld(major)) {
      this.#moves.renumber();
      return;
    }
    seat.settle({ members, uptimes: this.#uptimes(members, major), major, cookie, leader, quorum });
  }

  expired(): void {
    const seat = this.#seat;
    switch (seat.state) {
      case "SENT_MEMLISTREQ":
        this.#finish();
        return;
      case "MEMLIST_RES":
        this.begin(seat.minor + 1);
        return;
      default:
        this.#overdue += 1;
        // Who should have led did not.
        if (this.#overdue > 1) {
          this.begin(seat.minor + 1);
          return;
        }
        seat.arm(CHANGE);
        this.#progress();
    }
  }

  left(node: string): void {
    this.#seat.joiners.delete(node);
    this.#without(node);
  }

  /** It called, and speaks of another membership now. */
  strayed(node: string): void {
    if (this.#called.has(node)) this.#without(node);
  }

  #without(node: string): void {
    const seat = this.#seat;
    const led = node === this.#eldest();
    this.#called.delete(node);
    this.#requests.delete(node);
    this.#views.delete(node);
    if (seat.state === "JOINING") this.#progress();
    else if (seat.state === "SENT_MEMLISTREQ") this.#judgeViews();
    else if (led) this.begin(seat.minor + 1);
  }

  #eldest(): string | undefined {
    return eldest(this.#called);
  }

  /** Goes on when all have called whom this node knows to be there, or their time is up. */
  #progress(): void {
    const seat = this.#seat;
    const missing = seat.roll.present.some((name) => {
      return !this.#called.has(name) && !seat.joiners.has(name);
    });
    if (missing && this.#overdue === 0) return;
    const leader = this.#eldest();
    if (leader !== seat.self) {
      this.#answer(leader);
      return;
    }
    if (this.#called.size === 1) {
      this.#alone();
      return;
    }
    for (const src of this.#requests.keys()) this.#show(src, []);
    this.#requests.clear();
    seat.state = "SENT_MEMLISTREQ";
    seat.broadcast({ type: "REQ_MEMLIST" });
    seat.arm(VIEWS);
  }

  #answer(leader: string | undefined): void {
    const seat = this.#seat;
    for (const [src, major] of this.#requests) {
      this.#requests.delete(src);
      if (src !== leader) {
        this.#show(src, []);
      } else if (seat.joined > 0 && major !== seat.major) {
        seat.evict();
        seat.forget();
        this.#moves.ask();
        return;
      } else {
        this.#show(src, [...this.#called.keys()]);
        seat.state = "MEMLIST_RES";
        seat.arm(RESULT);
      }
    }
  }

  /** Nobody else called. */
  #alone(): void {
    const seat = this.#seat;
    if (seat.joined === 0) {
      seat.forget();
      this.#moves.ask();
      return;
    }
    const { self, joined } = seat;
    const alone = {
      members: [self],
      uptimes: new Map([[self, joined]]),
      major: seat.highest + 1,
      cookie: seat.newCookie(),
      leader: self,
    };
    seat.settle(alone, seat.joiners.size > 0 ? ALONE : 0);
    seat.answerJoiners();
  }

  #judgeViews(): void {
    const { self } = this.#seat;
    const all = [...this.#called.keys()].every((name) => name === self || this.#views.has(name));
    if (all) this.#finish();
  }

  #finish(): void {
    const seat = this.#seat;
    const { self } = seat;
    const sees = new Map<string, ReadonlySet<string>>([[self, new Set(this.#called.keys())]]);
    for (const [name, view] of this.#views) sees.set(name, view.sees);
    const members = largestMutualSet(sees, self);
    const max = Math.max(seat.highest, ...members.map((name) => this.#views.get(name)?.max ?? 0));
    const major = max + 1;
    const cookie = seat.newCookie();
    const { quorate: quorum } = seat.judge(members);
    const list = seat.roll.indices(members);
    seat.broadcast({ type: "FINAL_MEMLIST", max: major, list, quorum, newCookie: cookie });
    seat.settle({ members, uptimes: this.#uptimes(members, major), major, cookie, leader: self });
    seat.answerJoiners();
  }

  /** Who joins by this round has the number of its result. */
  #uptimes(members: readonly string[], major: number): Map<string, number> {
    return new Map(members.map((name) => [name, this.#called.get(name) || major]));
  }
}
