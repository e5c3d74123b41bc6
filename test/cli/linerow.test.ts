// Serial lines as `hb status` shows them.

import { expect, test } from "bun:test";
import { statusPage } from "../../src/cli/page.ts";
import type { LineView, Snapshot } from "../../src/core/snapshot.ts";

const quiet: LineView = {
  baud: 19_200,
  flow: "rtscts",
  bytesIn: 1_200,
  bytesOut: 3_400,
  noise: 0,
  waiting: 0,
  replaced: 0,
  dropped: 0,
  unsendable: 0,
  stalls: 0,
};

const links = [
  { name: "/dev/ttyS0", medium: "serial", state: "up" },
  { name: "/dev/ttyS1", medium: "serial", state: "dead" },
] as const;

function page(packets: Snapshot["pulse"]["packets"]): string {
  return statusPage(
    {
      version: 1,
      node: "alice",
      state: "active",
      generation: 1,
      resources: "none",
      nodes: [{ name: "alice", state: "active", kind: "hb", links }],
      groups: [],
      routers: [],
      dropped: {},
      pulse: { lateMs: { last: 0, p99: 0, worst: 0 }, packets, missing: [] },
    },
    (_, text) => text,
  );
}

test("statusPage() shows what each serial line carried, and what went wrong on it", () => {
  const bad = { ...quiet, flow: "none", noise: 77, stalls: 1, dropped: 9, waiting: 300 } as const;
  const text = page([
    { link: "/dev/ttyS0", sent: 9, received: 9, rejected: {}, line: quiet, forwarded: 4 },
    { link: "/dev/ttyS1", sent: 9, received: 0, rejected: {}, line: bad },
  ]);
  expect(text).toContain(`Serial lines
  ●  /dev/ttyS0  up    19200 baud                  1200 bytes in, 3400 out            4 packets of others passed on
  ○  /dev/ttyS1  dead  19200 baud without RTS/CTS  1200 bytes in, 3400 out, 300 wait
                 noise bytes 77, stalls 1, dropped 9
`);
});

test("statusPage() has no serial lines where there are none", () => {
  expect(page([{ link: "eth0", sent: 1, received: 1, rejected: {} }])).not.toContain("Serial");
});
