// What all phases of the membership with consensus share: the numbers and the cookie of this node's
// membership, who belongs to it, one timer, and what is to be said.
//
// Numbers only rise: what this node was once in, or saw of others, is never reported again under a lower
// number (the real ccm begins at 1 after a partition, and Pacemaker dies of it: ccm 6.2).

import type { QuorumRule } from "../../config/quorum.ts";
import type { CcmBody, CcmMessage } from "../../wire/ccm.ts";
import { encodeCcm } from "../../wire/ccm.ts";
import type { Level } from "../effect.ts";
import { after, type Instant } from "../instant.ts";
import type { CcmEffect, CcmMembership, CcmState, Standing } from "./effect.ts";
import { judge, type Verdict } from "./quorum.ts";
import type { Roll } from "./roll.ts";

/** So many memberships are remembered by their cookies. */
const PAST_MAX = 10;

const noMembership: Verdict = { quorate: false, why: "no membership" };

export interface SeatOptions {
  readonly roll: Roll;
  /** The keepalive, of which all waiting is a multiple (ccm 3). */
  readonly keepaliveMs: number;
  readonly rules: readonly QuorumRule[];
  readonly weight: (node: string) => number;
  /** A new cookie at each call: 14 characters from "!" to "~", no two alike in the cluster. */
  readonly cookie: () => string;
}

/** What a membership begins with. */
export interface Beginning {
  readonly members: readonly string[];
  readonly uptimes: ReadonlyMap<string, number>;
  readonly major: number;
  readonly cookie: string;
  readonly leader: string;
  /** As its leader said; absent: this node judges. */
  readonly quorum?: boolean | undefined;
}

export class Seat {
  readonly roll: Roll;
  readonly keepaliveMs: number;
  state: CcmState = "NONE";
  major = 0;
  minor = 0;
  cookie = "";
  /** The number at which this node joined; 0: it has not. */
  joined = 0;
  leader: string | undefined;
  members: readonly string[] = [];
  uptimes: ReadonlyMap<string, number> = new Map();
  /** Nodes that asked to be let in and were not answered yet, with the number that they had. */
  readonly joiners = new Map<string, number>();
  /** A membership was agreed on since the last restart. */
  converged = false;
  /** The memberships before this one, the last one first: late words of them contradict nothing. */
  past: readonly { readonly cookie: string; readonly major: number; readonly minor: number }[] = [];
  now: Instant;
  readonly #options: SeatOptions;
  #highest = 0;
  #timer: Instant | undefined;
  #effects: CcmEffect[] = [];
  #verdict: Verdict = noMembership;
  /** What clients know, and until when they are not told of the present one. */
  #reported: CcmMembership | undefined;
  #influx = false;
  #heldUntil: Instant | undefined;

  constructor(options: SeatOptions, now: Instant) {
    this.#options = options;
    this.roll = options.roll;
    this.keepaliveMs = options.keepaliveMs;
    this.now = now;
  }

  get self(): string {
    return this.roll.self;
  }

  get leads(): boolean {
    return this.leader === this.self;
  }

  /** The highest number that this node ever had. */
  get highest(): number {
    return this.#highest;
  }

  get membership(): CcmMembership | undefined {
    return this.#reported;
  }

  newCookie(): string {
    return this.#options.cookie();
  }

  /** The effects since the last time. */
  drain(): CcmEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  // What is said.

  broadcast(body: CcmBody): void {
    this.#effects.push({ do: "send", message: encodeCcm(this.#header(), body) });
  }

  tell(dest: string, body: CcmBody): void {
    this.#effects.push({ do: "send", message: encodeCcm(this.#header(), body, dest) });
  }

  log(level: Level, text: string): void {
    this.#effects.push({ do: "log", level, text });
  }

