// Changes by rtnetlink on which nobody waits, on a real kernel.

import { expect, test } from "bun:test";
import { errnoOf } from "../../ffi/error.ts";
import { LaterRoute } from "../../ffi/laterroute.ts";
import { putAddress } from "../../ffi/rtnetlink.ts";
import { inNamespace, ip } from "../pulse/namespace.ts";

/** An address on lo, or on an interface that does not exist. */
function put(last: number, index = 1) {
  const address = Uint8Array.of(10, 9, 0, last);
  return (sequence: number) =>
    putAddress({ index, address, prefix: 24, leaseSeconds: 60 }, sequence);
}

test("LaterRoute.settle() returns what the kernel answered to each request, batch after batch", () =>
  inNamespace(() => {
    const route = new LaterRoute();
    expect(route.settle()).toBeUndefined();
    route.begin([put(1), put(2, 4_711), put(3)]);
    expect(route.isBusy).toBe(true);
    expect(route.settle()?.map(Math.abs)).toEqual([0, errnoOf("ENODEV"), 0]);
    while (route.isBusy) ip("link show lo");
    route.begin([put(4)]);
    expect(route.settle()?.map(Math.abs)).toEqual([0]);
    const shown = ip("-o -4 addr show dev lo");
    expect([...shown.matchAll(/10\.9\.0\.\d/g)].map(String)).toEqual([
      "10.9.0.1",
      "10.9.0.3",
      "10.9.0.4",
    ]);
    route.close();
  }));
