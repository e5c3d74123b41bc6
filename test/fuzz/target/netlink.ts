// What the kernel tells of links, addresses and routes.

import { attributes, errorOf, messages, request } from "../../../ffi/netlink.ts";
import {
  addressRow,
  linkRow,
  putRoute,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  removeRoute,
  routeRow,
} from "../../../ffi/rtnetlink.ts";
import { must, mustEqual, type Target } from "./target.ts";

const text = new TextEncoder();

function ifinfomsg(): Uint8Array {
  return Uint8Array.of(0, 0, 1, 0, 2, 0, 0, 0, 0x43, 0, 1, 0, 0, 0, 0, 0);
}

function samples(): Uint8Array[] {
  const four = Uint8Array.of(10, 0, 0, 1);
  const link = request({
    type: RTM_NEWLINK,
    flags: 2,
    sequence: 1,
    struct: ifinfomsg(),
    attributes: [
      [3, text.encode("eth0\0")],
      [1, Uint8Array.of(2, 0, 0, 0, 0, 1)],
      [20, text.encode("hb carp eth0/1 0")],
    ],
  });
  const address = request({
    type: RTM_NEWADDR,
    flags: 2,
    sequence: 1,
    struct: Uint8Array.of(2, 24, 0, 0, 2, 0, 0, 0),
    attributes: [
      [1, four],
      [2, four],
      [3, text.encode("eth0:1\0")],
      [4, Uint8Array.of(10, 0, 0, 255)],
      [6, new Uint8Array(16).fill(60)],
      [8, Uint8Array.of(0x80, 0, 0, 0)],
    ],
  });
  const route = request({
    type: RTM_NEWROUTE,
    flags: 2,
    sequence: 1,
    struct: Uint8Array.of(2, 24, 0, 0, 254, 2, 253, 1, 0, 0, 0, 0),
    attributes: [
      [15, Uint8Array.of(254, 0, 0, 0)],
      [1, Uint8Array.of(10, 0, 0, 0)],
      [4, Uint8Array.of(2, 0, 0, 0)],
      [6, Uint8Array.of(100, 0, 0, 0)],
      [7, four],
    ],
  });
  const failure = request({
    type: 2,
    flags: 0,
    sequence: 1,
    struct: Uint8Array.of(0xef, 255, 255, 255),
  });
  return [link, address, route, failure, Uint8Array.from([...link, ...address, ...route])];
}

export const netlink: Target = {
  name: "netlink",
  covers: "ffi/netlink, rtnetlink",
  corpus: samples,
  tokens: [
    "\x10\x00",
    "\x14\x00",
    "\x18\x00",
    "\x04\x00",
    "\xff\xff",
    "\x08\x00\x01\x00",
    "\x02\x18",
  ],
  bytesMax: 64 * 1024,
  run(input) {
    const kinds = new Set<string>();
    for (const message of messages(input)) {
      kinds.add(`${errorOf(message) !== undefined}`);
      attributes(message.body, 0);
      const link = linkRow(message);
      if (link !== undefined) kinds.add(link.name === "" ? "link" : "named link");
      const address = addressRow(message);
      if (address !== undefined) {
        must(address.prefix >= 0 && address.prefix <= 255, "a prefix is a byte");
        kinds.add(`address ${address.family}`);
      }
      const route = routeRow(message);
      if (route === undefined) continue;
      kinds.add(`route ${route.family}`);
      removeRoute(route, 1);
      const [copy] = messages(putRoute(route, route.source, "replace", 1));
      const again = copy && routeRow(copy);
      mustEqual({ ...again, raw: 0 }, { ...route, raw: 0 }, "a route is put as it was told");
    }
    return [...kinds].sort().join(" ");
  },
};
