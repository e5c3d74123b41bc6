// The first takeover shall be as quick as the second: what a takeover computes is computed once
// before, so that the runtime has compiled it. Nothing is sent and nothing is changed.

import { messages, request } from "../../ffi/netlink.ts";
import { addressRow, RTM_GETLINK } from "../../ffi/rtnetlink.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource } from "../config/resource.ts";
import { arpReply, arpRequest } from "../wire/arp.ts";
import { neighbourAdvertisement } from "../wire/neighbour.ts";
import { heldAt, put } from "./held.ts";
import type { Interfaces } from "./interfaces.ts";
import { place, Tables } from "./place.ts";

/** Enough for the runtime's compilers to look at it, little enough not to be felt at start. */
const ROUNDS = 400;
const QUESTIONS = 50;

/** Rehearses the takeover of this configuration's addresses; the indexes of their interfaces. */
export function rehearse(config: ClusterConfig, interfaces: Interfaces): number[] {
  const resources = config.groups
    .flatMap((group) => group.resources)
    .filter((resource): resource is AddressResource => resource.kind === "address");
  if (resources.length === 0) return [];
  const tables = new Tables({
    links: interfaces.links(),
    addresses: interfaces.addresses(),
    routes: [...interfaces.route.routes(4), ...interfaces.route.routes(6)],
  });
  const indexes = new Set<number>();
  const mac = new Uint8Array(6);
  for (let round = 0; round < ROUNDS; round += 1) {
    const resource = resources[round % resources.length];
    if (resource === undefined) continue;
    const found = place({ ...resource, label: "rehearsal" }, tables);
    if (typeof found === "string") continue;
    indexes.add(found.index);
    const [message] = messages(put(heldAt(resource, found, "netlink"), 2)(1));
    if (message !== undefined) addressRow(message);
    const sender = { mac, address: found.address };
    if (resource.family === 4) arpReply(sender);
    if (resource.family === 4) arpRequest(sender);
    else neighbourAdvertisement(sender);
  }
  // A question that changes nothing, by the way that changes go.
  const loopback = new Uint8Array(16);
  loopback[4] = 1;
  for (let round = 0; round < QUESTIONS; round += 1) {
    interfaces.route.change([
      (sequence) => request({ type: RTM_GETLINK, flags: 0, sequence, struct: loopback }),
    ]);
  }
  return [...indexes];
}
