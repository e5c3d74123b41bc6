// Which news of the kernel are news: what a lease does to an address is none.

import { expect, test } from "bun:test";
import { Interfaces } from "../../src/pulse/interfaces.ts";
import { inNamespace, ip } from "./namespace.ts";

const KEY = "0a090005";
const PUT = "addr add 10.9.0.5/24 dev lo valid_lft 60 preferred_lft 60";
const AGAIN = "addr change 10.9.0.5/24 dev lo";

test.each([
  ["an address that came", PUT, [KEY]],
  ["a lease that was renewed", `${AGAIN} valid_lft 90 preferred_lft 90`, []],
  ["an address that became permanent", AGAIN, [KEY]],
  ["an address that went", "addr del 10.9.0.5/24 dev lo", [KEY]],
] as const)("Interfaces.pump() of %s", (_, change, keys) =>
  inNamespace(() => {
    if (change !== PUT) ip(PUT);
    const interfaces = new Interfaces();
    interfaces.pump();
    ip(change);
    const { addresses, all } = interfaces.pump();
    expect([...addresses]).toEqual([...keys]);
    expect(all).toBe(false);
    interfaces.close();
  }),
);
