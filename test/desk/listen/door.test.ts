// What is served at the programs' own door. Who may use it is told by test/lab/program-door.test.ts, with real users.

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHaCf } from "../../../src/config/hacf.ts";
import { Api } from "../../../src/desk/api/api.ts";
import { ask } from "../../../src/desk/client.ts";
import { openDoor } from "../../../src/desk/listen/door.ts";
import { Log } from "../../../src/desk/log.ts";
import type { Request } from "../../../src/desk/request.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { plainSnapshot } from "../../plainsnapshot.ts";

const requests: readonly Request[] = [
  { ask: "status" },
  { ask: "routers" },
  { ask: "leave" },
  { ask: "yield" },
  { ask: "standby", set: "all", wait: true },
  { ask: "takeover", set: "all", wait: true },
  { ask: "addnode", nodes: ["carol"] },
  { ask: "delnode", nodes: ["bob"] },
  {
    ...{ ask: "ppp", event: "up", tty: "/dev/ttyS0", pid: 17 },
    line: { device: "ppp0", local: "10.0.0.1", remote: "10.0.0.2" },
  },
];

test("openDoor() serves root as well nothing but what programs ask, and goes on without a socket", async () => {
  const directory = mkdtempSync("/tmp/hb-door-");
  const lines: string[] = [];
  const sink = new Sink(
    (bytes, done) => {
      lines.push(bytes.toString());
      done(null, bytes.length);
    },
    () => "",
  );
  const log = new Log("error", sink);
  const { conf } = parseHaCf("", "ha.cf");
  const core = { input: () => true, backlog: 0 };
  const places = { register: "/nowhere" };
  const api = new Api({ places, log, self: "alice", core, order: () => {} }, conf);
  api.begin();
  const view = { say: "done", ok: true, text: "", snapshot: plainSnapshot() } as const;
  const hall = { api, snapshot: async () => view };
  const path = join(directory, "programs.sock");
  const door = await openDoor(path, hall, log);
  for (const request of requests) {
    const text = 'Only "listen" and "send" are served here';
    expect(await ask(path, request)).toEqual({
      kind: "done",
      answer: { say: "done", ok: false, text },
    });
  }
  door?.close();
  mkdirSync(path);
  writeFileSync(join(path, "in the way"), "");
  expect(await openDoor(path, hall, log)).toBeUndefined();
  await log.drained(1_000);
  expect(lines.join("")).toContain(`Cannot serve programs at ${path}`);
  rmSync(directory, { recursive: true, force: true });
});
