// Who holds what among hb nodes, two or many (docs/design.md, "Groups among hb nodes").
//
// Every node keeps, per group, a register: the node to which the group is assigned. A node that is
// assigned a group takes it once every hb node that it hears has confirmed that same register and
// that it holds nothing of the group; a node that holds a group assigned elsewhere gives it as soon
// as the other one has confirmed. So release always comes first, and a lost message only delays.
//
// Here is what happens to such a node, and the turn that follows: rulebook.ts says what becomes of each
// group. It does not start or stop anything itself (runner.ts) and it does not talk to Heartbeat 3 nodes
// (classic.ts, legacy.ts), but for what lets such a node live beside many (stranger.ts, inquiry.ts).

import { bulletinType } from "../../wire/bulletin.ts";
import { textOf } from "../../wire/message.ts";
import type { Claim } from "../classic/ownership.ts";
import type { Effect } from "../effect.ts";
import type { Settled } from "../group/hand.ts";
import type { Negotiator } from "../group/negotiator.ts";
import type { Command } from "../input.ts";
import { firstAfter, type Instant } from "../instant.ts";
import type { MemberEvent } from "../member.ts";
import type { RememberedGroup } from "../memory.ts";
import { isBusy } from "./activity.ts";
import { Bare } from "./bare.ts";
import { Council, type NativeTable } from "./council.ts";
import { log } from "./decision.ts";
import { Herald } from "./herald.ts";
import { Inquiry } from "./inquiry.ts";
import { Leave } from "./leave.ts";
import { Ledger } from "./ledger.ts";
import { Operator } from "./operator.ts";
import { Partition } from "./partition.ts";
import { Renewal } from "./renewal.ts";
import { refusal } from "./request.ts";
import { Rulebook } from "./rulebook.ts";
import { Safeguard } from "./safeguard.ts";
import { answerStranger } from "./stranger.ts";
import { Whereabouts } from "./whereabouts.ts";

export class Native implements Negotiator {
  readonly #table: NativeTable;
  readonly #council: Council;
  readonly #ledger: Ledger;
  readonly #partition: Partition;
  readonly #operator: Operator;
  readonly #herald: Herald;
  readonly #inquiry: Inquiry;
  readonly #renewal: Renewal;
  readonly #leave: Leave;
  readonly #safeguard: Safeguard;
  readonly #bare: Bare;
  readonly #whereabouts: Whereabouts;
  readonly #rules: Rulebook;
  #turnedAt: Instant;
  /** When time alone may change an answer: the same until a turn, or until somebody is new. */
  #due: { readonly at: Instant | undefined } | undefined;

