// This node's hand: all groups, and the orders that are under way for them.
//
// An order names several groups and works on them one after the other. A later order for a group
// takes it out of every earlier one. It does not decide; negotiators do (negotiator.ts).

import type { GroupSpec } from "../../config/resource.ts";
import type { Effect } from "../effect.ts";
import type { Input } from "../input.ts";
import { earlier, type Instant } from "../instant.ts";
import type { RememberedGroup } from "../memory.ts";
import { Group } from "./group.ts";
import type { Hand, Settled } from "./hand.ts";
import type { Household } from "./household.ts";
import { announceable } from "./stage.ts";
import type { GroupRules } from "./work.ts";

interface Order {
  readonly number: number;
  readonly act: "take" | "give";
  readonly why: string;
  readonly waiting: string[];
  /** What it has not begun it does not begin any more. */
  isCalledOff: boolean;
  current: string | undefined;
  readonly outcomes: Settled[];
}

export class Runner implements Hand {
  #groups: Group[] = [];
  #byKey: ReadonlyMap<string, Group> = new Map();
  #rules: GroupRules;
  readonly #household: Household;
  /** Groups that left the files and are being stopped. */
  #leaving: Group[] = [];
  #orders: Order[] = [];
  /** The number of the last order that named the group. */
  readonly #lastOrder = new Map<string, number>();
  #orderCount = 0;
  #ended: Settled[][] = [];

