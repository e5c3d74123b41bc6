// Addresses on a real kernel: put up, leased, renewed, watched, announced, taken down.

import { expect, test } from "bun:test";
import type { AddressResource } from "../../src/config/resource.ts";
import { at } from "../../src/core/instant.ts";
import type { Begin } from "../../src/pulse/host.ts";
import { cable, inNamespace, ip } from "./namespace.ts";
import { Puppet, until } from "./puppet.ts";

function address(text: string, more: Partial<AddressResource> = {}): AddressResource {
  const family = text.includes(":") ? 6 : 4;
  return { kind: "address", word: text, agent: "IPaddr2", family, address: text, ...more };
}

/** A namespace with "left" 10.9.0.1/24 and fd09::1/64 on a cable to "right", and a puppet in it. */
async function withPuppet(
  changes: ConstructorParameters<typeof Puppet>[0],
  body: (puppet: Puppet) => Promise<void>,
  before: { readonly memory?: Begin["boot"] & {}; readonly up?: readonly string[] } = {},
): Promise<void> {
  await inNamespace(async () => {
    cable();
    ip("addr add 10.9.0.1/24 brd + dev left");
    ip("addr add fd09::1/64 dev left nodad");
    for (const one of before.up ?? []) ip(`addr add ${one} dev left`);
    const puppet = new Puppet(changes, [], before.memory);
    try {
      await body(puppet);
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
    }
  });
}

async function hold(puppet: Puppet, ...resources: AddressResource[]): Promise<string> {
  puppet.order({ effects: [{ do: "hold", job: 7, resources }] });
  const result = await puppet.input("result", ({ job }) => job === 7);
  return result.ok ? "ok" : result.text;
}

function shown(): string {
  return ip("-o addr show dev left");
}

test("AddressBook.hold() puts addresses up with prefix, broadcast and lease found by itself", () =>
  withPuppet({}, async (puppet) => {
    expect(await hold(puppet, address("10.9.0.5"), address("fd09::5"))).toBe("ok");
    expect(shown()).toMatch(/10\.9\.0\.5\/24 brd 10\.9\.0\.255 .* valid_lft 1[01]sec/);
    expect(shown()).toMatch(/fd09::5\/64 scope global nodad .* valid_lft 1[01]sec/);
  }));

test("AddressBook.hold() gives IPaddr the first free alias label", () =>
  withPuppet({}, async (puppet) => {
    const agent = "IPaddr";
    ip("addr add 10.9.0.4/24 dev left label left:0");
    expect(await hold(puppet, address("10.9.0.5", { agent }), address("10.9.0.6", { agent }))).toBe(
      "ok",
    );
    expect(shown()).toMatch(/10\.9\.0\.5\/24 .* left:1\\/);
    expect(shown()).toMatch(/10\.9\.0\.6\/24 .* left:2\\/);
  }));

test("AddressBook.hold() makes an alias by ioctl, and drop() removes it", () =>
  withPuppet({ addressMethod: "ioctl" }, async (puppet) => {
    const one = address("10.9.0.5", { agent: "IPaddr" });
    expect(await hold(puppet, one)).toBe("ok");
    expect(shown()).toMatch(/10\.9\.0\.5\/24 brd 10\.9\.0\.255 .* left:0\\ +valid_lft forever/);
    puppet.order({ effects: [{ do: "drop", job: 8, resources: [one] }] });
    expect((await puppet.input("result", ({ job }) => job === 8)).ok).toBe(true);
    expect(shown()).not.toContain("10.9.0.5");
  }));

test("AddressBook.hold() leaves nothing up when one of the list fails", () =>
  withPuppet({}, async (puppet) => {
    const reason = await hold(puppet, address("10.9.0.5"), address("172.20.0.9"));
    expect(reason).toBe(
      "No interface's network or route leads to 172.20.0.9 (looked at: left 10.9.0.1/24)",
    );
    expect(shown()).not.toContain("10.9.0.5");
  }));

