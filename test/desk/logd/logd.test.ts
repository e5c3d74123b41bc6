// The daemon on real sockets, files and pipes.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogdConf, parseLogdCf } from "../../../src/config/logdcf.ts";
import { Logd, type LogdOptions } from "../../../src/desk/logd/logd.ts";
import { frame } from "../../../src/wire/ipc/frame.ts";
import { encodeLogLine, type LogLine } from "../../../src/wire/ipc/logline.ts";
import { must } from "../../lab/shell.ts";

let directory = "";
const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), "latin1");
const open: (Socket | Bun.Subprocess)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-logd-"));
});

afterEach(() => {
  for (const each of open.splice(0)) "kill" in each ? each.kill() : each.destroy();
  rmSync(directory, { recursive: true });
});

function serve(text: string, change: Partial<LogdOptions> = {}): Logd {
  const conf: LogdConf = parseLogdCf(text, "logd.cf").conf;
  return new Logd({ conf, socket: at("log_daemon"), syslog: at("syslog"), ...change });
}

const line: LogLine = {
  ...{ facility: 24, priority: 6, saysPriority: true, pid: 7, entity: "app", atS: 1, text: "" },
};
const framed = (change: Partial<LogLine>) => frame(encodeLogLine({ ...line, ...change }));

async function client(): Promise<Socket> {
  const socket = connect(at("log_daemon"));
  open.push(socket);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

/** Says all of it and hangs up; resolves when the daemon has heard it and hung up as well. */
async function say(...frames: readonly Uint8Array[]): Promise<void> {
  const socket = await client();
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.resume();
  socket.end(Buffer.concat(frames));
  await closed;
}

/** Lines of a named pipe as they come. */
function pipeReader(name: string): AsyncIterator<string> {
  const cat = Bun.spawn(["cat", at(name)], { stdout: "pipe" });
  open.push(cat);
  return (async function* () {
    let rest = "";
    for await (const piece of cat.stdout) {
      const lines = (rest + Buffer.from(piece).toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  })();
}

/** Counts a line as a message, or as those that it tells of. */
function tally(into: { delivered: number; discarded: number }, text: string): void {
  const told = /logd: \[\d+\]: ERROR: (\d+) messages? (?:was|were) discarded/.exec(text)?.[1];
  if (told === undefined) into.delivered += 1;
  else into.discarded += Number(told);
}

test("Logd listens for everybody", async () => {
  const logd = serve("logfacility none\n");
  expect(statSync(at("log_daemon")).mode & 0o7777).toBe(0o777);
  await logd.close(1_000);
});

test("Logd writes debug lines to debugfile, the others to both files", async () => {
  const files = `logfile ${at("log")}\ndebugfile ${at("debug")}\nlogmode 0600\n`;
  const logd = serve(`${files}logfacility none\n`);
  await say(framed({ text: "plain" }), framed({ text: "deep", priority: 7 }));
  expect(await logd.close(1_000)).toBe(0);
  expect(read("log")).toMatch(/ app: \[7\]: info: plain\n$/);
  expect(read("debug")).toMatch(/ app: \[7\]: info: plain\n.* app: \[7\]: debug: deep\n$/);
  expect(statSync(at("log")).mode & 0o777).toBe(0o600);
});

test("Logd writes every line once where both files are one", async () => {
  const logd = serve(`logfile ${at("log")}\ndebugfile ${at("log")}\nlogfacility none\n`);
  await say(framed({ text: "plain" }), framed({ text: "deep", priority: 7 }));
  await logd.close(1_000);
  expect(read("log").split("\n").length).toBe(3);
});

test("Logd goes on in a new file when the old one was moved away", async () => {
  const logd = serve(`logfile ${at("log")}\nlogfacility none\n`);
  await say(framed({ text: "before" }));
  renameSync(at("log"), at("log.1"));
  logd.reopen();
  await say(framed({ text: "after" }));
  await logd.close(1_000);
  expect(read("log.1")).toMatch(/before\n$/);
  expect(read("log")).toMatch(/SIGHUP received, re-opened log files\n.*after\n$/);
});

test("Logd says where else it cannot write, and does when it can again", async () => {
  const logd = serve(`logfile ${at("none/log")}\ndebugfile ${at("debug")}\nlogfacility none\n`);
  await must(["mkdir", at("none")]);
  logd.reopen();
  await say(framed({ text: "there" }));
  await logd.close(1_000);
  expect(read("debug")).toMatch(/ logd: \[\d+\]: ERROR: Cannot open log file .*none\/log: ENOENT/);
  expect(read("none/log")).toMatch(/there\n$/);
});

test("Logd takes what is no message from nobody, and goes on", async () => {
  const logd = serve(`logfile ${at("log")}\nlogfacility none\n`);
  await say(frame(new Uint8Array(40)), frame(new Uint8Array(0)), framed({ text: "good" }));
  await say(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  await logd.close(1_000);
  expect(read("log")).toMatch(/^[^\n]*good\n$/);
});

test("Logd makes a program wait for a reader that is slow for a moment, and loses nothing", async () => {
  await must(["mkfifo", at("pipe")]);
  const logd = serve(`logfile ${at("pipe")}\nsendqlen 8\nlogfacility none\n`, {
    patienceMs: 60_000,
  });
  const count = 5_000;
  const texts = Array.from({ length: count }, (_, index) => `number ${index}`);
  const said = say(...texts.map((text) => framed({ text })));
  const lines = pipeReader("pipe");
  for (const text of texts) expect((await lines.next()).value).toEndWith(`info: ${text}`);
  await said;
  expect(await logd.close(1_000)).toBe(0);
});

test("Logd holds nobody up when nobody reads, and tells exactly what it discarded", async () => {
  await must(["mkfifo", at("pipe")]);
  const files = `logfile ${at("pipe")}\ndebugfile ${at("debug")}\n`;
  const logd = serve(`${files}sendqlen 100\nlogfacility none\n`, { patienceMs: 0 });
  const count = 5_000;
  await say(...Array.from({ length: count }, (_, index) => framed({ text: `number ${index}` })));
  const lines = pipeReader("pipe");
  const here = { delivered: 0, discarded: 0 };
  while (here.delivered + here.discarded < count) {
    tally(here, (await lines.next()).value ?? "");
  }
  expect(here.delivered + here.discarded).toBe(count);
  expect(here.discarded).toBeGreaterThan(0);
  expect(await logd.close(1_000)).toBe(0);
  // So has another place, each by itself.
  const there = { delivered: 0, discarded: 0 };
  for (const each of read("debug").trimEnd().split("\n")) tally(there, each);
  expect(there.delivered + there.discarded).toBe(count);
});

test("Logd.close() tells how much was not taken", async () => {
  await must(["mkfifo", at("pipe")]);
  const logd = serve(`logfile ${at("pipe")}\nsendqlen 10\nlogfacility none\n`, { patienceMs: 0 });
  await say(...Array.from({ length: 9 }, () => framed({ text: "x".repeat(60_000) })));
  // A pipe takes 64 KiB.
  expect(await logd.close(0)).toBeGreaterThanOrEqual(8);
});
