// The lines in the log that tell of announcements.

import { expect, test } from "bun:test";
import { addressBytes } from "../../ffi/layout.ts";
import { announcements } from "../../src/pulse/announcement.ts";

const devices = new Map([
  [2, "eth0"],
  [3, "eth1"],
]);
const nameOf = (index: number) => devices.get(index);

function at(index: number, ...addresses: readonly string[]) {
  return addresses.map((text) => ({ index, address: addressBytes(text) }));
}

test("announcements() has a line for each interface and family, and none for what is gone", () => {
  const batch = [
    ...at(2, "10.0.0.5", "fd09::5", "10.0.0.6"),
    ...at(3, "10.1.0.5"),
    ...at(4, "10.2.0.5"),
  ];
  expect(announcements(batch, nameOf)).toEqual([
    "Sending Gratuitous Arp for 10.0.0.5, 10.0.0.6 on eth0",
    "Sending unsolicited neighbour advertisements for fd09::5 on eth0",
    "Sending Gratuitous Arp for 10.1.0.5 on eth1",
  ]);
  expect(announcements([], nameOf)).toEqual([]);
});

test("announcements() counts what a line has no room for", () => {
  const many = Array.from({ length: 128 }, (_, number) => `10.0.0.${number}`);
  const [line, ...others] = announcements(at(2, ...many), nameOf);
  expect(line).toEndWith("10.0.0.6, 10.0.0.7 and 120 more on eth0");
  expect(others).toEqual([]);
});
