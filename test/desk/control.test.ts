// The control socket: its own client, and clients that mean harm.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { ask } from "../../src/desk/client.ts";
import { Control, type Serve } from "../../src/desk/control.ts";
import { commandOf, parseRequest, type Request, setOf } from "../../src/desk/request.ts";

const directory = mkdtempSync("/tmp/hb-control-");
const path = join(directory, "hb.sock");
const served: Request[] = [];
let control: Control;

beforeAll(async () => {
  writeFileSync(path, "left by an agent that was killed");
  control = await Control.listen(path, async (request, { progress }) => {
    served.push(request);
    progress("under way");
    return { say: "done", ok: request.ask === "status", text: `asked for ${request.ask}` };
  });
});
afterAll(() => {
  control.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Sends these bytes and waits until the agent hangs up; what it said. */
function hostile(bytes: string, end = false): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket: Socket = connect(path, () => (end ? socket.end(bytes) : socket.write(bytes)));
    socket.on("data", (part) => {
      said += part;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(said));
  });
}

test("Control.listen() takes the place of a stale socket, for root alone", () => {
  expect(statSync(path).isSocket()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o660);
});

test("Control.listen() leaves the file mode of other work alone", async () => {
  const before = process.umask();
  const serve = async () => ({ say: "done", ok: true, text: "" }) as const;
  const two = [1, 2].map((each) => Control.listen(join(directory, `${each}.sock`), serve));
  expect(process.umask()).toBe(before);
  for (const each of await Promise.all(two)) each.close();
  expect(process.umask()).toBe(before);
});

test("ask() gives progress and the answer", async () => {
  const progress: string[] = [];
  const result = await ask(path, { ask: "status" }, { progress: (text) => progress.push(text) });
  expect(result).toMatchObject({ kind: "done", answer: { ok: true, text: "asked for status" } });
  expect(progress).toEqual(["under way"]);
});

test.each([
  "no JSON",
  "null",
  '"done"',
  '{"say":"done"}',
  '{"say":"done","ok":1,"text":""}',
  '{"say":"progress","text":7}',
])("ask() takes %s for no answer, and does not die of it", async (line) => {
  const strange = join(directory, "strange.sock");
  const server = createServer((client) => client.write(`${line}\n`));
  await new Promise<void>((resolve) => server.listen(strange, resolve));
  const result = await ask(strange, { ask: "status" });
  server.close();
  expect(result).toEqual({ kind: "silent", reason: "what it said is no answer" });
});

test("ask() tells an agent that refuses from one that is not there", async () => {
  const refused = await ask(path, { ask: "standby", set: "all", wait: true });
  expect(refused).toMatchObject({ kind: "done", answer: { ok: false } });
  expect(await ask(join(directory, "nobody"), { ask: "status" })).toEqual({ kind: "absent" });
});

test("Control hangs up on a line without end", async () => {
  expect(await hostile("x".repeat(1_000_000))).toBe("");
});

test("Control hangs up on a client that asks without listening", async () => {
  const before = served.length;
  await hostile('{"ask":"status"}\n'.repeat(100_000));
  expect(served.length - before).toBeLessThan(1_000);
});

test("Control answers nonsense with a refusal and goes on", async () => {
  const said = await hostile('nonsense\n{"ask":"reboot"}\n{"ask":"status"}\n', true);
  const answers = said.trimEnd().split("\n");
  expect(answers.slice(0, 2).every((line) => line.includes('"ok":false'))).toBe(true);
});

test("Control serves others while many clients sit on their connections", async () => {
  const idle = Array.from({ length: 200 }, () => connect(path).on("error", () => {}));
  await Promise.all(
    idle.map((socket) => new Promise((resolve) => socket.once("connect", resolve))),
  );
  for (const socket of idle) socket.destroy();
  // The places of those that left are free again, sooner or later.
  let result = await ask(path, { ask: "status" });
  while (result.kind !== "done") result = await ask(path, { ask: "status" });
  expect(result.answer.ok).toBe(true);
});

