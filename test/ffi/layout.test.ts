// Struct layouts: each size and one golden byte row, as gcc on x86-64 and arm64 lays them out.

import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  addressBytes,
  addressText,
  icmp6Filter,
  icmpFilter,
  ifreq,
  ipMreqn,
  ipv6Mreq,
  itimerspecOnce,
  sizeOf,
  sockaddrAddress,
  sockaddrIn,
  sockaddrIn6,
  sockaddrLl,
  sockaddrNl,
  sockaddrPort,
  watchdogInfo,
} from "../../ffi/layout.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const mac = Uint8Array.of(2, 0, 0, 0, 0, 9);

test.each([
  ["sockaddr_in", sockaddrIn("10.0.0.5", 694), "020002b60a0000050000000000000000"],
  [
    "sockaddr_in6",
    sockaddrIn6("fe80::1", 694, 3),
    "0a0002b600000000fe80000000000000000000000000000103000000",
  ],
  [
    "sockaddr_ll",
    sockaddrLl({ protocol: 0x0806, index: 2, mac }),
    "1100080602000000000000060200000000090000",
  ],
  ["sockaddr_nl", sockaddrNl(0x111), "100000000000000011010000"],
  ["ip_mreqn", ipMreqn("225.0.0.1", 2), "e10000010000000002000000"],
  ["ipv6_mreq", ipv6Mreq("ff02::1", 2), "ff02000000000000000000000000000102000000"],
  [
    "itimerspec",
    itimerspecOnce(1_500.25),
    "0000000000000000000000000000000001000000000000009035d11d00000000",
  ],
  ["icmp_filter", icmpFilter(0), "feffffff"],
  ["icmp6_filter", icmp6Filter(129, 136), `${"ff".repeat(16)}fdfeffff${"ff".repeat(12)}`],
  [
    "ifreq",
    ifreq("eth0:1", Uint8Array.of(7)),
    `657468303a31${"00".repeat(10)}07${"00".repeat(23)}`,
  ],
] as const)("struct %s has its size and bytes", (name, bytes, expected) => {
  expect(bytes.length).toBe(sizeOf[name]);
  expect(hex(bytes)).toBe(expected);
});

test.each([
  ["a port beyond 16 bits", () => sockaddrIn("10.0.0.1", 65_536)],
  ["a fraction of a port", () => sockaddrIn("10.0.0.1", 1.5)],
  ["a name that is not an address", () => sockaddrIn("localhost", 1)],
  ["an IPv6 address for IPv4", () => sockaddrIn("::1", 1)],
  ["an IPv4 address for IPv6", () => sockaddrIn6("10.0.0.1", 1)],
  ["a MAC that is too long", () => sockaddrLl({ protocol: 0, index: 1, mac: new Uint8Array(9) })],
  ["a negative index", () => ipMreqn("225.0.0.1", -1)],
  ["an interface name of 16 bytes", () => ifreq("abcdefghijklmnop")],
  ["an empty interface name", () => ifreq("")],
  ["an interface name with a slash", () => ifreq("../eth0")],
  ["an ICMP type that has no bit", () => icmpFilter(32)],
] as const)("layout refuses %s", (_what, build) => {
  expect(build).toThrow(RangeError);
});

test("addressText() is the inverse of addressBytes() for every address", () => {
  const of = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(fc.oneof(of(4), of(16)), (bytes) => {
      expect(addressBytes(addressText(bytes))).toEqual(bytes);
    }),
  );
});

test("addressBytes() refuses whatever is not an address", () => {
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.04",
    "1..2.3",
    "10.0.0.1 ",
    "::g",
    "x",
  ]) {
    expect(() => addressBytes(text)).toThrow(RangeError);
  }
});

test("sockaddrAddress() and sockaddrPort() read what the builders write", () => {
  expect(addressText(sockaddrAddress(sockaddrIn("10.0.0.5", 694)))).toBe("10.0.0.5");
  expect(addressText(sockaddrAddress(sockaddrIn6("fd00::5", 694)))).toBe("fd00::5");
  expect(sockaddrPort(sockaddrIn6("fd00::5", 694))).toBe(694);
  expect(sockaddrAddress(sockaddrNl(0))).toEqual(new Uint8Array(0));
});

test("watchdogInfo() reads 40 bytes: flags, firmware and a name that may fill its place", () => {
  // As QEMU's i6300ESB answers: SETTIMEOUT, MAGICCLOSE, KEEPALIVEPING.
  const bytes = new Uint8Array(sizeOf.watchdog_info);
  bytes.set(Buffer.from("8081000000000000", "hex"));
  bytes.set(Buffer.from("i6300ESB timer"), 8);
  expect(sizeOf.watchdog_info).toBe(40);
  expect(watchdogInfo(bytes)).toEqual({
    identity: "i6300ESB timer",
    firmware: 0,
    features: ["settimeout", "magicclose", "keepaliveping"],
  });
  bytes.set(Buffer.from("0000000002010000", "hex"));
  bytes.fill(0x78, 8);
  expect(watchdogInfo(bytes)).toEqual({
    identity: "x".repeat(32),
    firmware: 0x102,
    features: [],
  });
});
