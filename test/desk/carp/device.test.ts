// What this host has, and what virtual routers would do to it.

import { expect, test } from "bun:test";
import { ownAddresses } from "../../../src/desk/carp/device.ts";
import { plainRouter } from "../../plainrouter.ts";

const four = (address: string) => ({ family: "IPv4", address });

test.each([
  ["its only address", { eth0: [four("10.77.0.252")] }, {}, 1],
  ["its only address, with a label", { "eth0:0": [four("10.77.0.252")] }, {}, 1],
  ["one of two", { eth0: [four("10.77.0.1"), four("10.77.0.252")] }, {}, 0],
  [
    "one beside a labelled one",
    { eth0: [four("10.77.0.252")], "eth0:0": [four("10.77.0.1")] },
    {},
    0,
  ],
  ["another one", { eth0: [four("10.77.0.1")] }, {}, 0],
  ["one of another interface", { eth1: [four("10.77.0.252")] }, {}, 0],
  [
    "its only address, but speaks from another",
    { eth0: [four("10.77.0.252")] },
    { source: "10.77.0.1" },
    0,
  ],
  ["an address while it has none", { eth0: [] }, {}, 0],
])("ownAddresses() of an interface that shares %s", (_, here, changes, errors) => {
  const problems = ownAddresses([{ ...plainRouter, ...changes }], "hb carp", here);
  expect(problems.map(({ level }) => level)).toEqual(Array(errors).fill("error"));
});