test("Control keeps who listens to a channel on which nobody speaks, and nobody else who is silent", async () => {
  const other = join(directory, "idle.sock");
  const listen: Serve = async (request, visit) => {
    visit.whenGone(() => {});
    return { say: "done", ok: true, text: request.ask };
  };
  const control = await Control.listen(other, listen, { idleMs: 50 });
  const listener = connect(other).setEncoding("utf8");
  const answer = () =>
    new Promise((resolve) => listener.once("data", resolve).once("close", resolve));
  listener.write('{"ask":"listen","channels":["deploy"]}\n');
  expect(await answer()).toContain('"text":"listen"');
  // Began to be silent after that one, so the clock has run out for both.
  const silent = connect(other).resume();
  await new Promise((resolve) => silent.on("close", resolve));
  listener.write('{"ask":"status"}\n');
  expect(await answer()).toContain('"text":"status"');
  listener.destroy();
  control.close();
});

test("Control that is open to all disconnects who is refused, until something was granted", async () => {
  const other = join(directory, "all.sock");
  const serve: Serve = async ({ ask }) => ({ say: "done", ok: ask === "status", text: ask });
  const control = await Control.listen(other, serve, { isOpenToAll: true });
  expect(statSync(other).mode & 0o777).toBe(0o666);
  const said = (bytes: string) =>
    new Promise<string>((resolve) => {
      let all = "";
      const socket = connect(other, () => socket.write(bytes)).setEncoding("utf8");
      socket.on("data", (text: string) => {
        all += text;
        // One that is welcome is not disconnected: it goes of its own.
        if (all.includes("status") && all.trimEnd().split("\n").length === 3) socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(all));
    });
  const line = (ask: string) => `${JSON.stringify({ ask })}\n`;
  const refused = '{"say":"done","ok":false,"text":"leave"}\n';
  expect(await said(line("leave") + line("status"))).toBe(refused);
  expect(await said("nonsense\n")).toContain('"ok":false');
  const granted = '{"say":"done","ok":true,"text":"status"}\n';
  const all = line("status") + line("leave") + line("leave");
  expect(await said(all)).toBe(granted + refused + refused);
  control.close();
});

test("Control takes no more connections of one user than it may have, until one of them is gone", async () => {
  const other = join(directory, "few.sock");
  const serve: Serve = async () => ({ say: "done", ok: true, text: "" });
  const control = await Control.listen(other, serve, { perUserMax: 1 });
  const first = connect(other).setEncoding("utf8");
  first.write('{"ask":"status"}\n');
  await new Promise((resolve) => first.once("data", resolve));
  expect(await ask(other, { ask: "status" })).toMatchObject({ kind: "silent" });
  first.destroy();
  let third = await ask(other, { ask: "status" });
  while (third.kind !== "done" || !third.answer.ok) third = await ask(other, { ask: "status" });
  control.close();
});

test("Control.close() removes the socket", async () => {
  const other = join(directory, "other.sock");
  const closing = await Control.listen(other, async () => ({ say: "done", ok: true, text: "" }));
  closing.close();
  expect(existsSync(other)).toBe(false);
});

test.each([
  ['{"ask":"status"}', { ask: "status" }],
  ['{"ask":"routers"}', { ask: "routers" }],
  ['{"ask":"standby","set":"foreign"}', { ask: "standby", set: "foreign", wait: true }],
  ['{"ask":"takeover","wait":false}', { ask: "takeover", set: "all", wait: false }],
  ['{"ask":"addnode","nodes":["carol"]}', { ask: "addnode", nodes: ["carol"] }],
] as const)("parseRequest(%s) is a request", (line, request) => {
  expect(parseRequest(line)).toEqual(request as Request);
});

test.each([
  "",
  "null",
  "[]",
  '{"ask":"exit"}',
  '{"ask":"standby","set":"some"}',
  '{"ask":"addnode"}',
  '{"ask":"addnode","nodes":[]}',
  '{"ask":"addnode","nodes":["a b"]}',
  '{"ask":"delnode","nodes":["../x"]}',
  `{"ask":"addnode","nodes":${JSON.stringify(Array(101).fill("a"))}}`,
])("parseRequest(%s) is none", (line) => {
  expect(parseRequest(line)).toBeUndefined();
});

test("parseRequest() never throws, and what it lets through is a command or a status", () => {
  const anything = fc.oneof(fc.string(), fc.json());
  fc.assert(
    fc.property(anything, (line) => {
      const request = parseRequest(line);
      if (request !== undefined && request.ask !== "status") {
        expect(commandOf(request)).toBeDefined();
      }
    }),
  );
});

test.each([
  ["standby", "failback", "foreign"],
  ["takeover", "failback", "local"],
  ["standby", "local", "local"],
  ["takeover", "some", undefined],
] as const)("setOf(%s, %s) is %p", (command, word, set) => {
  expect(setOf(command, word)).toBe(set);
});
