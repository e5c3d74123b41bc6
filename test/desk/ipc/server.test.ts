import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, queueUsual, type Visitor } from "../../../src/desk/ipc/connection.ts";
import { IpcServer } from "../../../src/desk/ipc/server.ts";
import { BODY_MAX, FrameReader, frame } from "../../../src/wire/ipc/frame.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

let directory = "";
let path = "";
const open: (IpcServer | Socket)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-ipc-"));
  path = join(directory, "register");
});

afterEach(() => {
  for (const each of open.splice(0)) each instanceof IpcServer ? each.close() : each.destroy();
  rmSync(directory, { recursive: true });
});

function serve(welcome: (connection: Connection) => Visitor): IpcServer {
  const server = new IpcServer({ path, welcome });
  open.push(server);
  return server;
}

/** A client, and what it is told. */
async function client(): Promise<{ socket: Socket; next: () => Promise<string> }> {
  const socket = connect(path);
  open.push(socket);
  const reader = new FrameReader();
  const heard: string[] = [];
  let wake = () => {};
  socket.on("data", (bytes: Uint8Array) => {
    heard.push(...(reader.push(bytes) ?? []).map(textOf));
    wake();
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  const next = async (): Promise<string> => {
    while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift() ?? "";
  };
  return { socket, next };
}

test("IpcServer makes a socket for everybody whom the directory lets in", () => {
  serve(() => ({ said: () => {}, left: () => {} }));
  expect(statSync(path).mode & 0o7777).toBe(0o777);
});

test.each([
  ["EISDIR", () => mkdirSync(path)],
  ["ENOENT", () => rmSync(directory, { recursive: true })],
] as const)("IpcServer says %s where it cannot listen", (code, obstruct) => {
  obstruct();
  const listen = () => serve(() => ({ said: () => {}, left: () => {} }));
  expect(listen).toThrow(expect.objectContaining({ code }));
  mkdirSync(directory, { recursive: true });
});

test("Connection knows who is there, hears its frames and answers", async () => {
  serve((connection) => ({
    said: (body) => {
      const { pid, uid, gid } = connection.peer;
      connection.send(bytesOf(`${textOf(body)} of ${pid} ${uid} ${gid}`));
    },
    left: () => {},
  }));
  const { socket, next } = await client();
  socket.write(frame(bytesOf("signon")));
  const expected = `signon of ${process.pid} ${process.geteuid?.()} ${process.getegid?.()}`;
  expect(await next()).toBe(expected);
});

test("Connection tells once that its client is gone", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = serve(() => ({ said: () => {}, left: resolve }));
  const { socket } = await client();
  socket.end();
  expect(await promise).toBe("EOF");
  expect(server.connections.size).toBe(0);
});

test("Connection sends away who does not speak in frames", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  serve(() => ({ said: () => {}, left: resolve }));
  const { socket } = await client();
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  socket.write("GET / HTTP/1.1\r\n\r\n");
  expect(await promise).toBe("not frames");
  await closed;
});

/** The connection of a client that does not read. */
async function unread(): Promise<Connection> {
  const { promise, resolve } = Promise.withResolvers<Connection>();
  serve((connection) => {
    resolve(connection);
    return { said: () => {}, left: () => {} };
  });
  const { socket } = await client();
  socket.pause();
  return await promise;
}

test("Connection says no when a client that does not read has its queue full", async () => {
  const connection = await unread();
  connection.queueMax = 4;
  let sent = 0;
  while (connection.send(new Uint8Array(60_000))) sent += 1;
  expect(connection.queued).toBe(4);
  expect(sent).toBeGreaterThan(3);
});

test("Connection keeps no more bytes for a client that does not read than the usual number of the longest frames", async () => {
  const connection = await unread();
  connection.queueMax = 1_000;
  let sent = 0;
  while (sent < 500 && connection.send(new Uint8Array(BODY_MAX))) sent += 1;
  expect(connection.queued).toBeWithin(queueUsual, queueUsual + 2);
});

test("Connection hears nothing while it is paused, and everything afterwards, of a client that is gone too", async () => {
  const heard: string[] = [];
  const first = Promise.withResolvers<Connection>();
  const left = Promise.withResolvers<string>();
  serve((connection) => ({
    said: (body) => {
      heard.push(textOf(body));
      // It may pause again and again.
      if (heard.length <= 2) connection.pause();
      first.resolve(connection);
    },
    left: left.resolve,
  }));
  const { socket } = await client();
  const frames = ["one", "two", "three"].map((text) => frame(bytesOf(text)));
  socket.end(Buffer.concat(frames));
  const connection = await first.promise;
  expect(heard).toEqual(["one"]);
  connection.resume();
  expect(heard).toEqual(["one", "two"]);
  connection.resume();
  expect(await left.promise).toBe("EOF");
  expect(heard).toEqual(["one", "two", "three"]);
});

test("Connection ends when its client has read what was said", async () => {
  serve((connection) => {
    connection.send(bytesOf("leave"));
    connection.end();
    return { said: () => {}, left: () => {} };
  });
  const { socket, next } = await client();
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  expect(await next()).toBe("leave");
  await closed;
});

test("IpcServer closes connections above its number, and serves those that it has", async () => {
  let refused = 0;
  const server = new IpcServer({
    path,
    welcome: (connection) => ({ said: (body) => void connection.send(body), left: () => {} }),
    refused: () => (refused += 1),
  });
  open.push(server);
  const first = await client();
  // One after the other: the kernel itself refuses more at once than listen(2) was told.
  for (let n = 1; n < 512; n += 1) await client();
  for (let n = 0; n < 20; n += 1) {
    const { socket } = await client();
    if (!socket.closed) await new Promise<void>((done) => socket.once("close", () => done()));
  }
  first.socket.write(frame(bytesOf("still there")));
  expect(await first.next()).toBe("still there");
  expect(server.connections.size).toBe(512);
  expect(refused).toBe(20);
});

test("Connection lets others have their turn while one says very much at once", async () => {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  serve(() => ({
    said: (body) => {
      order.push(textOf(body));
      if (order.length === 2_001) resolve();
    },
    left: () => {},
  }));
  const [flood, other] = [await client(), await client()];
  flood.socket.write(Buffer.concat(Array.from({ length: 2_000 }, () => frame(bytesOf("flood")))));
  other.socket.write(frame(bytesOf("other")));
  await promise;
  expect(order.indexOf("other")).toBeLessThan(1_000);
});
