// Which medium of which host leads where.

import { expect, test } from "bun:test";
import type { Medium } from "../../../src/config/medium.ts";
import { wire } from "../../../src/sim/network/wiring.ts";

const names = ["alice", "bob", "carol", "dave"];

/** "alice /dev/ttyS0 > bob /dev/ttyS1", for every way. */
function ways(media: readonly (readonly Medium[])[]): string[] {
  const hosts = media.map((each, n) => ({ name: names[n] ?? "", media: each }));
  return wire(hosts).flatMap((ends, n) =>
    [...ends].flatMap(([medium, each]) =>
      each.map(({ host, link }) => {
        const from = "device" in medium ? medium.device : medium.name;
        return `${names[n]} ${from} > ${names[host]} ${link}`;
      }),
    ),
  );
}

function serial(device: string): Medium {
  return { kind: "serial", device, baud: 19_200, flow: "rtscts" };
}

const bcast: Medium = { kind: "bcast", device: "eth0", port: 694 };

function ucast(peer: string): Medium {
  return { kind: "ucast", device: "eth0", peer, port: 694 };
}

function mcast(group: string, loop = false): Medium {
  return { kind: "mcast", device: "eth0", group, port: 694, ttl: 1, loop };
}

test("wire() lets a broadcast reach everybody on the device, its sender too", () => {
  expect(ways([[bcast], [bcast], [{ ...bcast, device: "eth1" }]])).toEqual([
    "alice eth0 > alice eth0",
    "alice eth0 > bob eth0",
    "bob eth0 > alice eth0",
    "bob eth0 > bob eth0",
    "carol eth1 > carol eth1",
  ]);
});

test("wire() goes by port and group", () => {
  expect(ways([[bcast], [{ ...bcast, port: 695 }]])).toHaveLength(2);
  expect(ways([[mcast("239.0.0.1")], [mcast("239.0.0.1")]])).toHaveLength(2);
  expect(ways([[mcast("239.0.0.1", true)], [mcast("239.0.0.2")]])).toEqual([
    "alice eth0 > alice eth0",
  ]);
});

test("wire() finds ucast peers by name, or by their place", () => {
  const expected = ["alice eth0 > bob eth0", "bob eth0 > alice eth0"];
  expect(ways([[ucast("bob")], [ucast("alice")]])).toEqual(expected);
  expect(ways([[ucast("10.0.0.2")], [ucast("10.0.0.1")]])).toEqual(expected);
  const all = [ucast("10.0.0.1"), ucast("10.0.0.2"), ucast("10.0.0.3")];
  expect(ways([all, all, all])).toHaveLength(6);
  const [, second = bcast, third = bcast] = all;
  expect(ways([[second, third], all, all]).slice(0, 2)).toEqual([
    "alice eth0 > bob eth0",
    "alice eth0 > carol eth0",
  ]);
});

test("wire() joins two hosts by ttys of the same name, else in order", () => {
  expect(ways([[serial("/dev/ttyS0")], [serial("/dev/ttyS0")]])).toEqual([
    "alice /dev/ttyS0 > bob /dev/ttyS0",
    "bob /dev/ttyS0 > alice /dev/ttyS0",
  ]);
  expect(ways([[serial("/dev/ttyS0")], [serial("/dev/ttyUSB0")]])[0]).toBe(
    "alice /dev/ttyS0 > bob /dev/ttyUSB0",
  );
});

test("wire() makes a ring of hosts with two lines each", () => {
  const lines = [serial("/dev/ttyS0"), serial("/dev/ttyS1")];
  expect(ways([lines, lines, lines]).filter((way) => way.includes("ttyS0 >"))).toEqual([
    "alice /dev/ttyS0 > bob /dev/ttyS1",
    "bob /dev/ttyS0 > carol /dev/ttyS1",
    "carol /dev/ttyS0 > alice /dev/ttyS1",
  ]);
});

test("wire() makes a chain where the outer hosts have one line", () => {
  const lines = [serial("/dev/ttyS0"), serial("/dev/ttyS1")];
  const one = [serial("/dev/ttyS0")];
  expect(ways([one, lines, one])).toEqual([
    "alice /dev/ttyS0 > bob /dev/ttyS1",
    "bob /dev/ttyS0 > carol /dev/ttyS0",
    "bob /dev/ttyS1 > alice /dev/ttyS0",
    "carol /dev/ttyS0 > bob /dev/ttyS0",
  ]);
});
