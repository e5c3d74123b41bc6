// What the neighbours hear of a held address, and what is heard of a rival's.

import { expect, test } from "bun:test";
import { interfaceIndex } from "../../ffi/interface.ts";
import { AF_PACKET, sockaddrLl } from "../../ffi/layout.ts";
import { bind, close, receive, SOCK_RAW, sendTo, setOption, socket } from "../../ffi/socket.ts";
import type { AddressResource } from "../../src/config/resource.ts";
import { arpClaim, arpReply } from "../../src/wire/arp.ts";
import { neighbourAdvertisement, neighbourClaim } from "../../src/wire/neighbour.ts";
import { cable, inNamespace, ip } from "./namespace.ts";
import { Puppet, until } from "./puppet.ts";

const ALL = 0x0003;
const four: AddressResource = {
  kind: "address",
  word: "10.9.0.5",
  agent: "IPaddr2",
  family: 4,
  address: "10.9.0.5",
  prefix: 24,
  device: "left",
};
const six: AddressResource = {
  kind: "address",
  word: "fd09::5",
  agent: "IPv6addr",
  family: 6,
  address: "fd09::5",
  prefix: 64,
  device: "left",
};

/** A puppet that holds both addresses on "left", and a socket on "right" where all of it arrives. */
async function withNeighbour(
  body: (
    puppet: Puppet,
    heard: () => Uint8Array[],
    send: (frame: Uint8Array) => void,
  ) => Promise<void>,
  announceIntervalMs = 60_000,
): Promise<void> {
  await inNamespace(async () => {
    cable();
    const index = interfaceIndex("right") ?? 0;
    const fd = socket(AF_PACKET, SOCK_RAW, 0);
    setOption(fd, "packetIgnoreOutgoing", 1);
    bind(fd, sockaddrLl({ protocol: ALL, index }), "right");
    const puppet = new Puppet({ announceIntervalMs });
    const buffer = new Uint8Array(2048);
    const frames: Uint8Array[] = [];
    const heard = () => {
      try {
        for (let got = receive(fd, buffer); got !== undefined; got = receive(fd, buffer)) {
          frames.push(buffer.slice(0, got));
        }
      } catch {
        // ENETDOWN, told once: the test itself pulled the cable.
      }
      return frames;
    };
    try {
      await body(puppet, heard, (frame) => {
        sendTo(fd, frame, sockaddrLl({ protocol: 0, index }), "right");
      });
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
      close(fd);
    }
  });
}

/** Operations of the ARP frames that claim our address: 1 request, 2 reply. */
function arps(frames: readonly Uint8Array[]): number[] {
  return frames.flatMap((frame) => {
    const claim = arpClaim(frame);
    return claim?.address.join(".") === "10.9.0.5" ? [frame[21] ?? 0] : [];
  });
}

/** Advertisements of our IPv6 address. */
function advertisements(frames: readonly Uint8Array[]): Uint8Array[] {
  return frames.filter(
    (frame) =>
      frame[12] === 0x86 && frame[20] === 58 && neighbourClaim(frame.subarray(54)) !== undefined,
  );
}

function macOf(device: string): string {
  return /link\/ether (\S+)/.exec(ip(`link show ${device}`))?.[1] ?? "";
}

function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}

test("Announcer.add() sends five rounds of request and reply, and five advertisements", () =>
  withNeighbour(async (puppet, heard) => {
    puppet.order({ effects: [{ do: "hold", job: 1, resources: [four, six] }] });
    expect((await puppet.input("result")).text).toBe("done");
    // The first frames had left before the result was told: who is stopped sends no more.
    puppet.signal("SIGSTOP");
    await until("the first frames", () => {
      return arps(heard()).length > 0 && advertisements(heard()).length > 0;
    });
    puppet.signal("SIGCONT");
    await until("the burst", () => arps(heard()).length === 10);
    expect(arps(heard())).toEqual([1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
    await until("advertisements", () => advertisements(heard()).length === 5);
    const mac = macBytes(macOf("left"));
    const expected = neighbourAdvertisement({ mac, address: advertisementTarget() });
    expect(advertisements(heard())[0]).toEqual(expected);
  }));

function advertisementTarget(): Uint8Array {
  return Uint8Array.of(0xfd, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5);
}

test("Announcer.expire() announces each interval after the burst, and again() at once", () =>
  withNeighbour(async (puppet, heard) => {
    puppet.order({ effects: [{ do: "hold", job: 1, resources: [four] }] });
    await until("burst and three intervals", () => arps(heard()).length >= 13);
    expect(arps(heard()).slice(10, 13)).toEqual([1, 1, 1]);
    const before = arps(heard()).length;
    puppet.order({ effects: [{ do: "announce", words: ["10.9.0.5", "unknown"] }] });
    await until("another burst", () => arps(heard()).slice(before).includes(2));
    // What is due each interval is not told: two bursts, two lines.
    const told = () => puppet.logs.filter((line) => line.includes("Gratuitous Arp"));
    await until("two lines", () => told().length >= 2);
    expect(told()).toHaveLength(2);
    expect(told()[0]).toContain("Sending Gratuitous Arp for 10.9.0.5 on left");
  }, 200));

test("RivalListener tells once who else claims a held address, by ARP and by advertisement", () =>
  withNeighbour(async (puppet, _heard, send) => {
    puppet.order({ effects: [{ do: "hold", job: 1, resources: [four, six] }] });
    await puppet.input("result");
    const mac = macBytes("02:00:00:00:00:99");
    const address = Uint8Array.of(10, 9, 0, 5);
    send(arpReply({ mac, address: Uint8Array.of(10, 9, 0, 6) }));
    send(arpReply({ mac: macBytes(macOf("left")), address }));
    for (let count = 0; count < 50; count += 1) send(arpReply({ mac, address }));
    const rival = await puppet.input("rival");
    expect([rival.word, rival.mac]).toEqual(["10.9.0.5", "02:00:00:00:00:99"]);
    send(neighbourAdvertisement({ mac, address: advertisementTarget() }));
    const next = await puppet.input("rival");
    expect([next.word, next.mac]).toEqual(["fd09::5", "02:00:00:00:00:99"]);
  }));

test.each([
  ["when the cable is plugged in again", false],
  ["when it slept while the cable was out", true],
] as const)("Announcer.carrier() announces anew %s", (_when, sleeps) =>
  withNeighbour(async (puppet, heard) => {
    puppet.order({ effects: [{ do: "hold", job: 1, resources: [four] }] });
    await until("the burst", () => arps(heard()).length === 10);
    if (sleeps) puppet.signal("SIGSTOP");
    ip("link set right down");
    ip("link set right up");
    if (sleeps) puppet.signal("SIGCONT");
    await until("another burst", () => arps(heard()).length === 20);
  }),
);
