// The hb nodes of the cluster as this one sees them: who is there, who could hold a group, who has
// confirmed what. Facts only; rulebook.ts draws the conclusions.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Franchise } from "../group/franchise.ts";
import type { Table } from "../group/negotiator.ts";
import type { Runner } from "../group/runner.ts";
import { Vigil } from "../group/vigil.ts";
import { firstAfter, type Instant } from "../instant.ts";
import type { Member } from "../member.ts";
import { Absence } from "./absence.ts";
import { isBusy, isRunning } from "./activity.ts";
import { Claims } from "./claims.ts";
import { Hearsay } from "./hearsay.ts";
import { Naming } from "./naming.ts";
import { type Register, sameRegister } from "./register.ts";

/** What the protocol among hb nodes needs beyond a table. */
export interface NativeTable extends Table {
  readonly hand: Runner;
  readonly generation: number;
  config(): ClusterConfig;
  /** Number of the last bulletin of this generation, and the next one. */
  readonly bulletins: { last: number };
  readonly franchise: Franchise;
}

export class Council {
  readonly table: NativeTable;
  readonly hearsay: Hearsay;
  readonly claims: Claims;
  readonly #naming: Naming;
  #members: readonly Member[] = [];
  /** Who has left is not among what the members say of themselves. */
  #isStirred = true;
  #byName: ReadonlyMap<string, Member> = new Map();
  #peers: readonly string[] = [];
  #strangers: readonly string[] = [];
  #pings = 0;
  readonly absence = new Absence();
  /** Meanwhile a silent node may be one that came up while we slept, and a Heartbeat 3 node may still
   *  hold what it took then: it does not say so, but restarts when it hears us (heartbeat-wire 10). */
  readonly vigil = new Vigil(() => this.config.timing.deadtimeMs);

