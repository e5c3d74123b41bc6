// One address that this host holds: where it is, until when it is leased, how it is put up.
//
// A record, and the kernel requests that belong to it. When to send them: addressbook.ts.

import type { Request } from "../../ffi/batch.ts";
import { addressText } from "../../ffi/layout.ts";
import { type AddressChange, putAddress, removeAddress } from "../../ffi/rtnetlink.ts";
import type { AddressResource, PulseResource } from "../config/resource.ts";
import type { Instant } from "../core/instant.ts";
import type { Leased } from "../core/leases.ts";
import type { Announceable } from "./announcer.ts";
import { keyOf, type Place } from "./place.ts";

export type Resources = readonly (AddressResource | PulseResource)[];

/** A list that is being put up, slice by slice. */
export interface Work {
  readonly job: number;
  readonly resources: Resources;
  readonly began: Instant;
  batch: readonly Held[];
  done: number;
}

/** Somebody who removes an address this often in this time means it. */
const PUT_BACK_MAX = 20;
const PUT_BACK_WINDOW_MS = 10_000;

export interface Held extends Leased {
  readonly key: string;
  readonly place: Place;
  /** Moments at which it was put back lately. */
  putBackAt: Instant[];
}

export function heldAt(resource: AddressResource, place: Place, method: "netlink" | "ioctl"): Held {
  return {
    resource,
    key: keyOf(place.address),
    place,
    method: place.label === undefined ? "netlink" : method,
    up: false,
    renewAt: undefined,
    putBackAt: [],
  };
}

function change(held: Held, leaseSeconds: number | undefined): AddressChange {
  const { index, address, prefix, broadcast, label } = held.place;
  return { index, address, prefix, broadcast, label, leaseSeconds };
}

/** Puts it up, or renews its lease in place. */
export function put(held: Held, leaseSeconds: number | undefined): Request {
  return (sequence) => putAddress(change(held, leaseSeconds), sequence);
}

/** Takes it down. */
export function remove(held: Held): Request {
  return (sequence) => removeAddress(change(held, undefined), sequence);
}

/** What its announcements say. A virtual router says by itself when it announces again. */
export function announceable({ resource, place }: Held): Announceable {
  const { address, index } = place;
  return { word: resource.word, address, index, periodic: resource.router === undefined };
}

/** "10.0.0.5/24 on eth0". */
export function describe(held: Held): string {
  return `${addressText(held.place.address)}/${held.place.prefix} on ${held.place.device}`;
}

/** The netmask of a prefix length, for the classic ioctls. */
export function netmask(prefix: number): string {
  const bits = prefix === 0 ? 0 : (0xffff_ffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}

/** Notes that it must be put back at this moment; true when that happened so often lately that
 *  somebody means it. */
export function isFought(held: Held, now: Instant): boolean {
  held.putBackAt = held.putBackAt.filter((at) => at > now - PUT_BACK_WINDOW_MS);
  held.putBackAt.push(now);
  return held.putBackAt.length > PUT_BACK_MAX;
}
