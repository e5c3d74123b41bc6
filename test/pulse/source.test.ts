// IPsrcaddr on a real kernel: the routes speak from a held address, and outlive its lease.

import { expect, test } from "bun:test";
import type { AddressResource, PulseResource } from "../../src/config/resource.ts";
import { cable, inNamespace, ip } from "./namespace.ts";
import { Puppet, until } from "./puppet.ts";

type Resources = readonly (AddressResource | PulseResource)[];

/** The leases of this are two seconds long. */
const timing = {
  keepaliveMs: 100,
  deadtimeMs: 500,
  warntimeMs: 300,
  initdeadMs: 1_000,
  deadpingMs: 1_000,
  maxRexmitDelayMs: 250,
};

/** An address and the wish to speak from it. */
function speakingFrom(address: string): Resources {
  const family = address.includes(":") ? 6 : 4;
  return [
    { kind: "address", word: address, agent: "IPaddr2", family, address },
    { kind: "srcaddr", word: `IPsrcaddr::${address}`, address },
  ];
}

/** A host with a default route (`more`: its metric and such) beside its network's own. */
async function withHost(more: string, body: () => Promise<void>): Promise<void> {
  await inNamespace(async () => {
    cable();
    ip("addr add 10.9.0.1/24 brd + dev left");
    ip("addr add fd09::1/64 dev left nodad");
    ip(`route add default via 10.9.0.254${more}`);
    await body();
  });
}

async function withPuppet(
  changes: ConstructorParameters<typeof Puppet>[0],
  body: (puppet: Puppet) => Promise<void>,
): Promise<void> {
  const puppet = new Puppet({ timing, ...changes });
  try {
    await body(puppet);
  } finally {
    puppet.signal("SIGKILL");
    await puppet.exited();
  }
}

async function order(puppet: Puppet, verb: "hold" | "drop", resources: Resources): Promise<void> {
  puppet.order({ effects: [{ do: verb, job: 7, resources }] });
  expect((await puppet.input("result", ({ job }) => job === 7)).text).toBe("done");
}

/** Ends the process as a power cut of the agent alone would. */
async function kill(puppet: Puppet): Promise<void> {
  puppet.signal("SIGKILL");
  await puppet.exited();
}

async function leaseEnd(address: string): Promise<void> {
  await until("the lease to end", () => !ip("-o addr show dev left").includes(address));
}

/** The routes that matter here, one a line, without the kernel's own for the links. */
function routes(family = "-4"): string[] {
  const lines = ip(`${family} route show`).split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !/^fe80/.test(line));
}

const withMetric = " metric 100 mtu 1400 src 10.9.0.1 proto static";

for (const [name, more] of [
  ["a plain default route", ""],
  ["one with a metric and a source", withMetric],
] as const) {
  test(
    `SourceAddress.hold() leaves the host reachable after SIGKILL and lease end: ${name}`,
    () =>
      withHost(more, async () => {
        const before = routes();
        await withPuppet({}, async (puppet) => {
          await order(puppet, "hold", speakingFrom("10.9.0.5"));
          expect(routes().filter((line) => line.includes("src 10.9.0.5"))).toHaveLength(2);
          expect(ip("route get 192.0.2.1")).toContain("src 10.9.0.5");
          await kill(puppet);
        });
        await leaseEnd("10.9.0.5");
        expect(ip("route get 192.0.2.1")).toMatch(/via 10\.9\.0\.254 dev left src 10\.9\.0\.1/);
        expect(ip("route get 10.9.0.77")).toMatch(/dev left src 10\.9\.0\.1/);
        // The next run finds what the kernel left, and holds and drops as ever.
        await withPuppet({}, async (puppet) => {
          await puppet.input("start");
          expect(routes()).toEqual(before);
          await order(puppet, "hold", speakingFrom("10.9.0.5"));
          expect(ip("route get 192.0.2.1")).toContain("src 10.9.0.5");
          await order(puppet, "drop", speakingFrom("10.9.0.5"));
          expect(routes()).toEqual(before);
        });
      }),
    20_000,
  );

  test(`SourceAddress.drop() restores what an earlier run changed: ${name}`, () =>
    withHost(more, async () => {
      const before = routes();
      const resources = speakingFrom("10.9.0.5");
      let held: string[] = [];
      await withPuppet({}, async (puppet) => {
        await order(puppet, "hold", resources);
        held = routes();
        expect(held).toHaveLength(before.length * 2);
        await kill(puppet);
      });
      // Held anew by the next run, and dropped by one that never held it.
      await withPuppet({}, async (puppet) => {
        await order(puppet, "hold", resources);
        await order(puppet, "hold", resources);
        expect(routes()).toEqual(held);
        await kill(puppet);
      });
      await withPuppet({}, async (puppet) => {
        await order(puppet, "drop", resources);
        expect(routes()).toEqual(before);
      });
    }));
}

