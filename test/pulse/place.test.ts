// Where an address belongs: a table of hosts and words.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { addressBytes, addressText } from "../../ffi/layout.ts";
import type { AddressRow, LinkRow, RouteRow } from "../../ffi/rtnetlink.ts";
import type { AddressResource } from "../../src/config/resource.ts";
import { netmask } from "../../src/pulse/held.ts";
import { broadcastOf, inSubnet, place, Tables } from "../../src/pulse/place.ts";

const links: readonly LinkRow[] = [
  {
    index: 1,
    name: "lo",
    flags: 0x10049,
    type: 772,
    mac: new Uint8Array(6),
    alias: "",
    carrierLosses: 0,
  },
  {
    index: 2,
    name: "eth0",
    flags: 0x11043,
    type: 1,
    mac: new Uint8Array(6),
    alias: "",
    carrierLosses: 0,
  },
  {
    index: 3,
    name: "eth1",
    flags: 0x11043,
    type: 1,
    mac: new Uint8Array(6),
    alias: "",
    carrierLosses: 0,
  },
];

function row(index: number, text: string, label?: string): AddressRow {
  const [address = "", prefix = "32"] = text.split("/");
  const bytes = addressBytes(address);
  return {
    index,
    family: bytes.length === 4 ? 4 : 6,
    address: bytes,
    prefix: Number(prefix),
    flags: 0x80,
    label,
    broadcast: broadcastOf(bytes, Number(prefix)),
    validSeconds: undefined,
  };
}

function route(index: number, text: string, more: Partial<RouteRow> = {}): RouteRow {
  const [address = "", prefix = "0"] = text.split("/");
  const destination = addressBytes(address);
  return {
    family: destination.length === 4 ? 4 : 6,
    table: 254,
    type: 1,
    scope: 253,
    destination,
    prefix: Number(prefix),
    index,
    metric: 0,
    raw: new Uint8Array(12),
    ...more,
  };
}

const gateway = addressBytes("10.0.0.254");
const usual = {
  links,
  addresses: [
    row(1, "127.0.0.1/8", "lo"),
    row(2, "10.0.0.1/24", "eth0"),
    row(3, "10.1.0.1/16", "eth1"),
    row(3, "10.1.2.1/24", "eth1"),
    row(2, "fd00::1/64"),
  ],
  routes: [
    route(2, "0.0.0.0/0", { gateway }),
    route(2, "10.0.0.0/24"),
    route(3, "10.1.0.0/16"),
    route(3, "10.1.2.0/24"),
    route(3, "172.16.0.0/12", { gateway }),
    route(2, "192.168.0.0/24", { metric: 200 }),
    route(3, "192.168.0.0/24", { metric: 100 }),
    route(3, "10.0.0.0/24", { table: 255 }),
    route(2, "fd00::/64"),
  ],
};

function word(address: string, more: Partial<AddressResource> = {}): AddressResource {
  const family = address.includes(":") ? 6 : 4;
  return { kind: "address", word: address, agent: "IPaddr2", family, address, ...more };
}

