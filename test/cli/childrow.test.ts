// Programs beside the agent as `hb status` shows them.

import { expect, test } from "bun:test";
import { denseParts } from "../../src/cli/densepage.ts";
import { statusPage } from "../../src/cli/page.ts";
import type { ChildView } from "../../src/core/snapshot.ts";
import { plainSnapshot } from "../plainsnapshot.ts";

const running: ChildView = {
  kind: "failfast",
  program: "/usr/libexec/heartbeat/ccm",
  user: "hacluster",
  state: "running",
  sinceMs: 61_000,
  pid: 41,
  restarts: 1,
  lastExit: { code: 0 },
  why: "pid 41",
};

const failed: ChildView = {
  kind: "respawn",
  program: "/bin/guard",
  user: "root",
  state: "failed",
  sinceMs: 500,
  restarts: 10,
  lastExit: { code: 3 },
  why: "given up after 11 short lives in a row: exit code 3",
};

const section = `Programs
  ●  /usr/libexec/heartbeat/ccm  running for 61.0 s  hacluster  failfast  started again once, last exit code 0  pid 41
  ○  /bin/guard                  failed for 500 ms   root       respawn   started again 10 times                given up after 11 short lives in a row: exit code 3`;

test("statusPage() shows each program with its state, and why", () => {
  const snapshot = plainSnapshot({ children: [running, failed] });
  expect(statusPage(snapshot, (_, text) => text)).toContain(section);
});

test.each([
  [{ code: 3 }, "started again once, last exit code 3"],
  [{ signal: "SIGKILL" }, "started again once, last killed by SIGKILL"],
] as const)(
  "statusPage() says how a program that runs again ended before: %p",
  (lastExit, text) => {
    const page = (child: ChildView) =>
      statusPage(plainSnapshot({ children: [child] }), (_, word) => word);
    expect(page({ ...running, lastExit })).toContain(`failfast  ${text}  pid 41`);
    const { lastExit: _, ...unseen } = running;
    expect(page(unseen)).toContain("failfast  started again once  pid 41");
    const waiting = { state: "waiting", why: "exit code 3, it is started again in 1 s" } as const;
    const again = "failfast  started again once  exit code 3, it is started again in 1 s";
    expect(page({ ...running, ...waiting, lastExit: { code: 3 } })).toContain(again);
  },
);

test("denseParts() shows them too, and no heading where there are none", () => {
  const page = (children: readonly ChildView[]) =>
    denseParts(plainSnapshot({ children }), (_, text) => text, 80).join("\n\n");
  expect(page([running, failed])).toContain(section);
  expect(page([])).not.toContain("Programs");
});
