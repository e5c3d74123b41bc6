// Macvlan links in a real kernel: made, named, set up, found again, removed.

import { expect, test } from "bun:test";
import { errnoOf } from "../../ffi/error.ts";
import { interfaceIndex } from "../../ffi/interface.ts";
import { addMacvlan, lowerLink, nameLink, raiseLink, removeLink } from "../../ffi/macvlan.ts";
import { RouteSocket } from "../../ffi/route.ts";
import { IFF_UP } from "../../ffi/rtnetlink.ts";
import { cable, inNamespace, ip } from "../pulse/namespace.ts";

const mac = Uint8Array.of(0, 0, 0x5e, 0, 1, 42);

/** True when the kernel did all of it. */
const made = (results: readonly number[]) => results.every((errno) => errno === 0);

test("addMacvlan() makes a macvlan in bridge mode with our MAC, which nameLink() marks as ours", async () => {
  await inNamespace(() => {
    cable();
    const route = new RouteSocket();
    const parent = interfaceIndex("left") ?? 0;
    const spec = { name: "carp-2-42", parent, mac };
    const make = (sequence: number) => addMacvlan(spec, sequence);
    expect(made(route.change([make]))).toBe(true);
    expect(route.change([make])).toEqual([errnoOf("EEXIST")]);
    const index = interfaceIndex("carp-2-42") ?? 0;
    const orders = [
      (sequence: number) => nameLink(index, "hb left/42", sequence),
      (sequence: number) => raiseLink(index, sequence),
    ];
    expect(made(route.change(orders))).toBe(true);
    const link = route.links().find((one) => one.index === index);
    expect(link).toMatchObject({ name: "carp-2-42", alias: "hb left/42", mac });
    expect((link?.flags ?? 0) & IFF_UP).toBe(IFF_UP);
    expect(ip("-d link show carp-2-42")).toContain("macvlan mode bridge");
    expect(made(route.change([(sequence) => lowerLink(index, sequence)]))).toBe(true);
    expect(ip("-br link show carp-2-42")).toContain("DOWN");
    expect(made(route.change([(sequence) => removeLink(index, sequence)]))).toBe(true);
    expect(interfaceIndex("carp-2-42")).toBeUndefined();
    route.close();
  });
});