test("AddressBook.hold() adopts an address that is up, and leases it", () =>
  withPuppet({}, async (puppet) => {
    ip("addr add 10.9.0.5/24 dev left");
    expect(await hold(puppet, address("10.9.0.5"))).toBe("ok");
    expect(shown().match(/10\.9\.0\.5/g)).toHaveLength(1);
    expect(shown()).toMatch(/10\.9\.0\.5\/24 .* valid_lft 1[01]sec/);
  }));

test("AddressBook.hold() takes the address off the loopback interface until drop()", () =>
  withPuppet({}, async (puppet) => {
    ip("addr add 10.9.0.5/32 dev lo");
    const one = address("10.9.0.5");
    expect(await hold(puppet, one)).toBe("ok");
    expect(ip("-o addr show dev lo")).not.toContain("10.9.0.5");
    puppet.order({ effects: [{ do: "drop", job: 8, resources: [one] }] });
    expect((await puppet.input("result", ({ job }) => job === 8)).ok).toBe(true);
    expect(shown()).not.toContain("10.9.0.5");
    expect(ip("-o addr show dev lo")).toContain("10.9.0.5/32");
  }));

test("AddressBook.suspend() takes addresses down at once and hold() puts them back", () =>
  withPuppet({}, async (puppet) => {
    const one = address("10.9.0.5");
    expect(await hold(puppet, one)).toBe("ok");
    puppet.order({ effects: [{ do: "suspend", resources: [one] }] });
    await until("the address to be gone", () => !shown().includes("10.9.0.5"));
    expect(await hold(puppet, one)).toBe("ok");
    expect(shown()).toContain("10.9.0.5");
  }));

test("AddressBook.changed() puts an address back that somebody else removed", () =>
  withPuppet({}, async (puppet) => {
    expect(await hold(puppet, address("10.9.0.5"), address("fd09::5"))).toBe("ok");
    ip("addr del 10.9.0.5/24 dev left");
    await puppet.log(/10\.9\.0\.5\/24 on left was removed by somebody else: put back/);
    expect(shown()).toContain("10.9.0.5");
    ip("addr flush dev left");
    await puppet.log(/fd09::5\/64 on left was removed by somebody else: put back/);
    await until("both", () => shown().includes("10.9.0.5") && shown().includes("fd09::5"));
  }));

test("AddressBook.changed() reports addresses lost with their interface", () =>
  withPuppet({}, async (puppet) => {
    expect(await hold(puppet, address("10.9.0.5"))).toBe("ok");
    ip("link del left");
    const lost = await puppet.input("address-lost");
    expect([lost.word, lost.recoverable]).toEqual(["10.9.0.5", false]);
  }));

test("Stranger.look() reports an address of a group that this node does not hold", () => {
  const resources = [address("10.9.0.7")];
  const groups = [{ key: "10.9.0.7", owner: "bob", resources }];
  return withPuppet({ groups }, async (puppet) => {
    await puppet.input("start");
    ip("addr add 10.9.0.7/24 dev left");
    await puppet.log(/10\.9\.0\.7 is up on left, but this node does not hold it/);
  });
});

const told = "is up on left, but this node does not hold it";

test("Stranger.look() says nothing of what an earlier run left, as its memory or a lease tells", () => {
  const groups = ["10.9.0.7", "10.9.0.8", "10.9.0.9"].map((word) => {
    return { key: word, owner: "bob", resources: [address(word)] };
  });
  const left = { key: "10.9.0.7", assigned: { node: "alice", epoch: 1 }, up: ["10.9.0.7"] };
  const memory = { memory: { at: at(1), groups: [left] } };
  const up = ["10.9.0.7/24", "10.9.0.8/24 valid_lft 9 preferred_lft 9", "10.9.0.9/24"];
  return withPuppet(
    { groups },
    async (puppet) => {
      await puppet.log(/10\.9\.0\.9 is up/);
      const strangers = () => puppet.logs.filter((line) => line.includes(told));
      expect(strangers()).toEqual([`10.9.0.9 ${told}`]);
      // Once it was gone, whoever puts it up is no earlier run.
      ip("addr del 10.9.0.7/24 dev left");
      await Bun.sleep(100);
      ip("addr add 10.9.0.7/24 dev left");
      await puppet.log(/10\.9\.0\.7 is up/);
      expect(strangers()).toEqual([`10.9.0.9 ${told}`, `10.9.0.7 ${told}`]);
    },
    { memory, up },
  );
});

