// A door and those who knock: real sockets on loopback, most of them hostile.

import { afterAll, afterEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { ListenPlace } from "../../../src/config/listen.ts";
import { Door } from "../../../src/desk/statuspage/door.ts";
import type { Shown } from "../../../src/desk/statuspage/reply.ts";
import { Viewers, viewersMax } from "../../../src/desk/statuspage/viewers.ts";
import { event, snapshot } from "./sample.ts";

const root = mkdtempSync("/tmp/hb-door-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const opened: Door[] = [];
afterEach(() => {
  for (const door of opened.splice(0)) door.close();
});

/** A port that nobody has. */
function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

async function stand(place: ListenPlace, conversationMs?: number) {
  const complaints: string[] = [];
  const ask = async () => snapshot;
  const viewers = new Viewers(ask);
  const shown: Shown = {
    page: "<p>page</p>",
    snapshot: ask,
    metrics: async () => "hb_info 1\n",
    events: () => [event("dead")],
  };
  const limit = conversationMs === undefined ? {} : { conversationMs };
  const complain = (text: string) => void complaints.push(text);
  const door = new Door({ place, shown, viewers, names: ["alice"], complain, ...limit });
  opened.push(door);
  return { door, viewers, complaints };
}

async function standOnPort(conversationMs?: number) {
  const port = freePort();
  const place = { kind: "tcp", address: "127.0.0.1", port } as const;
  const parts = await stand(place, conversationMs);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/healthz`)).ok);
  return { ...parts, port, url };
}

async function until(so: () => Promise<boolean> | boolean): Promise<void> {
  const patience = performance.now() + 20_000;
  while (true) {
    try {
      if (await so()) return;
    } catch (error) {
      if (performance.now() > patience) throw error;
    }
    if (performance.now() > patience) throw new Error("It does not come to that");
    await Bun.sleep(10);
  }
}

/** A client in the raw; `end` resolves with all that it was told when it is let go. */
function knock(port: number, words: string) {
  let told = "";
  const socket: Socket = connect(port, "127.0.0.1", () => socket.write(words));
  const end = new Promise<string>((resolve) => socket.on("close", () => resolve(told)));
  socket.on("data", (bytes) => {
    told += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  return { socket, end };
}

test("Door serves the page with headers that let nothing else in", async () => {
  const { url } = await standOnPort();
  const response = await fetch(`${url}/?x=1`);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("<p>page</p>");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("Door gives the head alone to HEAD, of a stream as well", async () => {
  const { url, viewers } = await standOnPort();
  for (const path of ["/", "/stream"]) {
    const response = await fetch(`${url}${path}`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  }
  expect(viewers.count).toBe(0);
});

test("Door tells a viewer what was, then the state, then what happens", async () => {
  const { port, viewers } = await standOnPort();
  const { socket } = knock(port, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let told = "";
  socket.on("data", (bytes) => {
    told += bytes.toString();
  });
  await until(() => told.includes("event: status"));
  viewers.hear(event("member"));
  await until(() => told.includes('"kind":"member"'));
  expect(told).toContain(`event: events\ndata: ${JSON.stringify([event("dead")])}\n\n`);
  expect(told).toContain(`event: status\ndata: ${JSON.stringify(snapshot)}\n\n`);
  expect(viewers.count).toBe(1);
  socket.destroy();
  await until(() => viewers.count === 0);
});

test("Door has so many viewers, and turns the next away", async () => {
  const { port, viewers } = await standOnPort();
  const words = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const all = Array.from({ length: viewersMax }, () => knock(port, words));
  await until(() => viewers.count === viewersMax);
  expect(await knock(port, words).end).toStartWith("HTTP/1.1 200");
  expect(viewers.count).toBe(viewersMax);
  for (const { socket } of all) socket.destroy();
});

test("Door lets a viewer go that does not read what it is sent", async () => {
  const { port, viewers } = await standOnPort();
  const { socket } = knock(port, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(() => viewers.count === 1);
  socket.pause();
  const long = event("long", { text: "x".repeat(100_000) });
  for (let n = 0; n < 400 && viewers.count > 0; n += 1) {
    viewers.hear(long);
    await Bun.sleep(0);
  }
  await until(() => viewers.count === 0);
});

test("Door turns a thousand connections away but serves those it has, and all when they are gone", async () => {
  const { port, url } = await standOnPort();
  const crowd = Array.from({ length: 1_000 }, () => knock(port, "GET / HTTP/1.1\r\nX-Slow: "));
  let gone = 0;
  for (const { end } of crowd) end.then(() => gone++);
  await until(() => gone >= 1_000 - 64);
  for (const { socket } of crowd) socket.destroy();
  await until(async () => (await fetch(`${url}/healthz`)).ok);
});

test("Door gives a slow talker its time and no more", async () => {
  const { port } = await standOnPort(300);
  const { socket, end } = knock(port, "GET / HTTP/1.1\r\nHost: localhost\r\n");
  const drip = setInterval(() => socket.write("X-A: b\r\n"), 20);
  const told = await end;
  clearInterval(drip);
  expect(told).not.toContain("200");
});

test("Door keeps a stream longer than a talk", async () => {
  const { port, viewers } = await standOnPort(200);
  const { socket } = knock(port, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(() => viewers.count === 1);
  await Bun.sleep(400);
  expect(viewers.count).toBe(1);
  socket.destroy();
});

test.each([
  ["a huge head", `GET / HTTP/1.1\r\nX: ${"a".repeat(100_000)}\r\n\r\n`, "HTTP/1.1 431"],
  ["a huge path", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, "HTTP/1.1 4"],
  [
    "a body",
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n${"b".repeat(10_000)}`,
    "HTTP/1.1 405",
  ],
  ["no HTTP", "\u0016\u0003\u0001\u0002\u0000\r\n\r\n", ""],
  ["a strange name", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 421"],
] as const)("Door survives %s and ends the talk", async (_, words, answer) => {
  const { port, url } = await standOnPort(2_000);
  expect(await knock(port, words).end).toStartWith(answer);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("Door serves a unix socket that root and a group may use, and removes it", async () => {
  const path = join(root, "page.sock");
  const { door } = await stand({ kind: "unix", path });
  await until(() => existsSync(path));
  const response = await fetch("http://whatever/healthz", { unix: path });
  expect(await response.text()).toBe("alice is active\n");
  expect(statSync(path).mode & 0o777).toBe(0o660);
  door.close();
  expect(existsSync(path)).toBe(false);
});

test("Door removes a dead one's socket, and nothing else that is in its place", async () => {
  const path = join(root, "file");
  writeFileSync(path, "mine");
  const { complaints } = await stand({ kind: "unix", path });
  await until(() => complaints.length > 0);
  expect(complaints[0]).toStartWith(`The status page cannot be served on ${path}: `);
  expect(statSync(path).size).toBe(4);
});

test("Door complains once of a port that is taken, and has it when it is free", async () => {
  const port = freePort();
  const other = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
  const { complaints } = await stand({ kind: "tcp", address: "127.0.0.1", port });
  await until(() => complaints.length > 0);
  expect(complaints).toEqual([
    expect.stringContaining(`The status page cannot be served on 127.0.0.1:${port}: `),
  ]);
  other.stop(true);
  await until(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  expect(complaints.length).toBe(1);
});
