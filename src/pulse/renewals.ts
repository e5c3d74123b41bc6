// Renews the leases of held addresses without waiting for the kernel, which may be busy with other interfaces
// for longer than a heartbeat can wait. When that is to happen is the loop's business.
//
// What is under way would put an address back that is taken down meanwhile: settle() comes before.

import { canWriteLater } from "../../ffi/aio.ts";
import { BATCH_MAX } from "../../ffi/batch.ts";
import { reasonOf, SysError } from "../../ffi/error.ts";
import { LaterRoute } from "../../ffi/laterroute.ts";
import type { Instant } from "../core/instant.ts";
import type { Leases } from "../core/leases.ts";
import { describe, type Held, put } from "./held.ts";
import type { LinksHost } from "./links.ts";

/** What is needed of a LaterRoute. */
type Route = Pick<LaterRoute, "fd" | "isBusy" | "begin" | "answer" | "settle" | "close">;

export interface RenewalsOptions {
  readonly leases: Leases;
  readonly host: Pick<LinksHost, "watch" | "interfaces" | "log">;
  /** An address that the kernel did not renew. */
  readonly lost: (held: Held, error: SysError) => void;
  /** Undefined where the C library cannot write later: the loop waits then. */
  readonly route?: Route | undefined;
}

/** A way to the kernel on which nobody waits; undefined where there is none. */
export function laterRoute(): LaterRoute | undefined {
  return canWriteLater ? new LaterRoute() : undefined;
}

export class Renewals {
  readonly #host: RenewalsOptions["host"];
  readonly #leases: Leases;
  readonly #lost: RenewalsOptions["lost"];
  readonly #route: Route | undefined;
  /** What the kernel has not answered yet. */
  #underWay: readonly Held[] = [];
  #queue: readonly Held[] = [];

  constructor({ leases, host, lost, route }: RenewalsOptions) {
    this.#host = host;
    this.#leases = leases;
    this.#lost = lost;
    this.#route = route;
    if (route !== undefined) host.watch.add(route.fd, () => this.#look());
  }

  /** Renews those of all that are due. */
  renew(all: ReadonlyMap<string, Held>, now: Instant): void {
    this.#look();
    if (this.#isBusy) return;
    const due = this.#leases.due(all, now);
    if (due.length === 0) return;
    if (this.#route === undefined) {
      this.#judge(due, this.#host.interfaces.route.change(this.#requests(due)));
      return;
    }
    this.#queue = due;
    this.#next(this.#route);
  }

  /** When to call renew() again; while something is under way, its answer wakes the loop. */
  deadline(): Instant | undefined {
    return this.#isBusy ? undefined : this.#leases.deadline();
  }

  /** Waits until nothing is under way. */
  settle(): void {
    this.#take((route) => route.settle());
  }

  close(): void {
    if (this.#route === undefined) return;
    this.#host.watch.remove(this.#route.fd);
    this.#route.close();
  }

  get #isBusy(): boolean {
    return this.#route?.isBusy === true || this.#queue.length > 0;
  }

  /** Takes an answer that is there, and goes on with those that are left. */
  #look(): void {
    if (this.#route === undefined) return;
    this.#take((route) => route.answer());
    if (this.#queue.length > 0 && !this.#route.isBusy) this.#next(this.#route);
  }

  #take(answerOf: (route: Route) => readonly number[] | undefined): void {
    if (this.#route === undefined) return;
    try {
      const answer = answerOf(this.#route);
      if (answer === undefined) return;
      const done = this.#underWay;
      this.#underWay = [];
      this.#judge(done, answer);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      this.#host.log("error", `Cannot renew leases: ${reasonOf(error)}`, "fault");
    }
  }

  #next(route: Route): void {
    const up = this.#queue.filter((held) => held.up);
    this.#underWay = up.slice(0, BATCH_MAX);
    this.#queue = up.slice(BATCH_MAX);
    if (this.#underWay.length > 0) route.begin(this.#requests(this.#underWay));
  }

  #requests(batch: readonly Held[]) {
    return batch.map((held) => put(held, this.#leases.seconds(held.resource)));
  }

  #judge(batch: readonly Held[], errnos: readonly number[]): void {
    for (const [index, held] of batch.entries()) {
      const errno = errnos[index] ?? 0;
      if (errno !== 0 && held.up) this.#lost(held, new SysError("renew", errno, describe(held)));
    }
  }
}