test(
  "AddressBook.renew() never flaps a lease, and the kernel ends it after SIGKILL",
  () =>
    withPuppet({ timing: { ...timing, deadtimeMs: 500 } }, async (puppet) => {
      const monitor = Bun.spawn(["ip", "-o", "monitor", "address"], { stdout: "pipe" });
      try {
        expect(await hold(puppet, address("10.9.0.5"), address("fd09::5"))).toBe("ok");
        // Twice as long as the lease: only renewals explain that it is still there.
        await Bun.sleep(4_000);
        expect(shown()).toMatch(/10\.9\.0\.5\/24 .* valid_lft [12]sec/);
        expect(shown()).toMatch(/fd09::5\/64 .* valid_lft [12]sec/);
        puppet.signal("SIGKILL");
        await until("the leases to end", () => !/10\.9\.0\.5|fd09::5/.test(shown()));
      } finally {
        monitor.kill();
      }
      const lines = (await new Response(monitor.stdout).text()).split("\n");
      const deleted = lines.filter(
        (line) => line.startsWith("Deleted") && line.includes("10.9.0.5"),
      );
      expect(deleted).toHaveLength(1);
      expect(lines.filter((line) => line.includes("10.9.0.5")).length).toBeGreaterThan(5);
    }),
  20_000,
);

test("Host.close() leaves leased addresses to the kernel and removes permanent ones", async () => {
  await withPuppet({}, async (puppet) => {
    expect(await hold(puppet, address("10.9.0.5"))).toBe("ok");
    expect(await puppet.hangUp()).toBe(3);
    expect(shown()).toContain("10.9.0.5");
  });
  await withPuppet({ addressLease: "off" }, async (puppet) => {
    expect(await hold(puppet, address("10.9.0.5"))).toBe("ok");
    expect(shown()).toMatch(/10\.9\.0\.5\/24 .* valid_lft forever/);
    expect(await puppet.hangUp()).toBe(3);
    expect(shown()).not.toContain("10.9.0.5");
  });
});

test("AddressBook.hold() puts up a thousand addresses as one", () =>
  withPuppet({}, async (puppet) => {
    const many = Array.from({ length: 1000 }, (_, n) =>
      address(`10.9.${1 + (n >> 8)}.${n & 255}`, { prefix: 32, device: "left" }),
    );
    expect(await hold(puppet, ...many)).toBe("ok");
    expect(shown().match(/10\.9\.\d+\.\d+\/32/g)).toHaveLength(1000);
    puppet.order({ effects: [{ do: "drop", job: 8, resources: many }] });
    expect((await puppet.input("result", ({ job }) => job === 8)).ok).toBe(true);
    expect(shown()).not.toMatch(/\/32/);
  }));

test("SourceAddress.hold() changes the source of the default and subnet routes until drop()", () =>
  withPuppet({}, async (puppet) => {
    ip("route add default via 10.9.0.254");
    const source = { kind: "srcaddr", word: "IPsrcaddr::10.9.0.5", address: "10.9.0.5" } as const;
    const resources = [address("10.9.0.5"), source];
    puppet.order({ effects: [{ do: "hold", job: 7, resources }] });
    expect((await puppet.input("result")).text).toBe("done");
    expect(ip("route")).toMatch(/default via 10\.9\.0\.254 dev left src 10\.9\.0\.5/);
    expect(ip("route")).toMatch(/10\.9\.0\.0\/24 dev left .* src 10\.9\.0\.5/);
    puppet.order({ effects: [{ do: "drop", job: 8, resources }] });
    expect((await puppet.input("result")).text).toBe("done");
    expect(ip("route")).toMatch(/default via 10\.9\.0\.254 dev left *\n/);
    expect(ip("route")).toMatch(/10\.9\.0\.0\/24 dev left .* src 10\.9\.0\.1/);
  }));

const timing = {
  keepaliveMs: 100,
  deadtimeMs: 10_000,
  warntimeMs: 300,
  initdeadMs: 1_000,
  deadpingMs: 1_000,
  maxRexmitDelayMs: 250,
};
