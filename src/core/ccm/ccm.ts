// The membership with consensus (CCM): which nodes belong together, and that all of them know it. Compatible
// with Heartbeat 3.0.6's `ccm` on other nodes; its messages, states and times are ccm.md's.
//
//   Asking ── invited and listed, or alone ──▶ Joined ── leader gone, no consent ──▶ Round
//     ▲                                          ▲ └────────── result ────────────────┘
//     └── two memberships met: RESTART ──────────┘
//
// Not the liveness of nodes: that is told to it (../membership). What the real one gets wrong is listed in
// ccm 6; beyond that, memberships that live beside each other although their nodes hear each other find
// out: a live node that stays outside, or calls from another membership, is asked by STATE_INFO, which ends
// both.

import type { QuorumRule } from "../../config/quorum.ts";
import { type CcmMessage, decodeCcm } from "../../wire/ccm.ts";
import type { Message } from "../../wire/message.ts";
import { earliest, type Instant } from "../instant.ts";
import { Asking } from "./asking.ts";
import type { CcmEffect, CcmMembership, CcmState, Standing } from "./effect.ts";
import { Joined } from "./joined.ts";
import { Order } from "./order.ts";
import type { Moves, Phase } from "./phase.ts";
import { Roll } from "./roll.ts";
import { Round } from "./round.ts";
import { Seat } from "./seat.ts";
import { Strangers } from "./strangers.ts";

export interface CcmOptions {
  readonly self: string;
  /** All normal nodes, this one among them. */
  readonly nodes: readonly { readonly name: string; readonly live: boolean }[];
  readonly keepaliveMs: number;
  readonly rules: readonly QuorumRule[];
  readonly weight: (node: string) => number;
  /** A new cookie at each call: 14 characters from "!" to "~", no two alike in the cluster. */
  readonly cookie: () => string;
}

const EARLY_MAX = 200;

/** These tell of no membership, or of another one: late ones are told by their sequence number. */
const FREE = ["PROTOVERSION", "PROTOVERSION_RESP", "STATE_INFO", "RESTART"];

const LISTS = ["MEM_LIST", "FINAL_MEMLIST"];

export class Ccm {
  readonly #seat: Seat;
  readonly #asking: Asking;
  readonly #joined: Joined;
  readonly #round: Round;
  readonly #order = new Order();
  /** Nodes that were told their node list differs, by how many nodes it has. */
  readonly #differing = new Map<string, number>();
  readonly #strangers: Strangers;
  /** Messages of a membership that this node may be about to be in. */
  readonly #early: CcmMessage[] = [];

  constructor(options: CcmOptions, now: Instant) {
    const { self, nodes, keepaliveMs, rules, weight, cookie } = options;
    const roll = new Roll(self, nodes);
    this.#seat = new Seat({ roll, keepaliveMs, rules, weight, cookie }, now);
    this.#strangers = new Strangers(this.#seat);
    const moves: Moves = {
      ask: () => this.#asking.begin(),
      round: (minor, first) => this.#round.begin(minor, first),
      renumber: () => this.#asking.renumber(),
    };
    this.#asking = new Asking(this.#seat, moves);
    this.#joined = new Joined(this.#seat, moves);
    this.#round = new Round(this.#seat, moves);
  }

  get state(): CcmState {
    return this.#seat.state;
  }

  /** What clients know; undefined before the first. */
  get membership(): CcmMembership | undefined {
    return this.#seat.membership;
  }

  /** Whether this side may speak for the cluster; who is `dead` may not be known here yet. */
  standing(dead: ReadonlySet<string>): Standing {
    return this.#seat.standing(dead);
  }

  start(now: Instant): CcmEffect[] {
    return this.#turn(now, () => this.#asking.begin());
  }

