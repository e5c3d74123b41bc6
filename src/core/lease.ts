// How long the kernel keeps an address that nobody renews, and when to renew it.
//
// A lease is just above deadtime, so that a survivor is soon alone with the address, and at least 2
// s, because the kernel counts whole seconds (and rounds a quarter of one up: ADDRCONF_TIMER_FUZZ).

import type { ClusterConfig } from "../config/cluster.ts";
import { advertIntervalMs, deadIntervalMs, type Pace } from "../wire/carp/timing.ts";
import { after, type Instant } from "./instant.ts";

const LEASE_MIN_S = 2;
const FUZZ_MS = 250;

/** Seconds of a lease; undefined when addresses are to be permanent. */
export function leaseSeconds(
  config: Pick<ClusterConfig, "addressLease" | "timing">,
): number | undefined {
  const { addressLease, timing } = config;
  if (addressLease === "off") return undefined;
  if (addressLease === "auto") {
    return Math.max(LEASE_MIN_S, Math.ceil(timing.deadtimeMs / 1000) + 1);
  }
  return Math.max(1, Math.ceil(addressLease.ms / 1000));
}

/** Seconds of a lease of a virtual router's addresses: it has ended when the first backup may take over. That
 *  one has no skew, and may have heard our last advert a whole interval before we died. */
export function routerLeaseSeconds(router: Pace & { readonly deadratio: number }): number {
  const { advbase, advskew, deadratio } = router;
  const least = { advbase, advskew: advbase === 0 ? advskew : 0 };
  const vacantMs = deadIntervalMs(least, deadratio) - advertIntervalMs(router) - FUZZ_MS;
  return Math.max(LEASE_MIN_S, Math.floor(vacantMs / 1000));
}

/** A third of the lease: two renewals may be missed. */
export function renewEveryMs(seconds: number): number {
  return (seconds * 1000) / 3;
}

/** True when a lease that was renewed in time may end within a silence of `ms`. */
export function mayOutlast(
  ms: number,
  config: Pick<ClusterConfig, "addressLease" | "timing">,
): boolean {
  const seconds = leaseSeconds(config);
  return seconds !== undefined && ms >= seconds * 1000 - renewEveryMs(seconds);
}

/** The first renewal of the address number `index` of `count`: spread over half of a period, so
 *  that a large group is never renewed all at once. */
export function firstRenewal(now: Instant, seconds: number, index: number, count: number): Instant {
  const period = renewEveryMs(seconds);
  return after(now, period / 2 + (period / 2) * (index / Math.max(1, count)));
}