test("SourceAddress.drop() gives the routes back to another group that holds them", () =>
  withHost("", async () => {
    const before = routes();
    const [one, other] = [speakingFrom("10.9.0.5"), speakingFrom("10.9.0.6")];
    await withPuppet({}, async (puppet) => {
      for (const [first, second] of [
        [one, other],
        [other, one],
      ] as const) {
        await order(puppet, "hold", one);
        await order(puppet, "hold", other);
        expect(ip("route get 192.0.2.1")).toContain("src 10.9.0.6");
        expect(routes()).toHaveLength(before.length * 2);
        await order(puppet, "drop", first);
        const left = first === one ? "10.9.0.6" : "10.9.0.5";
        expect(ip("route get 192.0.2.1")).toContain(`src ${left}`);
        await order(puppet, "drop", second);
        expect(routes()).toEqual(before);
      }
    });
  }));

test("SourceAddress.drop() leaves a default route alone that somebody else replaced", () =>
  withHost("", async () => {
    const before = routes();
    await withPuppet({}, async (puppet) => {
      await order(puppet, "hold", speakingFrom("10.9.0.5"));
      ip("route replace default via 10.9.0.253");
      await order(puppet, "drop", speakingFrom("10.9.0.5"));
      expect(routes()).toEqual(before.map((line) => line.replace("10.9.0.254", "10.9.0.253")));
    });
  }));

test("SourceAddress.drop() restores the routes of a link that lost its carrier", () =>
  withHost(withMetric, async () => {
    const before = routes();
    await withPuppet({}, async (puppet) => {
      await order(puppet, "hold", speakingFrom("10.9.0.5"));
      ip("link set right down");
      await until("the carrier to go", () => routes().every((line) => line.includes("linkdown")));
      await order(puppet, "drop", speakingFrom("10.9.0.5"));
      await order(puppet, "hold", speakingFrom("10.9.0.5"));
      ip("link set right up");
      await until("the carrier", () => !routes().some((line) => line.includes("linkdown")));
      await order(puppet, "drop", speakingFrom("10.9.0.5"));
      expect(routes()).toEqual(before);
    });
  }));

test("SourceAddress.hold() leaves the kernel's route of a network that is the address's alone", () =>
  withHost("", async () => {
    ip("addr add 10.8.0.5/24 dev left");
    const before = routes();
    await withPuppet({}, async (puppet) => {
      await order(puppet, "hold", speakingFrom("10.8.0.5"));
      expect(ip("route get 192.0.2.1")).toContain("src 10.8.0.5");
      expect(routes()).toHaveLength(before.length + 1);
      await order(puppet, "drop", speakingFrom("10.8.0.5"));
      expect(routes()).toEqual(before.filter((line) => !line.startsWith("10.8.0.0")));
    });
  }));

for (const addressLease of ["auto", "off"] as const) {
  test(`SourceAddress.dropAll() restores the routes at exit, lease ${addressLease}`, () =>
    withHost(withMetric, async () => {
      const before = routes();
      await withPuppet({ addressLease }, async (puppet) => {
        await order(puppet, "hold", speakingFrom("10.9.0.5"));
        await order(puppet, "hold", speakingFrom("10.9.0.6"));
        expect(await puppet.hangUp()).toBe(3);
        expect(routes()).toEqual(before);
      });
    }));
}

test(
  "SourceAddress.hold() of an IPv6 address needs no fallback: the kernel keeps the routes",
  () =>
    withHost("", async () => {
      ip("-6 route add default via fd09::fe");
      const before = routes("-6");
      const resources = speakingFrom("fd09::5");
      await withPuppet({}, async (puppet) => {
        await order(puppet, "hold", resources);
        expect(routes("-6").filter((line) => line.includes("src fd09::5"))).toHaveLength(2);
        // Many times: the kernel's news of an IPv6 address may come late.
        for (let round = 0; round < 20; round += 1) {
          await order(puppet, "drop", resources);
          expect(routes("-6")).toEqual(before);
          await order(puppet, "hold", resources);
        }
        await kill(puppet);
      });
      await leaseEnd("fd09::5");
      expect(routes("-6")).toEqual(before);
    }),
  20_000,
);