  /** A cluster message to `ccm`; copies of own ones change nothing. */
  heard(message: Message, now: Instant): CcmEffect[] {
    const decoded = decodeCcm(message);
    const { roll } = this.#seat;
    if (decoded === undefined || !roll.has(decoded.src) || decoded.src === roll.self) return [];
    return this.#turn(now, () => {
      const isLate = this.#order.isLate(decoded.src, message);
      if (!this.#agrees(decoded) || (isLate && FREE.includes(decoded.type))) return;
      roll.speaks(decoded.src);
      this.#route(decoded, isLate);
    });
  }

  /** A node died, came (back), or began anew without having died. */
  node(name: string, what: "dead" | "live" | "restarted", now: Instant): CcmEffect[] {
    const { roll } = this.#seat;
    if (!roll.has(name) || name === roll.self) return [];
    return this.#turn(now, () => {
      if (what === "dead") {
        if (roll.setLive(name, false)) this.#left(name);
        return;
      }
      if (what === "restarted") {
        roll.setAbsent(name);
        this.#left(name);
      }
      if (roll.setLive(name, true)) this.#returned(name);
      // Heard for the first time: it did not hear the question.
      else if (!this.#isIn()) this.#asking.again();
    });
  }

  /** A node's `ccm` signed on or left. */
  client(name: string, what: "join" | "leave", now: Instant): CcmEffect[] {
    const { roll } = this.#seat;
    if (!roll.has(name) || name === roll.self) return [];
    return this.#turn(now, () => {
      if (what === "join") {
        roll.speaks(name);
        // It was not there when the question was asked.
        this.#asking.again();
        return;
      }
      roll.setAbsent(name);
      this.#left(name);
    });
  }

  /** Another list of normal nodes. */
  nodes(names: readonly string[], now: Instant): CcmEffect[] {
    const seat = this.#seat;
    if (!names.includes(seat.self)) return [];
    return this.#turn(now, () => {
      const before = seat.roll.names;
      const gone = seat.roll.replace(names);
      if (gone.length === 0 && before.length === names.length) return;
      for (const name of gone) seat.joiners.delete(name);
      seat.members = seat.members.filter((name) => !gone.includes(name));
      if (this.#isIn()) this.#round.begin(seat.minor + 1);
      else if (seat.state !== "NONE") this.#asking.begin();
    });
  }

  expire(now: Instant): CcmEffect[] {
    return this.#turn(now, () => {
      const seat = this.#seat;
      if (isOver(seat.heldUntil, now)) seat.release();
      if (isOver(seat.timer, now)) {
        seat.disarm();
        this.#phase()?.expired();
      }
      const met = this.#strangers.expire();
      if (met !== undefined && this.#isIn()) this.#restart(`${met} is in another membership`);
    });
  }

  deadline(): Instant | undefined {
    const { timer, heldUntil } = this.#seat;
    return earliest(timer, heldUntil, this.#strangers.deadline());
  }

  #turn(now: Instant, act: () => void): CcmEffect[] {
    this.#seat.now = now;
    act();
    this.#catchUp();
    this.#mourn();
    this.#strangers.watch();
    return this.#seat.drain();
  }

  #phase(): Phase | undefined {
    switch (this.#seat.state) {
      case "NONE":
        return undefined;
      case "VERSION_REQUEST":
      case "NEW_NODE_WAIT_FOR_MEM_LIST":
        return this.#asking;
      case "JOINED":
      case "WAIT_FOR_CHANGE":
      case "WAIT_FOR_MEM_LIST":
        return this.#joined;
      case "JOINING":
      case "SENT_MEMLISTREQ":
      case "MEMLIST_RES":
        return this.#round;
    }
  }

  /** In a membership, or in a round of one. */
  #isIn(): boolean {
    const phase = this.#phase();
    return phase === this.#joined || phase === this.#round;
  }

  /** Numbers of nodes mean nothing where node lists differ (the real one ends itself: ccm 6.4). */
  #agrees({ src, numnodes }: CcmMessage): boolean {
    const ours = this.#seat.roll.names.length;
    if (numnodes === ours) return this.#differing.delete(src) || true;
    if (this.#differing.get(src) === numnodes) return false;
    this.#differing.set(src, numnodes);
    const text = `The node list of ${src} has ${numnodes} nodes, ours ${ours}`;
    this.#seat.log("warn", `${text}: no membership with it until they are the same`);
    return false;
  }

  #route(message: CcmMessage, isLate: boolean): void {
    const seat = this.#seat;
    if (message.type === "PROTOVERSION") this.#strangers.settled(message.src);
    // It has found a membership.
    if (!isLate && !FREE.includes(message.type)) seat.joiners.delete(message.src);
    if (!this.#isIn()) {
      if (seat.state !== "VERSION_REQUEST" && message.major > seat.major) this.#keep(message);
      this.#phase()?.heard(message);
      // There is a leader, whose answer was lost or came too late.
      if (!isLate && LISTS.includes(message.type)) this.#asking.again();
      return;
    }
    switch (message.type) {
      case "STATE_INFO":
        this.#strangers.met(message, message.state);
        return;
      case "RESTART":
        this.#restarted(message);
        return;
      case "PROTOVERSION_RESP":
        if (this.#phase() === this.#round) this.#round.strayed(message.src);
        if (seat.state === "JOINED") this.#strangers.leads(message);
        return;
      case "PROTOVERSION":
        this.#phase()?.heard(message);
        return;
      default:
        if (seat.concerns(message)) this.#phase()?.heard(message);
        else if (!isLate) this.#foreign(message);
    }
  }

  /** Of another membership: perhaps of the next one, whose list is under way. */
  #foreign(message: CcmMessage): void {
    if (message.major > this.#seat.major) this.#keep(message);
    if (this.#phase() === this.#joined) this.#strangers.contradicts(message);
    if (this.#phase() === this.#round) this.#round.strayed(message.src);
  }

  #keep(message: CcmMessage): void {
    if (!FREE.includes(message.type) && this.#early.length < EARLY_MAX) this.#early.push(message);
  }

  /** What came before the membership that it is about. */
  #catchUp(): void {
    const { state, roll } = this.#seat;
    if (state !== "JOINED" || this.#early.length === 0) return;
    for (const message of this.#early.splice(0)) {
      if (roll.lives(message.src) && this.#seat.concerns(message)) this.#phase()?.heard(message);
    }
  }

  /** A stranger will ask, and be let in. Only one whose number is higher could not come without all of us
   *  beginning anew. */
  #restarted({ src, major }: CcmMessage): void {
    const { members, major: ours } = this.#seat;
    if (members.includes(src) || major > ours) this.#restart(`${src} begins anew`);
  }

  #left(name: string): void {
    this.#strangers.settled(name);
    this.#phase()?.left(name);
  }

  /** Those who left while this was agreed on. */
  #mourn(): void {
    const { state, members, roll } = this.#seat;
    if (state !== "JOINED") return;
    const { present } = roll;
    for (const name of members) if (!present.includes(name)) this.#phase()?.left(name);
  }

  #returned(name: string): void {
    // A partition healed, perhaps: it may have spoken unheard.
    if (!this.#seat.roll.isAbsent(name)) this.#seat.roll.speaks(name);
    if (this.#isIn()) this.#strangers.returned(name);
    else this.#asking.again();
  }

  #restart(why: string): void {
    const seat = this.#seat;
    if (!seat.converged) return;
    seat.converged = false;
    seat.log("info", `Membership begins anew: ${why}`);
    if (seat.members.length <= 1) {
      seat.forget();
    } else {
      seat.leader = undefined;
      seat.broadcast({ type: "RESTART" });
    }
    this.#asking.begin();
  }
}

function isOver(moment: Instant | undefined, now: Instant): boolean {
  return moment !== undefined && moment <= now;
}
