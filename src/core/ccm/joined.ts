// A node in a membership: who comes and goes, with all members' consent.
//
//   leader   JOINED ── somebody came or left ──▶ WAIT_FOR_CHANGE ── all confirmed ──▶ list, JOINED
//   member   JOINED ── told of it, confirmed ──▶ WAIT_FOR_MEM_LIST ── list ──▶ JOINED
//                                                 either: no answer, leader gone ──▶ round
//
// Whoever confirms one change waits for a list, and takes any: so that changes which meet are made together,
// and a confirmation that names the wrong node (the real ccm's does: ccm 6.1) counts as well.

import type { CcmMessage } from "../../wire/ccm.ts";
import type { Moves, Phase } from "./phase.ts";
import type { Seat } from "./seat.ts";
import { CHANGE } from "./timing.ts";

export class Joined implements Phase {
  readonly #seat: Seat;
  readonly #moves: Moves;
  // The leader's pending change.
  readonly #coming = new Set<string>();
  readonly #going = new Set<string>();
  readonly #confirmed = new Set<string>();

  constructor(seat: Seat, moves: Moves) {
    this.#seat = seat;
    this.#moves = moves;
  }

  heard(message: CcmMessage): void {
    const seat = this.#seat;
    if (message.type === "PROTOVERSION") {
      this.#asked(message);
      return;
    }
    if (message.type === "JOIN") {
      if (message.minor >= seat.minor) this.#round(message.minor, message);
    } else if (seat.leads) this.#lead(message);
    else this.#follow(message);
  }

  #asked({ src, major }: CcmMessage): void {
    const seat = this.#seat;
    if (seat.leads && seat.state === "JOINED") {
      seat.invite(src);
      return;
    }
    // Should this node lead before the leader has answered, it will answer.
    seat.joiners.set(src, major);
    // Who asks is in no membership any longer.
    if (seat.leads || src === seat.leader) this.left(src);
  }

  #lead(message: CcmMessage): void {
    const { src } = message;
    switch (message.type) {
      case "ALIVE":
        this.#coming.add(src);
        this.#progress();
        return;
      case "NEW_NODE":
        this.#confirmed.add(src);
        if (this.#seat.roll.lives(message.node)) this.#coming.add(message.node);
        this.#progress();
        return;
      case "NODE_LEAVE":
        this.#confirmed.add(src);
        this.#progress();
        return;
      default:
        return;
    }
  }

  #follow(message: CcmMessage): void {
    const seat = this.#seat;
    const { leader, self } = seat;
    switch (message.type) {
      case "MEM_LIST":
        if (seat.state === "JOINED" && message.src !== leader) return;
        if (message.minor === seat.minor) this.#listed(message);
        return;
      case "ALIVE":
        if (seat.state !== "JOINED" || leader === undefined) return;
        seat.tell(leader, { type: "NEW_NODE", node: message.src });
        this.#await();
        return;
      case "NODE_LEAVE_NOTICE": {
        const { node } = message;
        if (seat.state !== "JOINED" || node === self || !seat.members.includes(node)) return;
        seat.tell(message.src, { type: "NODE_LEAVE", node });
        this.#await();
        return;
      }
      default:
        return;
    }
  }

  #await(): void {
    this.#seat.state = "WAIT_FOR_MEM_LIST";
    this.#seat.arm(CHANGE);
  }

  #listed(message: CcmMessage & { readonly type: "MEM_LIST" }): void {
    const seat = this.#seat;
    const members = seat.roll.named(message.list);
    if (!members?.includes(seat.self)) {
      this.#moves.ask();
      return;
    }
    const uptimes = new Map(members.map((name, at) => [name, message.uptimes[at] ?? 0]));
    const { src: leader, newCookie: cookie, quorum } = message;
    seat.settle({ members, uptimes, major: seat.major + 1, cookie, leader, quorum });
  }

  expired(): void {
    this.#round(this.#seat.minor + 1);
  }

  left(node: string): void {
    const seat = this.#seat;
    if (!seat.leads) {
      if (node === seat.leader) this.#round(seat.minor + (seat.state === "JOINED" ? 0 : 1));
      return;
    }
    if (this.#going.has(node)) return;
    const came = this.#coming.delete(node);
    if (seat.members.includes(node)) {
      this.#going.add(node);
      this.#progress(node);
    } else if (came) this.#progress();
  }

  #round(minor: number, first?: CcmMessage): void {
    this.#forget();
    this.#moves.round(minor, first);
  }

  #forget(): void {
    this.#coming.clear();
    this.#going.clear();
    this.#confirmed.clear();
  }

  /** Makes the change when all who stay have confirmed. `leaver`: of whom they are told. */
  #progress(leaver?: string): void {
    const seat = this.#seat;
    const stays = (name: string) => !this.#going.has(name) && !this.#coming.has(name);
    const others = seat.members.filter((name) => name !== seat.self && stays(name));
    if (others.every((name) => this.#confirmed.has(name))) {
      this.#change();
      return;
    }
    if (leaver !== undefined) seat.broadcast({ type: "NODE_LEAVE_NOTICE", node: leaver });
    if (seat.state !== "JOINED") return;
    seat.state = "WAIT_FOR_CHANGE";
    seat.arm(CHANGE);
  }

  #change(): void {
    const seat = this.#seat;
    const coming = [...this.#coming].toSorted();
    const staying = seat.members.filter(
      (each) => !this.#going.has(each) && !this.#coming.has(each),
    );
    const members = [...staying, ...coming];
    const major = seat.major + 1;
    const uptimes = new Map(staying.map((name) => [name, seat.uptimes.get(name) ?? 0]));
    for (const name of coming) uptimes.set(name, major);
    const list = seat.roll.indices(members);
    const cookie = seat.newCookie();
    const { quorate: quorum } = seat.judge(members);
    seat.broadcast({
      type: "MEM_LIST",
      list,
      quorum,
      uptimes: (seat.roll.named(list) ?? []).map((name) => uptimes.get(name) ?? 0),
      newCookie: cookie,
    });
    this.#forget();
    seat.settle({ members, uptimes, major, cookie, leader: seat.self });
    seat.answerJoiners();
  }
}