test.each([
  ["the network of an interface", word("10.0.0.5"), "eth0 10.0.0.5/24 brd 10.0.0.255"],
  ["the narrowest network", word("10.1.2.5"), "eth1 10.1.2.5/24 brd 10.1.2.255"],
  ["the wider network", word("10.1.3.5"), "eth1 10.1.3.5/16 brd 10.1.255.255"],
  ["the route with the lower metric", word("192.168.0.5"), "eth1 192.168.0.5/24 brd 192.168.0.255"],
  ["a route by a gateway tells the interface only", word("172.16.0.5"), "eth1 172.16.0.5/32"],
  ["the word's prefix wins", word("10.0.0.5", { prefix: 28 }), "eth0 10.0.0.5/28 brd 10.0.0.15"],
  [
    "the word's interface and prefix win over the routes",
    word("10.0.0.5", { device: "eth1", prefix: 24 }),
    "eth1 10.0.0.5/24 brd 10.0.0.255",
  ],
  [
    "the word's broadcast wins",
    word("10.0.0.5", { broadcast: "10.0.0.0" }),
    "eth0 10.0.0.5/24 brd 10.0.0.0",
  ],
  ["a named interface without a network", word("10.9.9.9", { device: "eth1" }), "eth1 10.9.9.9/32"],
  [
    "the default route, when the word has a prefix",
    word("8.8.8.8", { prefix: 24 }),
    "eth0 8.8.8.8/24 brd 8.8.8.255",
  ],
  [
    "IPaddr falls back to eth0",
    word("8.8.8.8", { agent: "IPaddr" }),
    "eth0 8.8.8.8/32 label eth0:0",
  ],
  ["IPv6", word("fd00::5"), "eth0 fd00::5/64"],
  [
    "IPaddr's label",
    word("10.1.2.5", { agent: "IPaddr" }),
    "eth1 10.1.2.5/24 brd 10.1.2.255 label eth1:0",
  ],
  [
    "the word's label",
    word("10.0.0.5", { label: "eth0:x" }),
    "eth0 10.0.0.5/24 brd 10.0.0.255 label eth0:x",
  ],
  [
    "an address that is there already stays where it is",
    word("10.1.2.1", { device: "eth0", prefix: 30 }),
    "eth1 10.1.2.1/24 brd 10.1.2.255 label eth1 adopted",
  ],
  [
    "an interface that does not exist",
    word("10.0.0.5", { device: "eth9" }),
    'There is no interface "eth9" for 10.0.0.5',
  ],
  [
    "nothing but the default route",
    word("8.8.8.8"),
    "Only the default route leads to 8.8.8.8: name its prefix and interface " +
      "(eth0 10.0.0.1/24, eth1 10.1.2.1/24, eth1 10.1.0.1/16)",
  ],
  [
    "nothing at all",
    word("2001:db8::1"),
    "No interface's network or route leads to 2001:db8::1 (looked at: eth0 fd00::1/64)",
  ],
] as const)("place() finds %s", (_what, resource, expected) => {
  const found = place(resource, new Tables(usual));
  if (typeof found === "string") {
    expect(found).toBe(expected);
    return;
  }
  const { device, address, prefix, broadcast, label } = found;
  const text = [
    `${device} ${addressText(address)}/${prefix}`,
    broadcast === undefined ? "" : ` brd ${addressText(broadcast)}`,
    label === undefined ? "" : ` label ${label}`,
    found.adopted ? " adopted" : "",
  ];
  expect(text.join("")).toBe(expected);
});

test("Tables.alias() gives each address of a list its own label, around those in use", () => {
  const addresses = [...usual.addresses, row(2, "10.0.0.7/24", "eth0:1")];
  const tables = new Tables({ ...usual, addresses });
  const labels = ["10.0.0.5", "10.0.0.6", "10.0.0.8"].map((address) => {
    const found = place(word(address, { agent: "IPaddr" }), tables);
    return typeof found === "string" ? found : found.label;
  });
  expect(labels).toEqual(["eth0:0", "eth0:2", "eth0:3"]);
});

test("Tables.alias() gives up where the label would be longer than the kernel takes", () => {
  expect(new Tables(usual).alias("abcdefghijklm")).toBe("abcdefghijklm:0");
  expect(new Tables(usual).alias("abcdefghijklmn")).toBeUndefined();
});

test("inSubnet() compares exactly the bits of the prefix", () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(bytes, bytes, fc.integer({ min: 0, max: 32 }), (one, other, prefix) => {
      const bits = (address: Uint8Array) =>
        [...address].map((byte) => byte.toString(2).padStart(8, "0")).join("");
      const same = bits(one).slice(0, prefix) === bits(other).slice(0, prefix);
      expect(inSubnet(one, other, prefix)).toBe(same);
    }),
  );
});

test.each([
  ["10.0.0.5", 24, "10.0.0.255"],
  ["10.0.0.5", 30, "10.0.0.7"],
  ["10.0.0.5", 31, undefined],
  ["10.0.0.5", 32, undefined],
  ["10.0.0.5", 0, "255.255.255.255"],
  ["10.1.2.3", 12, "10.15.255.255"],
  ["fd00::5", 64, undefined],
] as const)("broadcastOf() of %s/%d is %s", (address, prefix, expected) => {
  const broadcast = broadcastOf(addressBytes(address), prefix);
  expect(broadcast === undefined ? undefined : addressText(broadcast)).toBe(expected);
});

test.each([
  [0, "0.0.0.0"],
  [1, "128.0.0.0"],
  [20, "255.255.240.0"],
  [32, "255.255.255.255"],
] as const)("netmask() of %d is %s", (prefix, expected) => {
  expect(netmask(prefix)).toBe(expected);
});
