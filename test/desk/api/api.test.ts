// The door itself: real sockets, the kernel's word on who is there, and this very process as a client.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHaCf } from "../../../src/config/hacf.ts";
import type { Directory } from "../../../src/core/clients/directory.ts";
import type { Input } from "../../../src/core/input.ts";
import { Api } from "../../../src/desk/api/api.ts";
import { ownHost } from "../../../src/desk/api/process.ts";
import { Log } from "../../../src/desk/log.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { encodeBody } from "../../../src/wire/ipc/body.ts";
import { FrameReader, frame } from "../../../src/wire/ipc/frame.ts";
import { text } from "../../../src/wire/message.ts";
import { normal, signOn } from "./house.ts";
import { lineOf } from "./transcript.ts";

const self = { pid: process.pid, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const haCf = `apiauth anon uid=${self.uid}\napiauth test uid=${self.uid}\n`;

let directory = "";
let register = "";
let api: Api | undefined;
const sockets: Socket[] = [];
const inputs: Input[] = [];
let heardOne = () => {};
let lines = "";

/** Resolves when the core was given so many inputs. */
async function given(count: number): Promise<void> {
  while (inputs.length < count) await new Promise<void>((resolve) => (heardOne = resolve));
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-api-"));
  register = join(directory, "register");
  inputs.length = 0;
  lines = "";
});

afterEach(() => {
  api?.end();
  for (const socket of sockets.splice(0)) socket.destroy();
  rmSync(directory, { recursive: true, force: true });
});

function log(): Log {
  const sink = new Sink(
    (bytes) => {
      lines += Buffer.from(bytes).toString();
      return bytes.length;
    },
    () => "",
  );
  return new Log("debug", sink);
}

function active(status = "active"): Directory {
  return { nodes: [normal("apia", status)], resources: "none" };
}

async function open(): Promise<Api> {
  const { conf } = parseHaCf(haCf, "ha.cf");
  const input = (each: Input) => {
    inputs.push(each);
    heardOne();
    return true;
  };
  const order = () => {
    throw new Error("nobody here asks for anything");
  };
  api = new Api(
    { places: { register }, log: log(), self: "apia", core: { input, backlog: 0 }, order },
    conf,
  );
  await api.adopt(conf);
  api.begin();
  return api;
}

/** A client, the frames that it hears as lines, and its end. */
async function client() {
  const socket = connect(register);
  sockets.push(socket);
  const reader = new FrameReader();
  const heard: string[] = [];
  let isOver = false;
  let wake = () => {};
  socket.on("data", (bytes: Uint8Array) => {
    heard.push(...(reader.push(bytes) ?? []).map(lineOf));
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isOver = true;
    wake();
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  const next = async (): Promise<string> => {
    while (heard.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift() ?? "closed";
  };
  return { socket, next };
}

const numnodes = frame(
  encodeBody(text({ t: "hbapi-req", reqtype: "numnodes", pid: `${self.pid}` })),
);

test("Api opens when this node has become active, for everybody whom the directory lets in", async () => {
  const door = await open();
  door.effect({ do: "directory", directory: active("up") });
  expect(existsSync(register)).toBe(false);
  door.effect({ do: "directory", directory: active() });
  expect(statSync(register).mode & 0o7777).toBe(0o777);
  door.effect({ do: "directory", directory: active("up") });
  expect(existsSync(register)).toBe(true);
  door.end();
  expect(existsSync(register)).toBe(false);
});

test("Api serves a client over a real socket, however its frames are cut", async () => {
  const door = await open();
  door.effect({ do: "directory", directory: active() });
  const { socket, next } = await client();
  const all = Buffer.concat([frame(signOn(String(self.pid), self)), numnodes, numnodes]);
  for (let at = 0; at < all.length; at += 7) socket.write(all.subarray(at, at + 7));
  expect(await next()).toContain('reqtype="signon" result="OK"');
  expect(await next()).toContain('numnodes="1"');
  expect(await next()).toContain('numnodes="1"');
});

test.each([
  ["uid", { uid: "12345" }, "incorrect/false credentials"],
  ["pid", { pid: "1", from_id: "test" }, "pid mismatch"],
] as const)(
  "Api believes the kernel, and not a client that lies about its %s",
  async (_, lie, why) => {
    const door = await open();
    door.effect({ do: "directory", directory: active() });
    const { socket, next } = await client();
    socket.write(frame(signOn("test", self, lie)));
    expect(await next()).toContain(`info="${why}" result="badreq"`);
    expect(await next()).toContain('st="leave"');
    expect(await next()).toBe("closed");
  },
);

test("Api hears what a client said before it went, and tells the cluster that it went", async () => {
  const door = await open();
  door.effect({ do: "directory", directory: active() });
  const { socket, next } = await client();
  socket.write(frame(signOn("test", self)));
  socket.write(frame(encodeBody(text({ t: "hello" }))));
  await given(2);
  const [join] = inputs.flatMap((input) => (input.on === "client" ? [input.body] : []));
  door.effect({
    do: "deliver",
    body: `${join?.replace("%%%\n", "")}9:(0)auth=x,%%%\n`,
    filter: 1,
  });
  expect(await next()).toContain('st="join"');
  expect(await next()).toContain('reqtype="signon" result="OK"');
  socket.end();
  await given(5);
  const bodies = inputs.map((input) => (input.on === "client" ? input.body : input.on));
  expect(bodies[0]).toBe("audience");
  expect(bodies[1]).toContain("st=join");
  expect(bodies[2]).toContain("t=hello");
  expect(bodies.slice(3).sort()[0]).toContain("st=leave");
  expect(bodies).toContain("audience");
});

test("Api says where it cannot open the door, and the agent goes on", async () => {
  rmSync(directory, { recursive: true });
  const door = await open();
  door.effect({ do: "directory", directory: active() });
  expect(lines).toContain(`Cannot serve Heartbeat's clients at ${register}`);
  door.end();
});

test("ownHost holds a process that is there, and knows when it has ended", async () => {
  const child = Bun.spawn(["sleep", "100"]);
  const held = ownHost.hold(child.pid);
  expect(held?.signal(0)).toBe(true);
  expect(held?.signal(15)).toBe(true);
  await child.exited;
  expect(held?.signal(0)).toBe(false);
  held?.release();
  expect(ownHost.hold(child.pid)).toBeUndefined();
  expect(ownHost.hold(0)).toBeUndefined();
  expect(ownHost.hold(2 ** 40)).toBeUndefined();
});
