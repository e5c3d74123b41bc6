// What is shown of processes of `hb carp`: good ones with their routers, and of all that may be found in
// their directory nothing that could hurt.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { carpDirectory, carpSocket } from "../../../src/desk/carp/place.ts";
import { askCarpLines, Siblings, withCarp } from "../../../src/desk/carp/sibling.ts";
import { isRouterView } from "../../../src/desk/carp/view.ts";
import { snapshot } from "../statuspage/sample.ts";

const [router] = snapshot.routers;
/** For ever, here. */
const patienceMs = 50_000;
let run = "";
let servers: Server[] = [];

beforeEach(() => {
  run = mkdtempSync("/tmp/hb-sibling-");
  mkdirSync(carpDirectory(run));
});

afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
  rmSync(run, { recursive: true, force: true });
});

/** A process with this pid that treats whoever asks like that. */
async function process(pid: number, treat: (socket: Socket) => void): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => treat(socket));
  });
  servers.push(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(carpSocket(run, pid), resolve);
  await promise;
}

function says(routers: unknown): (socket: Socket) => void {
  const answer = { say: "done", ok: true, text: "", snapshot: { ...snapshot, routers } };
  return (socket) => void socket.write(`${JSON.stringify(answer)}\n`);
}

test("Siblings.look() knows the routers of every process, in order, and whose they are", async () => {
  await process(20, says([{ ...router, name: "eth0/3", vhid: 3 }]));
  await process(3, says([router, { ...router, device: "br0", name: "br0/9", vhid: 9 }]));
  const { routers, processes } = await new Siblings(run, patienceMs).look(patienceMs);
  expect(routers.map(({ name, pid }) => `${name} ${pid}`)).toEqual([
    "br0/9 3",
    "eth0/3 20",
    "eth0/7 3",
  ]);
  expect(processes).toEqual([{ pid: 3 }, { pid: 20 }]);
});

test.each<[string, (socket: Socket) => void, string]>([
  ["something else", (socket) => void socket.write("HTTP/1.1 200\n"), "what it said is no answer"],
  ["routers that are none", says([{ ...router, packets: {} }]), "what it said is no answer"],
  ["no list of routers", says({ length: 1e9 }), "what it said is no answer"],
  ["more than it may", (socket) => void socket.write("x".repeat(2 ** 21)), "it says too much"],
  ["nothing", (socket) => void socket.end(), "it closed the connection"],
])("Siblings.look() shows no router of a process that says %s", async (_, treat, trouble) => {
  await process(7, treat);
  await process(8, says([router]));
  const { routers, processes } = await new Siblings(run, patienceMs).look(patienceMs);
  expect(processes).toEqual([{ pid: 7, trouble }, { pid: 8 }]);
  expect(routers.map(({ pid }) => pid)).toEqual([8]);
});

test("Siblings.look() does not wait for a process that does not answer, and keeps what it said", async () => {
  let answers = true;
  const answer = says([router]);
  await process(7, (socket) => {
    if (answers) answer(socket);
  });
  const siblings = new Siblings(run, patienceMs);
  const first = await siblings.look(patienceMs);
  expect(first.processes).toEqual([{ pid: 7 }]);
  answers = false;
  await process(8, () => undefined);
  const second = await siblings.look(1);
  expect(second.processes).toEqual([{ pid: 7 }, { pid: 8, trouble: "no answer" }]);
  expect(second.routers).toEqual(first.routers);
});

test("Siblings.look() finds nobody behind what dead processes and others left", async () => {
  writeFileSync(carpSocket(run, 9), "no socket");
  writeFileSync(`${carpDirectory(run)}/eth0.1.running`, "");
  mkdirSync(carpSocket(run, 10));
  expect(await new Siblings(run, patienceMs).look(patienceMs)).toEqual({
    routers: [],
    processes: [],
  });
  rmSync(carpDirectory(run), { recursive: true });
  expect(await new Siblings(run, patienceMs).look(patienceMs)).toEqual({
    routers: [],
    processes: [],
  });
});

test("askCarpLines() reads what each of them runs, and nothing of one that does not tell", async () => {
  const line = "carp eth0 3 10.0.0.3/24 passfile=/etc/pass up=/etc/up";
  const tells = (socket: Socket, text: string, ok = true) =>
    void socket.write(`${JSON.stringify({ say: "done", ok, text })}\n`);
  await process(3, (socket) => tells(socket, line));
  await process(4, (socket) => tells(socket, "Not a request that this agent knows", false));
  await process(5, (socket) => tells(socket, "nonsense\ncarp eth0 9999\n"));
  const lines = await askCarpLines(run, patienceMs);
  expect(lines).toMatchObject([{ name: "eth0/3", passfile: "/etc/pass", upScript: "/etc/up" }]);
  expect(lines.length).toBe(1);
});

test("withCarp() changes nothing where no process of hb carp is", () => {
  expect(withCarp(snapshot, { routers: [], processes: [] })).toBe(snapshot);
});

test.each<[string, object]>([
  ["a cursor that moves", { why: "\u001b[2J" }],
  ["a state of its own", { state: "king" }],
  ["a count that is none", { packets: { sent: "1e9", received: 0, rejected: {} } }],
  ["reasons with words for numbers", { packets: { sent: 1, received: 0, rejected: { ttl: "" } } }],
  ["addresses that are none", { addresses: [1] }],
  ["an endless text", { name: "x".repeat(5_000) }],
  ["a peer that is none", { heard: { from: "10.0.0.1" } }],
])("isRouterView() refuses %s", (_, wrong) => {
  const heard = { from: "10.0.0.2", advbase: 1, advskew: 0, demote: 0, sealed: true, agoMs: 5 };
  const good = { ...router, heard, next: { what: "advert", inMs: 3 }, added: "later" };
  expect(isRouterView(good)).toBe(true);
  expect(isRouterView({ ...good, ...wrong })).toBe(false);
});
