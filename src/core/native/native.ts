// Who holds what among hb nodes, two or many (docs/design.md, "Groups among hb nodes").
//
// Every node keeps, per group, a register: the node to which the group is assigned. A node that is
// assigned a group takes it once every hb node that it hears has confirmed that same register and
// that it holds nothing of the group; a node that holds a group assigned elsewhere gives it as soon
// as the other one has confirmed. So release always comes first, and a lost message only delays.
//
// It does not start or stop anything itself (runner.ts) and it does not talk to Heartbeat 3 nodes
// (classic.ts, legacy.ts), but for what lets such a node live beside many (stranger.ts, inquiry.ts).

import { bulletinType } from "../../wire/bulletin.ts";
import { textOf } from "../../wire/message.ts";
import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import type { Settled } from "../group/hand.ts";
import type { Negotiator } from "../group/negotiator.ts";
import type { Command } from "../input.ts";
import { after, firstAfter, type Instant } from "../instant.ts";
import type { MemberEvent } from "../member.ts";
import type { RememberedGroup } from "../memory.ts";
import { isBusy } from "./activity.ts";
import { Connectivity, restMs } from "./connectivity.ts";
import { Council, type NativeTable } from "./council.ts";
import { assigned, log } from "./decision.ts";
import { Giving } from "./giving.ts";
import { Herald } from "./herald.ts";
import { Inquiry } from "./inquiry.ts";
import { Leave } from "./leave.ts";
import { Ledger, retryAloneMs } from "./ledger.ts";
import { Operator } from "./operator.ts";
import { Partition } from "./partition.ts";
import { candidateOrder, choose } from "./placement.ts";
import { Renewal } from "./renewal.ts";
import { refusal } from "./request.ts";
import { answerStranger } from "./stranger.ts";

export class Native implements Negotiator {
  readonly #table: NativeTable;
  readonly #council: Council;
  readonly #ledger: Ledger;
  readonly #partition: Partition;
  readonly #giving: Giving;
  readonly #operator: Operator;
  readonly #connectivity: Connectivity;
  readonly #herald: Herald;
  readonly #inquiry: Inquiry;
  readonly #renewal: Renewal;
  readonly #leave: Leave;
  #turnedAt: Instant;
  /** When time alone may change an answer: the same until a turn, or until somebody is new. */
  #due: { readonly at: Instant | undefined } | undefined;

