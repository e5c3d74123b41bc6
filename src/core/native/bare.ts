// Who "holds" the groups of a node that owns none, in a pair of hb nodes: Heartbeat says it all the same.
//
// 3.0.6 moves its two bits (local, foreign) with every standby, takeover and death, whether or not there is a group
// behind them, and programs read them with `cl_status rscstatus`. So such a set has a register like a group
// (register.ts), but nothing that could be up: who assigns it is done. Nothing else is decided by it.

import type { Claim } from "../classic/ownership.ts";
import type { GroupSet } from "../wish.ts";
import type { Council } from "./council.ts";
import { assign, newer, type Register } from "./register.ts";

export class Bare {
  readonly #council: Council;
  /** By owner; who is not here has its own set. */
  readonly #registers = new Map<string, Register>();
  /** Owners that were away when this node took their set. */
  readonly #homesick = new Set<string>();
  /** Number of the first bulletin that tells of the last move. */
  #saidIn = 0;

  constructor(council: Council) {
    this.#council = council;
  }

  get claim(): Claim {
    const { active, self } = this.#council;
    const other = this.#other;
    return {
      local: active && this.#holder(self) === self,
      foreign: active && other !== undefined && this.#holder(other) === self,
    };
  }

  /** What has ever moved, while a peer may not have heard of it: a slow line has no room to spare. */
  get news(): ReadonlyMap<string, Register> | undefined {
    const { peers, hearsay } = this.#council;
    const isKnown = peers.every(
      (node) => hearsay.isFresh(node) && hearsay.hasHeard(node, this.#saidIn),
    );
    return isKnown || this.#registers.size === 0 ? undefined : this.#registers;
  }

  /** Another node's registers: the newer ones count. */
  merge(registers: ReadonlyMap<string, Register> = new Map()): void {
    for (const [owner, register] of registers) {
      this.#registers.set(owner, newer(this.#register(owner), register));
    }
  }

  standby(set: GroupSet): void {
    const other = this.#other;
    if (other !== undefined && this.#isReady(other)) this.#move(set, other);
  }

  takeover(set: GroupSet): void {
    this.#move(set, this.#council.self);
  }

  /** What a death leaves is taken; what was held for a node that is back goes home. */
  judge(): void {
    const other = this.#other;
    if (other === undefined || this.#council.doubt() !== undefined) return;
    const { self, table } = this.#council;
    if (this.#council.isAway(other)) {
      this.#move("all", self);
      this.#homesick.add(other);
    } else if (this.#isReady(other) && this.#homesick.delete(other)) {
      if (table.autoFailback !== "off") this.#move("foreign", other);
    }
  }

  /** The other node of a pair: of more nodes Heartbeat has no two bits. */
  get #other(): string | undefined {
    const { nodes, self } = this.#council;
    return nodes.length === 2 ? nodes.find((node) => node !== self) : undefined;
  }

  #isReady(node: string): boolean {
    return this.#council.hearsay.bulletin(node)?.status === "active";
  }

  #move(set: GroupSet, to: string): void {
    const { self, table } = this.#council;
    const other = this.#other;
    const owners = set === "all" ? [self, other] : [set === "local" ? self : other];
    for (const owner of owners) {
      if (owner === undefined || this.#holder(owner) === to) continue;
      if (table.hand.groups.some((group) => group.owner === owner)) continue;
      this.#registers.set(owner, assign(this.#register(owner), to));
      this.#saidIn = table.bulletins.last + 1;
      this.#homesick.delete(owner);
    }
  }

  #holder(owner: string): string {
    return this.#register(owner).node;
  }

  #register(owner: string): Register {
    return this.#registers.get(owner) ?? { node: owner, epoch: 0 };
  }
}
