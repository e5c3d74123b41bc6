// hb as a client of an application-heartbeat server: hb's own server is at the other end.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApphbBeat } from "../../../src/desk/apphbd/beat.ts";
import { ApphbServer } from "../../../src/desk/apphbd/server.ts";
import { IpcServer } from "../../../src/desk/ipc/server.ts";
import { encodeApphbAnswer } from "../../../src/wire/ipc/apphb.ts";

let directory = "";
let path = "";
let lines: string[] = [];
let wake = () => {};
const open: { close(): void }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-apphbd-"));
  path = join(directory, "apphb.comm");
  lines = [];
});

afterEach(() => {
  for (const each of open.splice(0)) each.close();
  rmSync(directory, { recursive: true });
});

const say = (text: string) => {
  lines.push(text);
  wake();
};

/** The next line that is of interest, of either side. */
async function next(start: string): Promise<string> {
  for (;;) {
    const found = lines.findIndex((line) => line.includes(start));
    if (found !== -1) return lines.splice(0, found + 1).at(-1) ?? "";
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

function serve(): ApphbServer {
  const server = new ApphbServer({
    path,
    trusted: undefined,
    log: (_, text) => say(text),
    reboot: () => say("reboot"),
  });
  open.push(server);
  return server;
}

function member(intervalMs: number): ApphbBeat {
  const beat = new ApphbBeat({
    path,
    app: "heartbeat",
    instance: "1",
    intervalMs,
    warnMs: 0,
    againMs: 10,
    told: (isRegistered, why) => say(isRegistered ? "registered" : `not registered: ${why}`),
  });
  open.push({ close: () => beat.end() });
  return beat;
}

const who = `apphb client 'heartbeat' / '1' (pid ${process.pid})`;

test("ApphbBeat registers, is missed when it does not beat, and is back when it does", async () => {
  serve();
  const beat = member(20);
  await next("registered");
  expect(await next("failed")).toBe(`${who} failed to heartbeat`);
  beat.beat();
  expect(await next("resumed")).toBe(`${who} resumed heartbeats`);
});

test("ApphbBeat takes leave in good order", async () => {
  serve();
  const beat = member(60_000);
  await next("registered");
  beat.end();
  await next("apphb_client_remove");
  expect(lines.filter((line) => line.includes("hangup"))).toEqual([]);
});

test("ApphbBeat tells once that there is no server, and registers when there is one", async () => {
  member(60_000);
  await next("not registered: nobody listens there");
  serve();
  await next("apphb_client_register");
  expect(await next("registered")).toBe("registered");
  expect(lines).toEqual([]);
});

test("ApphbBeat registers again with the server that follows", async () => {
  const first = serve();
  member(60_000);
  await next("registered");
  first.close();
  await next("not registered: it closed the connection");
  serve();
  expect(await next("apphb_client_register")).toContain("[heartbeat]/[1]");
});

test.each([
  ["refuses", encodeApphbAnswer(22), "it refused with error 22"],
  ["answers nonsense", Uint8Array.of(1), "it refused with error undefined"],
])("ApphbBeat gives up a server that %s, for a while", async (_, answer, why) => {
  const server = new IpcServer({
    path,
    welcome: (connection) => ({
      said: () => void connection.send(answer),
      left: () => say("left"),
    }),
  });
  open.push(server);
  member(60_000);
  await next(`not registered: ${why}`);
  // Tried again, and left again, without another word.
  await next("left");
  await next("left");
  expect(lines.filter((line) => line.startsWith("not"))).toEqual([]);
});
