// The groups of this node: its hand, and the negotiator that the cluster's members call for.
//
// Beside exactly one other node that was last heard as Heartbeat 3, groups are negotiated in its
// language (classic.ts, legacy.ts); else among hb nodes (native.ts). The negotiator changes only when
// the other node's kind does, which means that it was replaced or upgraded; the new negotiator begins
// with what the hand really holds.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Message } from "../../wire/message.ts";
import type { Boot } from "../boot.ts";
import type { Standing } from "../ccm/effect.ts";
import { Classic } from "../classic/classic.ts";
import { Legacy } from "../classic/legacy.ts";
import { claimOf, heldSets, wordOf } from "../classic/ownership.ts";
import type { Effect } from "../effect.ts";
import { type Fenced, Fencing } from "../fencing/fencing.ts";
import type { Command, Input } from "../input.ts";
import { earliest, type Instant } from "../instant.ts";
import { mayOutlast } from "../lease.ts";
import type { Member, MemberEvent } from "../member.ts";
import { type GroupMemory, isStale, type RememberedGroup } from "../memory.ts";
import type { NativeTable } from "../native/council.ts";
import { log } from "../native/decision.ts";
import { Native } from "../native/native.ts";
import { refusal } from "../native/request.ts";
import type { GroupView, Snapshot } from "../snapshot.ts";
import { Franchise } from "./franchise.ts";
import type { Group } from "./group.ts";
import { type Kind, kindFor } from "./kind.ts";
import type { Negotiator } from "./negotiator.ts";
import { patienceMs } from "./patience.ts";
import { Retort, type Rival } from "./retort.ts";
import { Runner } from "./runner.ts";

export interface Peers {
  members(): readonly Member[];
  send(draft: Message, now: Instant): Effect[];
  /** Whether this side may speak for the cluster, where there is a membership with consensus. */
  standing(): Standing;
}

export class Groups {
  readonly #runner: Runner;
  readonly #table: NativeTable;
  readonly #peers: Peers;
  readonly #franchise: Franchise;
  #config: ClusterConfig;
  #kind: Kind = "native";
  /** The members for whom that is the right one. */
  #chosenFor: readonly Member[] | undefined;
  #negotiator: Negotiator;
  /** What was last written down, and what was last published. */
  #remembered = "";
  #seen = "";
  readonly #openRequests = new Set<number>();
  /** The request to leave: whoever negotiates, this node is on its way out. */
  #leave: number | undefined;
  readonly #retort: Retort;
  #adoption: GroupMemory | undefined;
  #isStale = false;
  /** How long it was away when it was last away for longer than its own deadtime. */
  #sleptMs: number | undefined;

