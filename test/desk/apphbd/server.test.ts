// The application-heartbeat server at its socket: answers as 3.0.6's apphbd has them (measured on it), what it tells of
// its programs, and clients that mean no good.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "../../../src/core/instant.ts";
import { ApphbServer } from "../../../src/desk/apphbd/server.ts";
import { type ApphbRequest, encodeApphb } from "../../../src/wire/ipc/apphb.ts";
import { frame } from "../../../src/wire/ipc/frame.ts";
import { ApphbClient, honest } from "./client.ts";

const [EPERM, ESRCH, EEXIST, EINVAL] = [1, 3, 17, 22];
const who = `apphb client 'web' / '1' (pid ${process.pid})`;

let directory = "";
let server: ApphbServer;
let lines: string[] = [];
let reboots: string[] = [];
let wake = () => {};
const clients: ApphbClient[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-apphbd-"));
  lines = [];
  reboots = [];
});

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
  rmSync(directory, { recursive: true });
});

/** Nobody is trusted but root, unless another user is named. */
function serve(more: { trusted?: number; now?: () => ReturnType<typeof at> } = {}): void {
  server = new ApphbServer({
    path: join(directory, "apphb.comm"),
    trusted: undefined,
    log: (_, text) => {
      lines.push(text);
      wake();
    },
    reboot: (reason) => reboots.push(reason),
    ...more,
  });
}

async function client(): Promise<ApphbClient> {
  const made = await ApphbClient.connect(join(directory, "apphb.comm"));
  clients.push(made);
  return made;
}

