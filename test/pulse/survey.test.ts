// The short way to the place of an address leads to the same place as the long one.

import { expect, test } from "bun:test";
import { addressBytes } from "../../ffi/layout.ts";
import type { AddressResource } from "../../src/config/resource.ts";
import { Interfaces } from "../../src/pulse/interfaces.ts";
import { place, Tables } from "../../src/pulse/place.ts";
import { placeAll } from "../../src/pulse/survey.ts";
import { cable, inNamespace, ip } from "./namespace.ts";

const words: readonly Partial<AddressResource>[] = [
  { address: "10.9.0.5" },
  { address: "10.9.0.5", prefix: 24 },
  { address: "10.9.0.5", prefix: 32 },
  { address: "10.9.0.5", broadcast: "10.9.0.77", label: "left:7" },
  { address: "10.9.1.5" },
  { address: "10.9.1.130" },
  { address: "192.0.2.1" },
  { address: "192.0.2.1", prefix: 28 },
  { address: "10.9.0.1" },
  { address: "10.9.0.9", agent: "IPaddr" },
  { address: "fd09::5", family: 6, agent: "IPv6addr" },
  { address: "fd09::5", family: 6, agent: "IPv6addr", prefix: 128 },
];

test("placeAll() finds the same place whether it must look at all tables or not", async () => {
  await inNamespace(() => {
    cable();
    ip("addr add 10.9.0.1/24 broadcast 10.9.0.200 dev left");
    ip("addr add 10.9.1.1/24 dev left");
    ip("addr add 10.9.1.129/26 dev left");
    ip("addr add 10.9.0.2/24 dev right");
    ip("addr add fd09::1/64 dev left nodad");
    const interfaces = new Interfaces();
    for (const word of words) {
      const resource: AddressResource = {
        kind: "address",
        word: `${word.address}`,
        agent: "IPaddr2",
        family: 4,
        address: "",
        device: "left",
        ...word,
      };
      const tables = new Tables({
        links: interfaces.links(),
        addresses: interfaces.addresses(),
        routes: interfaces.route.routes(resource.family),
      });
      const [held] = placeAll([resource], interfaces, "netlink");
      const { loopback: _, ...long } = place(resource, tables) as Exclude<
        ReturnType<typeof place>,
        string
      >;
      expect(JSON.stringify(held?.place)).toBe(JSON.stringify(long));
    }
    const around = (text: string) => interfaces.networks.around(tell("left"), addressBytes(text));
    const tell = (name: string) => interfaces.named(name)?.index ?? 0;
    expect(around("10.9.1.140")?.prefix).toBe(26);
    ip("addr del 10.9.1.129/26 dev left");
    interfaces.pump();
    expect(around("10.9.1.140")?.prefix).toBe(24);
    ip("addr flush dev left");
    interfaces.pump();
    expect(around("10.9.1.140")).toBeUndefined();
    interfaces.close();
  });
});
