// Whose dead time is the measure of a lease.

import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import { Leases } from "../../src/core/leases.ts";
import { heldAt } from "../../src/pulse/held.ts";
import { plainConfig } from "../plainconfig.ts";
import { plainRouter } from "../plainrouter.ts";

const quick = { ...plainRouter, name: "eth0/7", vhid: 7, advbase: 0, advskew: 25 };
const slow = { ...plainRouter, name: "eth0/8", vhid: 8, advbase: 5 };
const config = { ...plainConfig, routers: [plainRouter, quick, slow] };

function held(router?: string) {
  const resource = {
    kind: "address",
    word: `10.0.0.5 ${router}`,
    agent: "IPaddr2",
    family: 4,
    address: "10.0.0.5",
    ...(router === undefined ? {} : { router }),
  } as const;
  const place = { index: 1, device: "eth0", address: Uint8Array.of(10, 0, 0, 5), prefix: 24 };
  return heldAt(resource, { ...place, adopted: false }, "netlink");
}

test.each([
  [undefined, 11],
  ["eth0/42", 2],
  ["eth0/8", 9],
  ["eth0/7", 2],
] as const)("Leases.seconds() of an address of router %p is %d", (router, expected) => {
  expect(new Leases(config).seconds(held(router).resource)).toBe(expected);
});

test("Leases.due() renews each by its own lease, long before its end", () => {
  const leases = new Leases(config);
  const [own, fast] = [held(), held("eth0/7")];
  const all = new Map([own, fast].map((one) => [one.resource.word, one]));
  for (const one of all.values()) one.up = true;
  leases.began([own, fast], at(0));
  const renewed = { own: 0, fast: 0 };
  for (let now = 0; now <= 22_000; now += 10) {
    for (const one of leases.due(all, at(now))) renewed[one === own ? "own" : "fast"] += 1;
  }
  expect(renewed.own).toBeWithin(6, 9);
  expect(renewed.fast).toBeWithin(33, 40);
});