  #header() {
    const { major, minor, cookie, joined } = this;
    return { major, minor, cookie, uptime: joined, numnodes: this.roll.names.length };
  }

  /** Invites whoever asked meanwhile. */
  answerJoiners(): void {
    for (const name of [...this.joiners.keys()].toSorted()) {
      if (!this.members.includes(name)) this.invite(name);
    }
    this.joiners.clear();
  }

  invite(name: string): void {
    this.tell(name, { type: "PROTOVERSION_RESP", size: this.members.length });
  }

  // Waiting.

  /** The one timer of the phase that this node is in: so many keepalives from now. */
  arm(keepalives: number): void {
    this.#timer = after(this.now, keepalives * this.keepaliveMs);
  }

  disarm(): void {
    this.#timer = undefined;
  }

  get timer(): Instant | undefined {
    return this.#timer;
  }

  // Numbers and memberships.

  /** True for what is said within the membership that this node is in, or comes from. */
  concerns({ cookie, major }: CcmMessage): boolean {
    return cookie === this.cookie && major >= this.major;
  }

  /** The number and the cookie of a leader that invites. */
  adopt(leader: string, { major, cookie }: { major: number; cookie: string }): void {
    this.major = major;
    this.minor = 0;
    this.cookie = cookie;
    this.leader = leader;
    this.#highest = Math.max(this.#highest, major);
  }

  /** Out of any membership; the number stays, so that the next one is higher. */
  forget(): void {
    this.#heldUntil = undefined;
    this.members = [];
    this.uptimes = new Map();
    this.cookie = "";
    this.joined = 0;
    this.leader = undefined;
    this.major = this.#highest;
    this.minor = 0;
  }

  /** Whether these may speak for the cluster. */
  judge(members: readonly string[]): Verdict {
    const { rules, weight } = this.#options;
    const sum = (names: readonly string[]) => names.reduce((all, each) => all + weight(each), 0);
    return judge(rules, {
      members: members.length,
      nodes: this.roll.names.length,
      memberWeight: sum(members),
      weight: sum(this.roll.names),
    });
  }

  /** True when this number is one that clients were told already. */
  isOld(major: number): boolean {
    return major <= (this.#reported?.transition ?? 0);
  }

  /** Agreed. `holdFor`: clients learn it so many keepalives later, unless another one follows before. */
  settle(beginning: Beginning, holdFor = 0): void {
    const { members, uptimes, major, cookie, leader } = beginning;
    const { cookie: left, major: last, minor } = this;
    this.past = [{ cookie: left, major: last, minor }, ...this.past].slice(0, PAST_MAX);
    this.state = "JOINED";
    this.members = members;
    this.uptimes = uptimes;
    this.major = major;
    this.minor = 0;
    this.cookie = cookie;
    this.leader = leader;
    this.converged = true;
    this.#highest = Math.max(this.#highest, major);
    if (this.joined === 0) this.joined = major;
    this.disarm();
    this.#verdict = this.#judged(beginning);
    this.#heldUntil = undefined;
    if (holdFor > 0) this.#heldUntil = after(this.now, holdFor * this.keepaliveMs);
    else this.#report();
  }

  /** Whether this side may speak for the cluster, as those nodes are `dead`: a membership that has one of them
   *  in it is about to be another. */
  standing(dead: ReadonlySet<string>): Standing {
    const { members, quorate, why } = this.#reported ?? { members: [], ...noMembership };
    const isWhole = !members.some(({ name }) => dead.has(name));
    const isSettled = this.state === "JOINED" && this.#heldUntil === undefined && isWhole;
    if (isSettled && quorate) return { quorum: "held", why };
    const best = this.judge(this.roll.names.filter((name) => !dead.has(name)));
    if (!best.quorate) return { quorum: "lost", why: best.why };
    return { quorum: "open", why: isSettled ? why : "it is being agreed on" };
  }

  #judged({ members, quorum, leader }: Beginning): Verdict {
    const own = this.judge(members);
    if (quorum === undefined || quorum === own.quorate) return own;
    return { quorate: quorum, why: `${leader} says so` };
  }

  get heldUntil(): Instant | undefined {
    return this.#heldUntil;
  }

  /** Tells what was held back. */
  release(): void {
    this.#heldUntil = undefined;
    this.#report();
  }

  #report(): void {
    const { names } = this.roll;
    const alone = this.members.length === 1;
    const members = this.members.map((name) => ({
      name,
      index: names.indexOf(name),
      bornon: (alone ? 0 : this.uptimes.get(name)) || this.major,
    }));
    const { quorate, why } = this.#verdict;
    this.#influx = false;
    this.#reported = {
      nodes: names,
      transition: this.major,
      cookie: this.cookie,
      leader: this.leader ?? this.self,
      members,
      quorate,
      why,
    };
    this.#effects.push({ do: "membership", membership: this.#reported });
    const quorum = quorate ? "quorum" : "no quorum";
    this.log("info", `Membership ${this.major}: ${this.members.join(" ")}; ${quorum} (${why})`);
  }

  /** What was agreed on may not hold any longer. */
  unsettle(): void {
    this.#heldUntil = undefined;
    if (this.#influx || this.#reported === undefined || this.joined === 0) return;
    this.#influx = true;
    this.#effects.push({ do: "influx" });
  }

  evict(): void {
    if (this.joined > 0 && this.#reported !== undefined) this.#effects.push({ do: "evicted" });
  }
}