  constructor(table: NativeTable, memory: readonly RememberedGroup[], now: Instant) {
    this.#table = table;
    this.#turnedAt = now;
    this.#council = new Council(table, now);
    this.#ledger = new Ledger(table, memory);
    this.#partition = new Partition(this.#council, this.#ledger);
    this.#giving = new Giving(this.#council, this.#ledger);
    this.#operator = new Operator(this.#council, this.#ledger);
    this.#connectivity = new Connectivity(() => 2 * table.config().timing.keepaliveMs + 50);
    this.#herald = new Herald(this.#council);
    this.#inquiry = new Inquiry(this.#council);
    this.#renewal = new Renewal(this.#council);
    this.#leave = new Leave(table);
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
    const effects =
      command.name === "standby"
        ? this.#operator.standby(request, command.set, now)
        : this.#operator.takeover(request, command.set, now);
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
    first = firstAfter(turnedAt, first, this.#connectivity.deadline());
    this.#due = { at: first };
    return first;
  }

  why(key: string): string {
    const { node, epoch } = this.#ledger.register(key);
    if (this.#ledger.orphans.has(key)) return "no node can hold it";
    const group = this.#table.hand.group(key);
    const here = this.#ledger.isMine(key) || (group !== undefined && isBusy(group.state));
    if (here) return this.#ledger.why(key) ?? `${node} is its owner`;
    return epoch === 0 ? `${node} is its owner` : `assigned to ${node} (epoch ${epoch})`;
  }

  holder(key: string): string | null {
    return this.#council.holder(key);
  }

  isDeaf(node: string): boolean {
    return this.#council.hearsay.isDeaf(node);
  }

  get stable(): boolean {
    if (!this.#operator.requests.isEmpty || this.#leave.begun) return false;
    return this.#table.hand.groups.every(
      ({ key }) => this.holder(key) === this.#ledger.register(key).node,
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
    if (bulletin.ask.includes(this.#table.self)) this.#herald.asked();
    return this.#turn(now);
  }

  /** Apply all rules to all groups, in order, then tell the others what has changed. */
  #turn(now: Instant): Effect[] {
    this.#turnedAt = now;
    this.#due = undefined;
    this.#council.look(now);
    this.#ledger.meet(this.#council);
    const effects: Effect[] = [];
    for (const group of this.#table.hand.groups) {
      this.#ledger.note(group, this.#council, now);
      effects.push(...group.holdBack(this.#council.occupant(group.key), now));
      effects.push(...this.#judge(group, now));
    }
    effects.push(...this.#partition.relinquish(), ...this.#operator.check(now));
    const isLeaving = this.#leave.begun;
    const status = isLeaving ? "leaving" : this.#council.active ? "active" : "starting";
    effects.push(...this.#herald.speak(status, this.#ledger.news(isLeaving), now));
    if (isLeaving) return [...effects, ...this.#leave.check(now)];
    return [...effects, ...this.#inquiry.check(now), ...this.#renewal.check()];
  }

  /** The rules, in order; the first that has something to say decides. */
  #judge(group: Group, now: Instant): Effect[] {
    if (group.isSought) return [];
    if (this.#leave.begun) return this.#partition.judge(group, now) ?? [];
    return (
      this.#partition.judge(group, now) ??
      this.#giving.judge(group, now) ??
      this.#fillVacancy(group, now) ??
      this.#sendHome(group) ??
      this.#followPings(group, now) ??
      this.#takeAssigned(group, now) ??
      []
    );
  }

  /** The assigned node cannot hold the group: the one that all nodes would choose assigns itself. */
  #fillVacancy(group: Group, now: Instant): Effect[] | undefined {
    const { key, owner } = group;
    const { node } = this.#ledger.register(key);
    if (this.#mayKeep(node, key, now)) {
      this.#ledger.orphans.delete(key);
      return undefined;
    }
    if (this.#council.doubt() !== undefined) return [];
    const chosen = choose({
      owner,
      nodes: this.#council.nodes,
      holder: this.#council.whereItRuns(key),
      viable: (candidate) => this.#isViable(candidate, key),
      pings: (candidate) => this.#council.pings(candidate),
    });
    if (chosen === undefined) return this.#orphan(key, now);
    this.#ledger.orphans.delete(key);
    if (chosen !== this.#table.self || !this.#ledger.mayClaim(key, now)) return [];
    const why = `${node} ${this.#council.lack(node, key)}`;
    // Its new line of haresources may still be on its way, or its start takes very long.
    if (this.#council.isIgnorant(owner, key) || this.#council.isStarting(owner))
      this.#ledger.homesick.add(key);
    this.#ledger.assign(key, chosen, why);
    const told = assigned("info", "takeover", { group: key, from: node, to: chosen, why });
    return [told, ...(this.#takeAssigned(group, now) ?? [])];
  }

  /** The owner is back: what was held for it goes home. */
  #sendHome({ key, state, owner }: Group): Effect[] | undefined {
    const { self, autoFailback } = this.#table;
    if (autoFailback === "off" || !this.#ledger.homesick.has(key) || state !== "held") {
      return undefined;
    }
    if (this.#operator.requests.concerns(key) || !this.#isReceptive(owner, key)) return undefined;
    if (this.#council.doubt() !== undefined) return undefined;
    if (this.#council.pings(owner) < this.#council.pings(self)) return undefined;
    const why = `${owner} is its owner and is back`;
    this.#ledger.homesick.delete(key);
    this.#ledger.assign(key, owner, why);
    return [assigned("info", "failback", { group: key, to: owner, why })];
  }

  /** Another node sees more ping nodes. */
  #followPings({ key, state, owner }: Group, now: Instant): Effect[] | undefined {
    const { self, autoFailback } = this.#table;
    const isMine = this.#ledger.isMine(key) && state === "held";
    const isCalledFor = autoFailback !== "legacy" && isMine && this.#council.isOutseen;
    if (!isCalledFor || this.#council.doubt() !== undefined) {
      this.#connectivity.forget(key);
      return undefined;
    }
    const others = candidateOrder(owner, this.#council.nodes)
      .filter((node) => node !== self && this.#isReceptive(node, key))
      .map((node) => ({ node, pings: this.#council.pings(node) }));
    const pings = this.#council.pings(self);
    const notBefore = after(this.#ledger.upAt(key, now), restMs);
    const better = this.#connectivity.judge(key, { pings, others, notBefore }, now);
    if (better === undefined) return undefined;
    const why = `${better.node} sees ${better.pings} ping nodes, ${self} sees ${pings}`;
    this.#ledger.assign(key, better.node, why);
    return [assigned("warn", "connectivity", { group: key, to: better.node, why })];
  }

  /** The group is assigned to this node, and everybody knows and is out of the way. */
  #takeAssigned({ key, state }: Group, now: Instant): Effect[] | undefined {
    const register = this.#ledger.register(key);
    if (!this.#ledger.isMine(key) || !this.#ledger.isWilling(key)) return undefined;
    if (state !== "idle" && state !== "unsure" && state !== "failed") return undefined;
    if (this.#council.doubt() !== undefined) return undefined;
    if (this.#council.objection(key, register) !== undefined) return undefined;
    const why = this.#ledger.why(key) ?? "this node is its owner";
    this.#ledger.claim(key, register.epoch);
    this.#ledger.explain(key, why);
    return this.#table.hand.take([key], why, now);
  }

  #orphan(key: string, now: Instant): Effect[] {
    const isMine = this.#ledger.isMine(key);
    if (isMine) this.#ledger.hurry(key, now);
    if (this.#ledger.orphans.has(key)) return [];
    this.#ledger.orphans.add(key);
    const again = isMine ? `, trying again in ${retryAloneMs / 1_000} s` : "";
    return [log("error", "orphan", `No node can hold ${key}${again}`, { group: key })];
  }

  #isViable(node: string, key: string): boolean {
    return this.#council.isViable(node, key, !this.#leave.begun && this.#ledger.isWilling(key));
  }

  /** The node could be given the group: who may have some of it up must find that out first. */
  #isReceptive(node: string, key: string): boolean {
    return this.#isViable(node, key) && !this.#council.isUnsure(node, key);
  }

  /** The assigned node keeps the group while it can hold it or, until it is sure or for a time, starts. */
  #mayKeep(node: string, key: string, now: Instant): boolean {
    const council = this.#council;
    const isStarting = council.isStarting(node);
    if (isStarting || council.isIgnorant(node, key)) {
      if (council.isUnsure(node, key)) return true;
      return this.#ledger.mayWait(key, isStarting ? "start" : "files", now);
    }
    this.#ledger.endWait(key);
    if (this.#isViable(node, key) || council.isLeftTo(node, key, now)) return true;
    // A network with holes: others hear it, so it is for them to judge.
    if (!council.isAlive(node)) return council.isHeardOf(node);
    // It does not hear us, so nothing can be agreed with it; it acts for itself.
    const bulletin = council.hearsay.bulletin(node);
    const isWilling = bulletin?.groups.get(key)?.unwilling === false;
    return council.hearsay.isDeaf(node) && bulletin?.status === "active" && isWilling;
  }
}
