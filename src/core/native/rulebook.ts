// What becomes of a group on this node: the rules, in order; the first that has something to say decides.
//
// A rule assigns the group anew, takes it or gives it, by what the council knows and the ledger remembers.
// Those with much to say have a file of their own.

import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import { after, type Instant } from "../instant.ts";
import { Connectivity, restMs } from "./connectivity.ts";
import type { Council } from "./council.ts";
import { assigned, log } from "./decision.ts";
import { Forfeit } from "./forfeit.ts";
import { Giving } from "./giving.ts";
import type { Leave } from "./leave.ts";
import { type Ledger, retryAloneMs } from "./ledger.ts";
import type { Partition } from "./partition.ts";
import { candidateOrder, choose } from "./placement.ts";
import type { Requests } from "./request.ts";
import type { Safeguard } from "./safeguard.ts";

interface Parts {
  readonly council: Council;
  readonly ledger: Ledger;
  readonly partition: Partition;
  readonly requests: Requests;
  readonly leave: Leave;
  readonly safeguard: Safeguard;
}

export class Rulebook {
  readonly #council: Council;
  readonly #ledger: Ledger;
  readonly #partition: Partition;
  readonly #forfeit: Forfeit;
  readonly #giving: Giving;
  readonly #requests: Requests;
  readonly #connectivity: Connectivity;
  readonly #leave: Leave;
  readonly #safeguard: Safeguard;

  constructor({ council, ledger, partition, requests, leave, safeguard }: Parts) {
    this.#council = council;
    this.#ledger = ledger;
    this.#partition = partition;
    this.#forfeit = new Forfeit(council.table);
    this.#giving = new Giving(council, ledger);
    this.#requests = requests;
    this.#connectivity = new Connectivity(() => 2 * council.config.timing.keepaliveMs + 50);
    this.#leave = leave;
    this.#safeguard = safeguard;
  }

  judge(group: Group, now: Instant): Effect[] {
    if (group.isSought) return [];
    if (this.#leave.begun) return this.#partition.judge(group, now) ?? [];
    return (
      this.#forfeit.judge(group, now) ??
      this.#partition.judge(group, now) ??
      this.#giving.judge(group, now) ??
      this.#fillVacancy(group, now) ??
      this.#sendHome(group) ??
      this.#followPings(group, now) ??
      this.#takeAssigned(group, now) ??
      []
    );
  }

  /** When the answer of a rule may change by time alone, but for what council and ledger know of. */
  deadline(): Instant | undefined {
    return this.#connectivity.deadline();
  }

  /** The assigned node cannot hold the group: the one that all nodes would choose assigns itself. */
  #fillVacancy(group: Group, now: Instant): Effect[] | undefined {
    const { key, owner } = group;
    const { node } = this.#ledger.register(key);
    if (this.#council.table.franchise.objection() !== undefined) {
      // Who is waited for has its time from when something can be decided.
      this.#ledger.endWait(key);
      return [];
    }
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
    if (this.#safeguard.objection(key) !== undefined) return [];
    if (chosen !== this.#council.table.self || !this.#ledger.mayClaim(key, now)) return [];
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
    const { self, autoFailback } = this.#council.table;
    if (autoFailback === "off" || !this.#ledger.homesick.has(key) || state !== "held") {
      return undefined;
    }
    if (this.#requests.concerns(key) || !this.#isReceptive(owner, key)) return undefined;
    if (this.#council.doubt() !== undefined) return undefined;
    if (this.#council.pings(owner) < this.#council.pings(self)) return undefined;
    const why = `${owner} is its owner and is back`;
    this.#ledger.homesick.delete(key);
    this.#ledger.assign(key, owner, why);
    return [assigned("info", "failback", { group: key, to: owner, why, set: "foreign" })];
  }

  /** Another node sees more ping nodes. */
  #followPings({ key, state, owner }: Group, now: Instant): Effect[] | undefined {
    const { self, autoFailback } = this.#council.table;
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
    if (this.#safeguard.objection(key) !== undefined) return undefined;
    const why = this.#ledger.why(key) ?? "this node is its owner";
    this.#ledger.claim(key, register.epoch);
    this.#ledger.explain(key, why);
    return this.#council.table.hand.take([key], why, now);
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