  constructor(specs: readonly GroupSpec[], rules: GroupRules, generation: number) {
    let job = firstJob(generation);
    this.#rules = rules;
    this.#household = {
      rules: () => this.#rules,
      nextJob: () => job++,
      leaver: (group, words) => this.#leaver(group, words),
    };
    this.#keep(specs.map((spec) => new Group(spec, this.#household)));
  }

  get groups(): readonly Group[] {
    return this.#groups;
  }

  /** Those that left the files and are still being stopped. */
  get leaving(): readonly Group[] {
    return this.#leaving;
  }

  /** Nothing is being started or stopped. */
  get resting(): boolean {
    return this.#everyone().every((group) => group.resting);
  }

  group(key: string): Group | undefined {
    return this.#byKey.get(key);
  }

  take(keys: readonly string[], why: string, now: Instant): Effect[] {
    return this.#order("take", keys, why, now);
  }

  give(keys: readonly string[], why: string, now: Instant): Effect[] {
    return this.#order("give", keys, why, now);
  }

  announce(keys: readonly string[], _now: Instant): Effect[] {
    return keys.flatMap((key): Effect[] => {
      const group = this.group(key);
      const words = group?.state === "held" ? announceable(group.spec) : [];
      return words.length === 0 ? [] : [{ do: "announce", words }];
    });
  }

  /** Leases may have ended while the host was away. */
  napped(): void {
    for (const group of this.#everyone()) group.napped();
  }

  /** Addresses of these groups leave the interface now; services keep running. */
  suspend(keys: readonly string[]): Effect[] {
    const named = this.#everyone().filter(({ key }) => keys.includes(key));
    return named.flatMap((group) => group.suspend());
  }

  /** All addresses leave their interfaces now, and nothing that waits to be taken is taken: what was agreed
   *  on before may be wrong by now. */
  suspendAll(): Effect[] {
    for (const order of this.#orders) if (order.act === "take") order.isCalledOff = true;
    return this.#everyone().flatMap((group) => group.suspend());
  }

  /** Begin with what an earlier run left up; words that no group has any more are left alone. `hold`: what
   *  it held is held on. */
  adopt(remembered: readonly RememberedGroup[], hold: boolean): Effect[] {
    return remembered.flatMap(({ key, up, off = [] }) => {
      const held = hold ? up.filter((word) => !off.includes(word)) : [];
      return this.group(key)?.adopt(up, held) ?? [];
    });
  }

  /** Begin without a memory of some groups. */
  seek(isUnknown: (key: string) => boolean, now: Instant): Effect[] {
    const unknown = this.#groups.filter(({ key }) => isUnknown(key));
    return unknown.flatMap((group) => group.seek(now));
  }

  /** The outcomes of orders that have ended since the last call, oldest first. */
  ended(): Settled[][] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  result(result: Extract<Input, { readonly on: "result" }>, now: Instant): Effect[] {
    const group = this.#everyone().find((candidate) => candidate.waitsFor(result.job));
    if (group === undefined) return [];
    return [...group.result(result, now), ...this.#advance(now)];
  }

  lost(event: Extract<Input, { readonly on: "address-lost" }>, now: Instant): Effect[] {
    const { word, reason, recoverable } = event;
    return this.#groups
      .filter((group) => group.up.includes(word))
      .flatMap((group) => group.lost(word, reason, recoverable, now));
  }

  expire(now: Instant): Effect[] {
    const effects = this.#everyone().flatMap((group) => group.expire(now));
    return [...effects, ...this.#advance(now)];
  }

  deadline(): Instant | undefined {
    let first: Instant | undefined;
    for (const group of this.#groups) first = earlier(first, group.deadline());
    for (const group of this.#leaving) first = earlier(first, group.deadline());
    return first;
  }

  /** Adopt a changed list of groups: new ones begin idle, changed ones restart, gone ones stop. */
  reload(specs: readonly GroupSpec[], rules: GroupRules, now: Instant): Effect[] {
    this.#rules = rules;
    const effects: Effect[] = [];
    // What no group has had here may have been left up by an earlier run, whose files had it: it is looked for.
    const up = new Set(this.#everyone().flatMap((group) => group.up));
    const groups = specs.map((spec) => {
      // One that was removed and is still being stopped must not be started beside itself.
      const known = this.#everyone().find(({ key }) => key === spec.key);
      if (known === undefined) {
        const group = new Group(spec, this.#household);
        if (!spec.resources.some(({ word }) => up.has(word))) effects.push(...group.seek(now));
        return group;
      }
      effects.push(...known.respec(spec, now));
      return known;
    });
    const gone = this.#groups.filter((group) => !groups.includes(group));
    for (const group of gone) effects.push(...group.lower("no longer configured", now));
    this.#keep(groups);
    this.#leaving = [...this.#leaving, ...gone].filter(
      (group) => !group.resting && !groups.includes(group),
    );
    return [...effects, ...this.#advance(now)];
  }

  #keep(groups: Group[]): void {
    this.#groups = groups;
    this.#byKey = new Map(groups.map((group) => [group.key, group]));
  }

  #leaver(group: Group, words: readonly string[]): string | undefined {
    return this.#everyone().find((other) => other !== group && other.willStop(words))?.key;
  }

  #everyone(): Group[] {
    return [...this.#groups, ...this.#leaving];
  }

  #order(act: "take" | "give", keys: readonly string[], why: string, now: Instant): Effect[] {
    this.#orderCount += 1;
    const number = this.#orderCount;
    for (const key of keys) this.#lastOrder.set(key, number);
    const waiting = [...keys];
    const order = {
      number,
      act,
      why,
      waiting,
      isCalledOff: false,
      current: undefined,
      outcomes: [],
    };
    this.#orders.push(order);
    return this.#advance(now);
  }

  /** Let every start and order take the steps that are free to take; forget orders that have ended. */
  #advance(now: Instant): Effect[] {
    const effects = this.#everyone().flatMap((group) => group.goOn(now));
    for (const order of this.#orders) effects.push(...this.#push(order, now));
    for (const order of this.#orders) if (isOver(order)) this.#ended.push(order.outcomes);
    this.#orders = this.#orders.filter((order) => !isOver(order));
    this.#leaving = this.#leaving.filter((group) => !group.resting);
    return effects;
  }

  #push(order: Order, now: Instant): Effect[] {
    const effects: Effect[] = [];
    while (true) {
      if (order.current !== undefined) {
        const group = this.group(order.current);
        if (group !== undefined && !group.resting) return effects;
        order.outcomes.push(outcome(order.current, group));
      }
      order.current = order.waiting.shift();
      if (order.current === undefined) return effects;
      if (this.#lastOrder.get(order.current) !== order.number) continue;
      const group = this.group(order.current);
      // One that is called off ends with this group as it is.
      if (group === undefined || order.isCalledOff) continue;
      const step = order.act === "take" ? group.raise(order.why, now) : group.lower(order.why, now);
      effects.push(...step);
    }
  }
}

function isOver(order: Order): boolean {
  return order.current === undefined && order.waiting.length === 0;
}

function outcome(key: string, group: Group | undefined): Settled {
  if (group === undefined) return { key, state: "idle", text: "no longer configured" };
  return { key, state: group.state, text: group.text };
}

/** Job numbers of different runs never meet: a late result of an earlier run is nobody's. */
function firstJob(generation: number): number {
  return (generation % 1_000_000) * 1_000_000 + 1;
}