  constructor(config: ClusterConfig, boot: Boot, peers: Peers, now: Instant) {
    this.#config = config;
    this.#peers = peers;
    this.#franchise = new Franchise(
      () => this.#config,
      () => peers.standing(),
    );
    const send: Peers["send"] = (draft, when) => peers.send(draft, when);
    this.#runner = new Runner(specsOf(config), config, boot.generation);
    this.#retort = new Retort(this.#runner);
    const self = this;
    this.#table = {
      self: config.self,
      get autoFailback() {
        return self.#config.autoFailback;
      },
      get deadtimeMs() {
        return self.#config.timing.deadtimeMs;
      },
      get patienceMs() {
        return patienceMs(self.#config);
      },
      hand: this.#runner,
      generation: boot.generation,
      bulletins: { last: 0 },
      franchise: this.#franchise,
      fencing: new Fencing({ device: () => this.#config.fencing, send }),
      config: () => this.#config,
      members: () => peers.members(),
      send,
    };
    this.#adoption = boot.memory;
    this.#isStale = boot.memory !== undefined && isStale(boot.memory, config, now);
    // Adoption happens before the negotiator is born: it begins with what the hand really holds.
    this.#adopted = this.#adopt(now);
    this.#negotiator = this.#make("native", now);
  }

  /** Effects of the adoption; the first step hands them out. */
  #adopted: Effect[];

  /** The first step of a run: what an earlier run left up is kept alive. */
  start(now: Instant): Effect[] {
    const effects = this.#adopted;
    this.#adopted = [];
    return [...effects, ...this.#after(now)];
  }

  /** News of membership, one at a time. */
  member(event: MemberEvent, now: Instant): Effect[] {
    this.#table.fencing.member(event);
    const changed = this.#choose(now);
    const said = this.#negotiator.member(event, now);
    if (said === undefined) return changed;
    return [...changed, ...this.#watch(said), ...this.#after(now)];
  }

  result(result: Extract<Input, { readonly on: "result" }>, now: Instant): Effect[] {
    return [...this.#runner.result(result, now), ...this.#after(now)];
  }

  /** A reset that was ordered has ended: what waited for it goes on. */
  fenced(result: Fenced, now: Instant): Effect[] {
    return [...this.#table.fencing.result(result, now), ...this.#expire(now)];
  }

  lost(event: Extract<Input, { readonly on: "address-lost" }>, now: Instant): Effect[] {
    return [...this.#runner.lost(event, now), ...this.#after(now)];
  }

  /** Somebody else answers for an address that this host holds. */
  rival(rival: Rival, now: Instant): Effect[] {
    return this.#retort.answer(rival, now);
  }

  /** standby, takeover, leave. */
  command(request: number, command: Command, now: Instant): Effect[] {
    this.#openRequests.add(request);
    if (command.name === "leave") this.#leave = request;
    return [...this.#watch(this.#negotiator.command(request, command, now)), ...this.#after(now)];
  }

  /** The host was away. If for long, all addresses leave their interfaces now, without any decision about them. */
  away(ms: number, isLong: boolean): Effect[] {
    if (isLong) return this.#runner.suspendAll();
    if (mayOutlast(ms, this.#config)) this.#runner.napped();
    return [];
  }

  /** This node was away for longer than its own deadtime, and everything is suspended. */
  overslept(ms: number, now: Instant): Effect[] {
    this.#sleptMs = ms;
    return [...this.#watch(this.#negotiator.overslept(ms, now)), ...this.#after(now)];
  }

  reload(config: ClusterConfig, now: Instant): Effect[] {
    this.#config = config;
    this.#chosenFor = undefined;
    const effects = this.#runner.reload(specsOf(config), config, now);
    return [...effects, ...this.#choose(now), ...this.#expire(now)];
  }

  /** Before its moment nothing is done and nothing decided: what changes by time alone has one. */
  expire(now: Instant): Effect[] {
    const due = this.deadline();
    return due === undefined || due > now ? [] : this.#expire(now);
  }

  deadline(): Instant | undefined {
    return earliest(
      this.#runner.deadline(),
      this.#negotiator.deadline(),
      this.#franchise.deadline(),
      this.#table.fencing.deadline(),
    );
  }

  /** Quorum may have come or gone. */
  reconsider(now: Instant): Effect[] {
    if (!this.#franchise.isNews(now)) return [];
    this.#franchise.heed(now);
    return this.#expire(now);
  }

  /** The core says nothing at all until its restart (negotiator.ts). */
  get silent(): boolean {
    return this.#negotiator.awakening === "silent";
  }

  /** The node talks and does not hear this one. */
  isDeaf(node: string): boolean {
    return this.#negotiator.isDeaf?.(node) ?? false;
  }

  views(): GroupView[] {
    return this.#runner.groups.map(({ key, owner, spec, state }) => ({
      key,
      owner,
      resources: spec.resources.map(({ word }) => word),
      holder: this.#negotiator.holder(key),
      state,
      why: this.#negotiator.why(key),
    }));
  }

  /** The word of `cl_status rscstatus` (heartbeat-resources 12): a set without a group is held as it is claimed. */
  heldWord(bare = this.#negotiator.claim ?? claimOf("local")): Snapshot["resources"] {
    if (!this.#negotiator.stable || !this.#runner.resting) return "transition";
    return wordOf(heldSets(this.#runner.groups, this.#config.self, bare));
  }

  #expire(now: Instant): Effect[] {
    const worked = [...this.#runner.expire(now), ...this.#table.fencing.expire(now)];
    const decided = this.#watch(this.#negotiator.expire(now));
    return [...worked, ...decided, ...this.#after(now)];
  }

  /** What every entry ends with: settled orders are reported, and what changed is written down. */
  #after(now: Instant): Effect[] {
    const effects = this.#settle(now);
    const seen = this.#facts(({ key, state, isSought }) => {
      return `${state} ${isSought} ${this.#negotiator.holder(key)}`;
    });
    const facts = `${seen}${this.#runner.leaving.map(({ key }) => key).join("\n")}`;
    if (facts !== this.#seen) {
      this.#seen = facts;
      effects.push(...this.#watch(this.#negotiator.expire(now)), { do: "publish" });
      effects.push(...this.#settle(now));
    }
    const { deadtimeMs } = this.#config.timing;
    const known = this.#facts(({ key, up, off }) => {
      const { assigned, homesick } = this.#known(key);
      const words = `${up.join(" ")} - ${off.join(" ")}`;
      return `${key} ${assigned.node} ${assigned.epoch} ${homesick ?? false} ${words}`;
    });
    const remembered = `${deadtimeMs}\n${known}`;
    if (remembered === this.#remembered) return effects;
    this.#remembered = remembered;
    const groups = this.#runner.groups.map(({ key, up, off }) => {
      return { ...this.#known(key), up, ...(off.length > 0 && { off }) };
    });
    return [...effects, { do: "remember", memory: { at: now, deadtimeMs, groups } }];
  }

  /** A line for each group: what is the same as last time need not be told again. */
  #facts(line: (group: Group) => string): string {
    let facts = "";
    for (const group of this.#runner.groups) facts += `${line(group)}\n`;
    return facts;
  }

  #settle(now: Instant): Effect[] {
    const effects: Effect[] = [];
    for (let ended = this.#runner.ended(); ended.length > 0; ended = this.#runner.ended()) {
      for (const outcomes of ended) {
        effects.push(...this.#watch(this.#negotiator.settled(outcomes, now)));
      }
    }
    return effects;
  }

  #known(key: string): Omit<RememberedGroup, "up"> {
    if (this.#negotiator instanceof Native) return this.#negotiator.memory(key);
    const group = this.#runner.group(key);
    const here = group !== undefined && group.up.length > 0;
    const node = here ? this.#config.self : (group?.owner ?? this.#config.self);
    return { key, assigned: { node, epoch: 0 } };
  }

  #adopt(now: Instant): Effect[] {
    const memory = this.#adoption;
    const known = new Set(memory?.groups.map(({ key }) => key));
    const sought = this.#runner.seek((key) => !known.has(key), now);
    if (memory === undefined || memory.groups.every(({ up }) => up.length === 0)) return sought;
    const text = this.#isStale
      ? "The last run ended without a goodbye, longer than deadtime ago: finding out who holds what"
      : "The last run ended without a goodbye: adopting what it left up";
    const adopted = this.#runner.adopt(memory.groups, !this.#isStale);
    return [log("warn", "adoption", text), ...adopted, ...sought];
  }

  /** Take the negotiator that the members call for. */
  #choose(now: Instant): Effect[] {
    const members = this.#peers.members();
    if (members === this.#chosenFor) return [];
    this.#chosenFor = members;
    const kind = kindFor(members, this.#config, this.#kind);
    if (kind === this.#kind) return [];
    const free = this.#franchise.isGoverned ? ", whatever quorum_policy says" : "";
    const text =
      kind === "native"
        ? "The other node runs hb: groups are negotiated among hb nodes from now on"
        : `The other node runs Heartbeat 3: groups are negotiated as it does, mode ${kind}${free}`;
    const leave = this.#leave;
    const refused = [...this.#openRequests]
      .filter((request) => request !== leave)
      .map((request) =>
        refusal(request, "The other node was replaced while the request was under way"),
      );
    this.#openRequests.clear();
    const sleptMs = this.#isDoubtful ? this.#sleptMs : undefined;
    this.#negotiator = this.#make(kind, now);
    // The new negotiator has its own ways of waiting for the other node.
    const freed = this.#runner.groups.flatMap((group) => group.holdBack(undefined, now));
    const told = [log("info", "negotiator", text, { negotiator: kind }), ...refused, ...freed];
    if (sleptMs !== undefined) {
      told.push(...this.#watch(this.#negotiator.overslept(sleptMs, now)));
    }
    if (leave === undefined) return told;
    this.#openRequests.add(leave);
    return [...told, ...this.#watch(this.#negotiator.command(leave, { name: "leave" }, now))];
  }

  /** This node does not know yet what became of its groups while it slept: the old negotiator is still finding
   *  out, or what was suspended is not confirmed. The new one knows no more. */
  get #isDoubtful(): boolean {
    if (this.#negotiator.awakening !== undefined) return true;
    return this.#runner.groups.some(({ state }) => state === "unsure");
  }

  #make(kind: Kind, now: Instant): Negotiator {
    this.#kind = kind;
    switch (kind) {
      case "classic":
        return new Classic(this.#table, now);
      case "legacy":
        return new Legacy(this.#table, now);
      case "native": {
        const memory = this.#isStale ? [] : (this.#adoption?.groups ?? []);
        this.#adoption = undefined;
        return new Native(this.#table, memory, now);
      }
    }
  }

  /** Note which requests have been answered. */
  #watch(effects: Effect[]): Effect[] {
    for (const effect of effects) {
      if (effect.do === "reply") this.#openRequests.delete(effect.request);
    }
    return effects;
  }
}

function specsOf(config: ClusterConfig): ClusterConfig["groups"] {
  return config.managesResources ? config.groups : [];
}