  constructor(table: NativeTable, memory: readonly RememberedGroup[], now: Instant) {
    this.#table = table;
    this.#turnedAt = now;
    this.#council = new Council(table, now);
    this.#ledger = new Ledger(table, memory);
    this.#partition = new Partition(this.#council, this.#ledger);
    this.#operator = new Operator(this.#council, this.#ledger);
    this.#herald = new Herald(this.#council);
    this.#inquiry = new Inquiry(this.#council);
    this.#renewal = new Renewal(this.#council);
    this.#leave = new Leave(table);
    this.#safeguard = new Safeguard(this.#council, this.#ledger);
    this.#bare = new Bare(this.#council);
    this.#whereabouts = new Whereabouts(this.#council);
    this.#rules = new Rulebook({
      safeguard: this.#safeguard,
      council: this.#council,
      ledger: this.#ledger,
      partition: this.#partition,
      requests: this.#operator.requests,
      leave: this.#leave,
    });
  }

  /** What the next run must know of the group, but for what is up. */
  memory(key: string): Omit<RememberedGroup, "up"> {
    const homesick = this.#ledger.homesick.has(key) ? { homesick: true as const } : {};
    return { key, assigned: this.#ledger.register(key), ...homesick };
  }

  member(event: MemberEvent, now: Instant): Effect[] | undefined {
    if (event.event === "message") return this.#heard(event, now);
    this.#remember(event, now);
    return this.#turn(now);
  }

  settled(_outcomes: readonly Settled[], now: Instant): Effect[] {
    return this.#turn(now);
  }

  command(request: number, command: Command, now: Instant): Effect[] {
    this.#council.look(now);
    if (command.name === "leave") {
      const cancelled = this.#operator.requests.cancel("This node is leaving the cluster");
      return [...cancelled, ...this.#leave.begin(request, now), ...this.#turn(now)];
    }
    if (command.name !== "standby" && command.name !== "takeover") return [];
    if (this.#leave.begun) return [refusal(request, "This node is leaving the cluster")];
    const doubt = this.#council.doubt();
    if (doubt !== undefined) return [refusal(request, `Not possible now: ${doubt}`)];
    const { name, set } = command;
    this.#bare[name](set);
    const effects = this.#operator[name](request, set, now);
    return [...effects, ...this.#turn(now)];
  }

  /** Everything was suspended already (core.ts); now find out what became of it. */
  overslept(ms: number, now: Instant): Effect[] {
    this.#council.look(now);
    this.#council.overslept(now);
    const text = `Away for ${Math.round(ms)} ms: asking everybody who holds what`;
    return [log("warn", "overslept", text), ...this.#turn(now)];
  }

  expire(now: Instant): Effect[] {
    return this.#turn(now);
  }

  deadline(): Instant | undefined {
    if (this.#due !== undefined) return this.#due.at;
    const turnedAt = this.#turnedAt;
    let first = this.#council.deadline(turnedAt);
    first = firstAfter(turnedAt, first, this.#ledger.deadline(turnedAt));
    first = firstAfter(turnedAt, first, this.#herald.deadline());
    first = firstAfter(turnedAt, first, this.#inquiry.deadline(turnedAt));
    first = firstAfter(turnedAt, first, this.#operator.requests.deadline());
    first = firstAfter(turnedAt, first, this.#rules.deadline());
    this.#due = { at: first };
    return first;
  }

  why(key: string): string {
    const { node, epoch } = this.#ledger.register(key);
    if (this.#ledger.orphans.has(key)) return "no node can hold it";
    const group = this.#table.hand.group(key);
    const isUp = group !== undefined && isBusy(group.state);
    const objection = isUp ? undefined : this.#table.franchise.objection();
    if (objection !== undefined) return `nothing is taken: ${objection}`;
    const danger = isUp ? undefined : this.#safeguard.objection(key);
    if (danger !== undefined) return danger;
    if (isUp || this.#ledger.isMine(key)) return this.#ledger.why(key) ?? `${node} is its owner`;
    return epoch === 0 ? `${node} is its owner` : `assigned to ${node} (epoch ${epoch})`;
  }

  holder(key: string): string | null {
    return this.#council.holder(key);
  }

  get claim(): Claim {
    return this.#bare.claim;
  }

  isDeaf(node: string): boolean {
    return this.#council.hearsay.isDeaf(node);
  }

  get awakening(): "listening" | undefined {
    return this.#council.vigil.isKept ? "listening" : undefined;
  }

  get stable(): boolean {
    if (!this.#operator.requests.isEmpty || this.#leave.begun) return false;
    // Without quorum what has no holder here has none for as long as that lasts.
    if (this.#table.franchise.isLost) return true;
    // What no node can hold is tried again, and rests until then.
    return this.#table.hand.groups.every(
      ({ key }) =>
        this.#ledger.orphans.has(key) || this.holder(key) === this.#ledger.register(key).node,
    );
  }

  #remember(event: Exclude<MemberEvent, { readonly event: "message" }>, now: Instant): void {
    switch (event.event) {
      case "up":
      case "restarted":
      case "returned":
        this.#council.appeared(event.node, now);
        return;
      case "dead":
        this.#council.died(event.node, event.wasHeard ? `is dead: ${event.why}` : "never appeared");
        return;
      case "removed":
        this.#council.died(event.node, "was removed from the cluster");
        return;
      case "left":
        this.#council.left(event.node);
        return;
      case "active":
      case "comm-up":
      case "ping":
        return;
    }
  }

  #heard(
    event: Extract<MemberEvent, { readonly event: "message" }>,
    now: Instant,
  ): Effect[] | undefined {
    const { node, message } = event;
    if (this.#council.strangers.includes(node)) {
      const isNews = this.#council.claims.heard(node, message);
      const question = { node, message, isAsked: this.#inquiry.isAsked(node) };
      const said = answerStranger(this.#council, this.#ledger, question, now);
      return isNews ? [...(said ?? []), ...this.#turn(now)] : said;
    }
    if (textOf(message, "t") !== bulletinType) return undefined;
    const { hearsay } = this.#council;
    const report = hearsay.read(node, message);
    if (report === undefined) {
      return [log("warn", "bulletin", `Cannot read the report of ${node}: another version?`)];
    }
    if (this.#council.expect(node, now)) this.#due = undefined;
    // What changes by time alone is judged at its own moment (deadline).
    if (hearsay.heard(node, report, now) !== "news") return undefined;
    const { bulletin } = report;
    const deaf = !hearsay.isFresh(node);
    for (const [key, news] of bulletin.groups) {
      if (this.#table.hand.group(key) !== undefined)
        this.#ledger.merge(key, news.register, node, deaf);
    }
    for (const [fenced, generation] of bulletin.fenced ?? []) {
      if (!this.#council.isAlive(fenced)) this.#table.fencing.told(fenced, generation);
    }
    this.#bare.merge(bulletin.bare);
    if (bulletin.ask.includes(this.#table.self)) this.#herald.asked();
    return this.#turn(now);
  }

  /** Apply all rules to all groups, in order, then tell the others what has changed. */
  #turn(now: Instant): Effect[] {
    this.#turnedAt = now;
    this.#due = undefined;
    this.#table.franchise.heed(now);
    this.#council.look(now);
    this.#ledger.meet(this.#council);
    const effects: Effect[] = [];
    for (const group of this.#table.hand.groups) {
      this.#ledger.note(group, this.#council, now);
      const heldBack = (words: readonly string[]) =>
        this.#council.occupant(group.key) ?? this.#whereabouts.objection(group.key, words);
      effects.push(...group.holdBack(heldBack, now));
      effects.push(...this.#rules.judge(group, now));
    }
    effects.push(...this.#partition.relinquish(), ...this.#operator.check(now));
    const isLeaving = this.#leave.begun;
    effects.push(...this.#safeguard.check(isLeaving, now));
    if (!isLeaving) this.#bare.judge();
    const status = isLeaving ? "leaving" : this.#council.active ? "active" : "starting";
    const bare = this.#bare.news;
    const groups = this.#ledger.news(isLeaving);
    const told = { groups, ...(bare && { bare }), ...this.#whereabouts.told };
    effects.push(...this.#herald.speak(status, told, now));
    if (isLeaving) return [...effects, ...this.#leave.check(now)];
    return [...effects, ...this.#inquiry.check(now), ...this.#renewal.check()];
  }
}