/** Resolves when the log has a line that ends so. */
async function said(end: string): Promise<void> {
  while (!lines.some((line) => line.endsWith(end))) {
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

const told = () => lines.filter((line) => !/^apphb_(client_register|process_msg)/.test(line));

test("ApphbServer answers a whole conversation with 0, and hb not at all", async () => {
  serve();
  const web = await client();
  const requests: ApphbRequest[] = [
    honest,
    { type: "setint", ms: 60_000 },
    { type: "setwarn", ms: 30_000 },
    { type: "setboot", on: false },
  ];
  for (const request of requests) expect(await web.ask(request)).toBe(0);
  expect(server.registered).toBe(1);
  for (let n = 0; n < 5; n += 1) web.say({ type: "hb" });
  expect(await web.ask({ type: "unreg" })).toBe(0);
  expect(server.registered).toBe(0);
  const [registered, ...others] = lines;
  expect(registered).toContain(`apphb_client_register: client: [web]/[1] pid ${process.pid}`);
  expect(others).toContain(`apphb_process_msg: client: ${process.pid} type=setint, rc=0`);
  expect(told()).toEqual([`apphb_client_remove: client: ${process.pid}`]);
});

test.each<ApphbRequest>([
  { type: "setint", ms: 5 },
  { type: "setwarn", ms: 5 },
  { type: "setboot", on: true },
  { type: "unreg" },
])("ApphbServer knows nobody who asks for $type before reg", async (request) => {
  serve();
  const web = await client();
  expect(await web.ask(request)).toBe(ESRCH);
  expect(await web.ask(honest)).toBe(0);
});

test("ApphbServer registers a connection once, and anew after unreg", async () => {
  serve();
  const web = await client();
  expect(await web.ask(honest)).toBe(0);
  expect(await web.ask({ ...honest, instance: "2" })).toBe(EEXIST);
  expect(await web.ask({ type: "unreg" })).toBe(0);
  expect(await web.ask({ ...honest, instance: "2" })).toBe(0);
});

test.each([
  ["an unknown request", Buffer.from("foo\0\0\0\0\0")],
  ["nothing", new Uint8Array()],
  ["a cut registration", encodeApphb(honest).subarray(0, 700)],
  ["a cut setint", encodeApphb({ type: "setint", ms: 9 }).subarray(0, 12)],
])("ApphbServer answers %s with EINVAL, and goes on", async (_, body) => {
  serve();
  const web = await client();
  expect(await web.ask(body)).toBe(EINVAL);
  expect(await web.ask(honest)).toBe(0);
});

test("ApphbServer refuses who registers as another process, and believes no uid", async () => {
  serve();
  const web = await client();
  expect(await web.ask({ ...honest, pid: 1 })).toBe(EINVAL);
  expect(server.registered).toBe(0);
  expect(await web.ask({ ...honest, uid: honest.uid + 5 })).toBe(0);
});

test("ApphbServer tells of a program that is silent, is back, and hangs up", async () => {
  serve();
  const web = await client();
  await web.ask(honest);
  expect(await web.ask({ type: "setint", ms: 5 })).toBe(0);
  await said("failed to heartbeat");
  web.say({ type: "hb" });
  await said("resumed heartbeats");
  web.destroy();
  await said(`client: ${process.pid}`);
  const [first, second] = told();
  expect([first, second]).toEqual([`${who} failed to heartbeat`, `${who} resumed heartbeats`]);
  expect(told().slice(-2)).toEqual([
    `${who} hangup`,
    `apphb_client_remove: client: ${process.pid}`,
  ]);
  expect(reboots).toEqual([]);
});

test("ApphbServer that overslept hears what was said meanwhile before it misses anybody", async () => {
  let aheadMs = 0;
  let isAwake = false;
  let web: ApphbClient | undefined;
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  serve({
    now: () => {
      // Its timer is due, long after its time; that its program has spoken is not read yet.
      if (aheadMs > 0 && !isAwake) {
        isAwake = true;
        web?.say({ type: "hb" });
        web?.ask({ type: "setint", ms: 0 }).then(() => resolve());
      }
      return at(performance.now() + aheadMs);
    },
  });
  web = await client();
  await web.ask(honest);
  await web.ask({ type: "setint", ms: 5 });
  // As the clock leaps for a process that was stopped.
  aheadMs = 60_000;
  await heard;
  expect(told()).toEqual([]);
});

describe("ApphbServer with programs that reboot the host", () => {
  const other = honest.uid === 0 ? undefined : honest.uid;

  async function vital(): Promise<ApphbClient> {
    serve(other === undefined ? {} : { trusted: other });
    const web = await client();
    await web.ask(honest);
    expect(await web.ask({ type: "setboot", on: true })).toBe(0);
    return web;
  }

  test("reboots when one is silent", async () => {
    const web = await vital();
    await web.ask({ type: "setint", ms: 5 });
    await said("failed to heartbeat");
    expect(reboots).toEqual([`Critical ${who} failed to heartbeat`]);
  });

  test("reboots when one hangs up", async () => {
    (await vital()).destroy();
    await said("hangup");
    expect(reboots).toEqual([`Critical ${who} hangup`]);
  });

  test("reboots when one speaks no frames any more", async () => {
    const web = await vital();
    web.socket.write("GET / HTTP/1.1\r\n\r\n");
    await said("hangup");
    expect(reboots).toEqual([`Critical ${who} hangup`]);
  });

  test("does not when one takes leave, or wants it no more", async () => {
    const web = await vital();
    const mail = await client();
    await mail.ask({ ...honest, app: "mail" });
    await mail.ask({ type: "setboot", on: true });
    expect(await mail.ask({ type: "setboot", on: false })).toBe(0);
    mail.destroy();
    await said("hangup");
    expect(await web.ask({ type: "unreg" })).toBe(0);
    web.destroy();
    await web.closed;
    expect(reboots).toEqual([]);
  });

  test("does not when it ends itself, and misses nobody", async () => {
    const web = await vital();
    server.close();
    await web.closed;
    expect(reboots).toEqual([]);
    expect(told().filter((line) => line.startsWith("Critical"))).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)("refuses others than root and hacluster", async () => {
    serve({ trusted: 65_533 });
    const asNobody = async (uid: number) => {
      process.seteuid?.(uid);
      try {
        return await client();
      } finally {
        process.seteuid?.(0);
      }
    };
    const { chmodSync } = await import("node:fs");
    chmodSync(directory, 0o755);
    const [nobody, hacluster] = [await asNobody(65_534), await asNobody(65_533)];
    // The uid that it claims is root's.
    expect(await nobody.ask(honest)).toBe(0);
    expect(await nobody.ask({ type: "setboot", on: true })).toBe(EPERM);
    expect(await nobody.ask({ type: "setboot", on: false })).toBe(0);
    expect(await hacluster.ask(honest)).toBe(0);
    expect(await hacluster.ask({ type: "setboot", on: true })).toBe(0);
    expect(await hacluster.ask({ type: "unreg" })).toBe(0);
  });
});

describe("ApphbServer with clients that mean no good", () => {
  /** It serves others all the while. */
  async function serves(): Promise<void> {
    const web = await client();
    expect(await web.ask(honest)).toBe(0);
    expect(await web.ask({ type: "unreg" })).toBe(0);
    web.destroy();
    await web.closed;
  }

  test("waits for no half frame", async () => {
    serve();
    const slow = await client();
    const bytes = frame(encodeApphb(honest));
    slow.socket.write(bytes.subarray(0, 11));
    await serves();
    slow.socket.write(bytes.subarray(11, 400));
    await serves();
    slow.socket.write(bytes.subarray(400));
    expect(await slow.answer()).toBe(0);
  });

  test.each([
    ["a length beyond all measure", [0xff, 0xff, 0xff, 0x7f, 0xcd, 0xab, 0, 0]],
    ["a negative length", [0xff, 0xff, 0xff, 0xff, 0xcd, 0xab, 0, 0]],
    ["another magic number", [8, 0, 0, 0, 1, 2, 3, 4]],
  ])("sends away who says %s", async (_, bytes) => {
    serve();
    const bad = await client();
    bad.socket.write(Uint8Array.from(bytes));
    await bad.closed;
    await serves();
  });

  test("sends away who asks for ever and reads no answer", async () => {
    serve();
    const deaf = await client();
    deaf.socket.pause();
    const many = Buffer.concat(Array.from({ length: 1_000 }, () => frame(Buffer.from("what?"))));
    const feed = () => {
      while (!deaf.socket.destroyed && deaf.socket.write(many)) {}
    };
    deaf.socket.on("drain", feed);
    feed();
    // A paused socket does not see its end: the failed write is what tells.
    await Promise.race([deaf.closed, new Promise((done) => deaf.socket.once("error", done))]);
    await serves();
  });

  test("is not impressed by connections that come and go", async () => {
    serve();
    for (let round = 0; round < 20; round += 1) {
      const some = await Promise.all(Array.from({ length: 40 }, () => client()));
      for (const [index, each] of some.entries()) {
        if (index % 2 === 0) each.say(honest);
        each.destroy();
      }
    }
    await serves();
  });
});