  constructor(table: NativeTable, now: Instant) {
    this.table = table;
    const { self, generation } = table;
    this.hearsay = new Hearsay(self, generation, () => this.config.timing.deadtimeMs);
    this.claims = new Claims(() => table.members());
    this.#naming = new Naming(table.hand.groups);
    this.look(now);
    for (const node of this.#peers) this.appeared(node, now);
  }

  get config(): ClusterConfig {
    return this.table.config();
  }

  get self(): string {
    return this.table.self;
  }

  /** This node is a full member, with a part in the cluster. */
  get active(): boolean {
    return this.member(this.self)?.status === "active" && this.table.franchise.counts;
  }

  /** Other hb nodes that are alive and have not left, in name order. */
  get peers(): readonly string[] {
    return this.#peers;
  }

  /** Heartbeat 3 nodes that are alive, in name order. */
  get strangers(): readonly string[] {
    return this.#strangers;
  }

  /** Every node that may ever hold a group; those added at run time count once they are here. */
  get nodes(): readonly string[] {
    return [...new Set([...this.config.nodes, ...this.#peers])];
  }

  /** There is, or was, another hb node. One that seems dead may still hear us. */
  get hasAudience(): boolean {
    return this.#members.some(({ name, speaksHb }) => speaksHb && name !== this.self);
  }

  /** Look around: neither membership nor the files change during one step of a negotiator. */
  look(now: Instant): void {
    this.vigil.look(now);
    this.#naming.look(this.table.hand.groups, this.table.bulletins.last + 1);
    const members = this.table.members();
    if (members === this.#members && !this.#isStirred) return;
    this.#isStirred = false;
    this.#members = members;
    this.#byName = new Map(this.#members.map((member) => [member.name, member]));
    const peers: string[] = [];
    const strangers: string[] = [];
    this.#pings = 0;
    for (const { kind, name, status, speaksHb, generation } of this.#members) {
      if (kind === "ping") this.#pings += status === "ping" ? 1 : 0;
      else if (name === this.self || !this.isAlive(name)) continue;
      else if (speaksHb) peers.push(name);
      // Only a status says what a node runs, and only a status brings a generation.
      else if (generation > 0) strangers.push(name);
    }
    this.#peers = peers.sort();
    this.#strangers = strangers.sort();
  }

  /** The node came, or came back: only what it says from now on counts. */
  appeared(node: string, now: Instant): void {
    this.#isStirred = true;
    this.absence.appeared(node);
    this.claims.forget(node);
    this.hearsay.appeared(node, this.table.bulletins.last + 1, now);
  }

  /** The node talks: it must be known, whatever order its news came in. True when it was not. */
  expect(node: string, now: Instant): boolean {
    this.look(now);
    if (!this.isAlive(node) || this.hearsay.knows(node)) return false;
    this.appeared(node, now);
    return true;
  }

  /** The node is dead or was removed; `fate` completes "bob …". */
  died(node: string, fate: string): void {
    this.#isStirred = true;
    const { hearsay } = this;
    const last = hearsay.isFresh(node) ? hearsay.bulletin(node) : undefined;
    this.absence.died(node, fate, last);
    this.hearsay.gone(node);
    this.claims.gone(node);
  }

  left(node: string): void {
    this.#isStirred = true;
    this.absence.left(node);
    this.hearsay.gone(node);
    this.claims.gone(node);
  }

  /** This node was away for longer than its deadtime: nothing that it knew is sure. */
  overslept(now: Instant): void {
    this.vigil.begin(now);
    for (const node of this.#peers) this.appeared(node, now);
  }

  isAlive(node: string): boolean {
    if (node === this.self) return true;
    const member = this.member(node);
    if (member === undefined || member.unheard || this.absence.hasLeft(node)) return false;
    return member.status !== "dead";
  }

  /** It is known not to be here. A node that this run has not heard yet may be here all the time. */
  isAway(node: string): boolean {
    const member = this.member(node);
    if (member?.unheard === true && member.status !== "dead") return false;
    return !this.isAlive(node);
  }

  /** Not heard here, but a peer whose word counts hears it. */
  isHeardOf(node: string): boolean {
    if (this.absence.hasLeft(node)) return false;
    return this.#peers.some(
      (peer) => this.hearsay.isFresh(peer) && this.hearsay.bulletin(peer)?.seen.has(node),
    );
  }

  /** Peers that have not heard yet what they are to answer: that we are here, or which groups we know. */
  get unanswered(): string[] {
    const { latest } = this.#naming;
    return this.#peers.filter(
      (node) => !this.hearsay.isFresh(node) || !this.hearsay.hasHeard(node, latest),
    );
  }

  /** A peer that has said nothing yet since it heard this node, and may still do so. */
  get unreported(): string | undefined {
    return this.#peers.find((node) => !this.hearsay.isFresh(node) && !this.hearsay.isDeaf(node));
  }

  /** Why nothing new may be decided now; undefined when everything needed is known. */
  doubt(): string | undefined {
    const objection = this.table.franchise.objection();
    if (objection !== undefined) return objection;
    if (!this.active) return "this node is not a full member yet";
    const unknown = this.unreported;
    if (unknown !== undefined) return `no report of ${unknown} yet`;
    if (!this.vigil.isKept) return undefined;
    const [stranger] = this.#strangers;
    if (stranger !== undefined) return `${stranger} may have taken over while this node slept`;
    // One that had left may be back, too.
    const silent = this.#members.find(({ kind, name }) => kind === "normal" && !this.isAlive(name));
    if (silent === undefined) return undefined;
    return `${silent.name} may have come up while this node slept`;
  }

  /** The node could start the group now. `ownWill` answers for this node. */
  isViable(node: string, key: string, ownWill: boolean): boolean {
    if (node === this.self) return this.active && ownWill;
    if (!this.#peers.includes(node)) return false;
    const bulletin = this.hearsay.bulletin(node);
    const news = bulletin?.groups.get(key);
    if (bulletin === undefined || news === undefined || !this.hearsay.isFresh(node)) return false;
    return bulletin.status === "active" && !news.unwilling;
  }

  /** The node is here, but not ready to hold anything yet: it is starting. */
  isStarting(node: string): boolean {
    if (node === this.self) return !this.active;
    if (!this.#peers.includes(node)) return false;
    const status = this.hearsay.bulletin(node)?.status;
    return status === undefined || status === "starting";
  }

  /** The node is here, but its haresources does not (yet) name the group. */
  isIgnorant(node: string, key: string): boolean {
    const bulletin = this.hearsay.bulletin(node);
    if (bulletin?.status !== "active") return false;
    return !bulletin.groups.has(key) || bulletin.gone?.has(key) === true;
  }

  /** The peer may have something of the group up, and does not know yet whether it is the holder. */
  isUnsure(node: string, key: string): boolean {
    return this.hearsay.news(node, key)?.activity === "unsure";
  }

  /** A Heartbeat 3 node whose group this is, as long as it or another one of them may have it. */
  isLeftTo(node: string, key: string, now: Instant): boolean {
    if (!this.#strangers.includes(node)) return false;
    const owner = this.table.hand.group(key)?.owner ?? node;
    return !this.claims.isUnclaimed({ key, owner }, this.#strangers, now);
  }

  /** What a node lacks that cannot keep a group: the reason of a takeover. */
  lack(node: string, key: string): string {
    if (!this.isAlive(node)) return this.absence.fate(node) ?? "is not here";
    if (node === this.self) return "cannot hold it";
    if (this.#strangers.includes(node)) return "runs Heartbeat 3 and does not claim it";
    const bulletin = this.hearsay.bulletin(node);
    if (bulletin?.status === "leaving") return "is leaving";
    if (bulletin?.status === "starting") return "does not become active";
    const news = bulletin?.groups.get(key);
    if (news === undefined || this.isIgnorant(node, key)) return "does not know the group";
    return news.unwilling ? "failed to start it" : "does not hear this node";
  }

  /** The node where the group runs, this one or a peer; null when nowhere. */
  whereItRuns(key: string): string | null {
    const here = this.table.hand.group(key)?.state ?? "idle";
    if (isRunning(here)) return this.self;
    const running = this.#peers.filter((node) => {
      return isRunning(this.hearsay.news(node, key)?.activity ?? "idle");
    });
    return this.holder(key) ?? running[0] ?? null;
  }

  /** The node where all of the group is up and sure. */
  holder(key: string): string | null {
    if (this.table.hand.group(key)?.state === "held") return this.self;
    const holder = this.#peers.find((node) => this.hearsay.news(node, key)?.activity === "held");
    return holder ?? null;
  }

  /** Ping nodes that the node sees. */
  pings(node: string): number {
    return node === this.self ? this.#pings : (this.hearsay.bulletin(node)?.pings ?? 0);
  }

  /** In which run those are known that are not here. */
  runs(): Map<string, number> {
    const away = this.#members.filter(({ name, kind }) => kind === "normal" && !this.isAlive(name));
    const known = away.filter(({ generation }) => generation > 0);
    return new Map(known.map(({ name, generation }) => [name, generation]));
  }

  /** Groups that belong here, by this node's own files. */
  homes(): Set<string> {
    const own = this.table.hand.groups.filter(({ owner }) => this.#isHome(this.self, owner));
    return new Set(own.map(({ key }) => key));
  }

  /** The group belongs to that node by the node's own files, as far as it says. */
  isHomeOf(node: string, { key, owner }: { readonly key: string; readonly owner: string }) {
    const homes = node === this.self ? undefined : this.hearsay.bulletin(node)?.homes;
    return homes?.has(key) ?? this.#isHome(node, owner);
  }

  #isHome(node: string, owner: string): boolean {
    return node === owner && this.table.autoFailback !== "off";
  }

  /** A peer that says that it has something of the group up, or is at it with its scripts. */
  occupant(key: string): string | undefined {
    for (const node of this.#peers) {
      const activity = this.hearsay.news(node, key)?.activity ?? "idle";
      if (isBusy(activity)) return `${node} is ${activity}`;
    }
    return undefined;
  }

  /** A peer sees more ping nodes than this node. */
  get isOutseen(): boolean {
    return this.#peers.some((node) => this.pings(node) > this.#pings);
  }

  /** A peer that stands between this node and the start of a group assigned to it; undefined when
   *  all have confirmed the register, knowing that we know the group, and none has anything of it up. */
  objection(key: string, register: Register): string | undefined {
    const occupant = this.occupant(key);
    if (occupant !== undefined) return occupant;
    const namedIn = this.#naming.namedIn(key);
    for (const node of this.#peers) {
      const news = this.hearsay.news(node, key);
      if (this.hearsay.isDeaf(node)) continue;
      if (!this.hearsay.isFresh(node)) return `no report of ${node} yet`;
      if (!this.hearsay.hasHeard(node, namedIn)) return `${node} has not heard of it from us yet`;
      if (news !== undefined && !sameRegister(news.register, register)) {
        return `${node} has not confirmed yet`;
      }
    }
    return undefined;
  }

  /** The peer knows that the group is assigned so, and could take it at once: while it is still stopping
   *  the group, that is better off where it is than nowhere. A cut heals node by node: who has not reported
   *  may have the group up as well, and then one of both keeps it. */
  isReadyFor(node: string, key: string, register: Register): boolean {
    if (this.unreported !== undefined) return false;
    const news = this.hearsay.news(node, key);
    if (news === undefined || !this.hearsay.isFresh(node)) return false;
    return sameRegister(news.register, register) && news.activity !== "stopping";
  }

  /** When time alone may change an answer of this class. */
  deadline(now: Instant): Instant | undefined {
    return firstAfter(now, this.claims.deadline(now), this.vigil.deadline());
  }

  /** Its row of the membership; undefined: it is no member. */
  member(node: string): Member | undefined {
    return this.#byName.get(node);
  }
}
