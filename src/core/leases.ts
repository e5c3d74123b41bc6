// Which lease each held address has, and which of them are to be renewed now. How long a lease is in
// general: lease.ts. That nothing is renewed by a sick host is the loop's business.

import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource } from "../config/resource.ts";
import { after, earliest, type Instant } from "./instant.ts";
import { firstRenewal, leaseSeconds, renewEveryMs, routerLeaseSeconds } from "./lease.ts";

/** When something that was leased before is looked at again after leases were switched off. */
const UNLEASED_LOOK_S = 60;

/** What is known of a held address here. */
export interface Leased {
  readonly resource: AddressResource;
  /** "ioctl": an alias made the classic way, which cannot be leased. */
  readonly method: "netlink" | "ioctl";
  /** False while suspended, lost or given up. */
  up: boolean;
  renewAt: Instant | undefined;
}

export class Leases {
  #config: ClusterConfig;
  /** Leases of the virtual routers: a backup takes over after its dead time, whatever deadtime is. */
  #routers = new Map<string, number>();
  #renewAt: Instant | undefined;

  constructor(config: ClusterConfig) {
    this.#config = config;
    this.#learn();
  }

  /** Everything that is up gets its new lease with the next renewal, which is due now. */
  reconfigure(config: ClusterConfig, held: Iterable<Leased>, now: Instant): void {
    this.#config = config;
    this.#learn();
    this.#renewAt = now;
    for (const one of held) if (one.up) one.renewAt = now;
  }

  /** Whole seconds of the lease of this address; undefined when it is permanent. */
  seconds({ router }: Pick<AddressResource, "router">): number | undefined {
    const own = router === undefined ? undefined : this.#routers.get(router);
    return own !== undefined && this.#config.addressLease === "auto"
      ? own
      : leaseSeconds(this.#config);
  }

  /** True when the kernel takes it down by itself. */
  isLeased(held: Leased): boolean {
    return held.method === "netlink" && this.seconds(held.resource) !== undefined;
  }

  /** These were put up a moment ago. */
  began(batch: readonly Leased[], now: Instant): void {
    for (const [index, held] of batch.entries()) {
      const seconds = this.seconds(held.resource);
      if (seconds === undefined || held.method !== "netlink") continue;
      held.renewAt = firstRenewal(now, seconds, index, batch.length);
      this.#renewAt = earliest(this.#renewAt, held.renewAt);
    }
  }

  /** Those whose renewal is due; each has its next moment from then on. Those that would be due
   *  within the next slot come along: fewer, larger batches. */
  due<Held extends Leased>(all: ReadonlyMap<string, Held>, now: Instant): Held[] {
    if (this.#renewAt === undefined || this.#renewAt > now) return [];
    const due: Held[] = [];
    for (const held of all.values()) {
      if (!held.up || held.renewAt === undefined) continue;
      const seconds = this.seconds(held.resource);
      const period = renewEveryMs(seconds ?? UNLEASED_LOOK_S);
      if (held.renewAt > after(now, period / 8)) continue;
      held.renewAt = seconds === undefined ? undefined : after(now, period);
      due.push(held);
    }
    this.#renewAt = earliest(...[...all.values()].map((held) => held.renewAt));
    return due;
  }

  deadline(): Instant | undefined {
    return this.#renewAt;
  }

  #learn(): void {
    const { routers } = this.#config;
    this.#routers = new Map(routers.map((router) => [router.name, routerLeaseSeconds(router)]));
  }
}
