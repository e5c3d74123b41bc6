// The log: one event one line, in every form, and never in the way of anything else.

import { afterAll, expect, test } from "bun:test";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFifo } from "../../ffi/path.ts";
import { parseLogdCf } from "../../src/config/logdcf.ts";
import { heartbeatLine, humanLine, journalLine, syslogPacket } from "../../src/desk/line.ts";
import { Log } from "../../src/desk/log.ts";
import { Logd } from "../../src/desk/logd/logd.ts";
import { descriptorWrite, Sink, type Write } from "../../src/desk/sink.ts";

const directory = mkdtempSync("/tmp/hb-log-");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const at = new Date(2026, 10, 3, 9, 5, 7, 42);
const line = { at, level: "warn", topic: "take over", text: "bob is dead" } as const;

test("humanLine() has time, level, topic and text", () => {
  expect(humanLine(line, false)).toBe("2026-11-03 09:05:07.042 warn  take-over    bob is dead\n");
  expect(humanLine(line, true)).toStartWith("\x1b[33m");
});

test("journalLine() leaves the time to the journal", () => {
  expect(journalLine(line)).toBe("<4>take over: bob is dead\n");
});

test("heartbeatLine() has the shape that log watchers of Heartbeat know", () => {
  expect(heartbeatLine({ ...line, topic: "" })).toBe(
    `Nov  3 09:05:07 ${hostname()} hb: [${process.pid}]: WARN: bob is dead\n`,
  );
});

test.each([
  ["daemon", 28],
  ["local7", 188],
] as const)("syslogPacket() to %s has priority %d", (facility, priority) => {
  expect(syslogPacket(line, facility)).toStartWith(`<${priority}>Nov  3 09:05:07 hb[`);
});

test("syslogPacket() is none for an unknown facility", () => {
  expect(syslogPacket(line, "nowhere")).toBeUndefined();
});

test("humanLine() keeps control characters of a script from forging lines", () => {
  const forged = humanLine({ ...line, text: "a\n2026 error forged\x1b[2J\x9b2J" }, false);
  expect(forged.trimEnd()).not.toMatch(/\p{Cc}/u);
});

/** A descriptor that writes only when it is told to. */
function slow() {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const write: Write = (bytes, done) => {
    waiting.push(() => {
      written.push(Buffer.from(bytes).toString());
      done(null, bytes.length);
    });
  };
  const release = () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
  };
  return { written, write, release };
}

test("Sink keeps order, drops what is too much for it, and says how much that was", () => {
  const { written, write, release } = slow();
  const sink = new Sink(write, (count) => `${count} lines dropped\n`);
  const text = `${"x".repeat(999)}\n`;
  for (let i = 0; i < 2_000; i++) sink.push(text);
  release();
  const lines = written.join("").trimEnd().split("\n");
  const kept = lines.filter((each) => each.startsWith("x")).length;
  expect(kept).toBeGreaterThan(500);
  expect(kept).toBeLessThan(1_100);
  expect(lines.at(-1)).toBe(`${2_000 - kept} lines dropped`);
});

test("Sink writes the rest when the descriptor took only a part", () => {
  const written: number[] = [];
  const sink = new Sink(
    (bytes, done) => {
      const some = Math.min(3, bytes.length);
      written.push(...bytes.subarray(0, some));
      done(null, some);
    },
    () => "",
  );
  sink.push("one line\n");
  expect(Buffer.from(written).toString()).toBe("one line\n");
});

test("Sink does not try a broken descriptor in a circle", () => {
  let tries = 0;
  const sink = new Sink(
    (_bytes, done) => {
      tries += 1;
      done(new Error("ENOSPC"), 0);
    },
    (count) => `${count} lines dropped\n`,
  );
  sink.push("one\n");
  sink.push("two\n");
  expect(tries).toBeLessThan(5);
});

test("Sink.drained() resolves when a full disk took nothing, too", async () => {
  const sink = new Sink(
    (_bytes, done) => done(new Error("ENOSPC"), 0),
    () => "gap\n",
  );
  sink.push("one\n");
  await sink.drained(60_000);
});

/** What a program logs whose stderr systemd calls its journal's, or calls something else so. */
function underSystemd(stream: string): string {
  const program = `
    import { Log } from "${join(import.meta.dir, "../../src/desk/log.ts")}";
    const log = new Log("info");
    log.error("bad", "exit");
    log.info("good");
    await log.drained(60_000);`;
  const started = `JOURNAL_STREAM=${stream} exec "$@"`;
  const command = ["sh", "-c", started, "sh", process.execPath, "-e", program];
  return Bun.spawnSync(command, { stdin: "ignore" }).stderr.toString();
}

test("Log says each line's priority where stderr is the journal, and the time elsewhere", () => {
  expect(underSystemd('"$(stat -L -c %d:%i /proc/self/fd/2)"')).toBe("<3>exit: bad\n<6>good\n");
  expect(underSystemd("1:1")).toMatch(/^\S+ \S+ error exit +bad\n\S+ \S+ info +- +good\n$/);
});

test("Log goes on while nobody reads its stderr, and tells the reader who comes back", async () => {
  const path = join(directory, "stderr");
  makeFifo(path, 0o600);
  const descriptor = openSync(path, constants.O_RDWR);
  const log = new Log(
    "info",
    new Sink(descriptorWrite(descriptor), (count) => `gap of ${count}\n`),
  );
  const text = "one of very many lines ".repeat(20);
  // Far more than the pipe and the queue take. Had it waited, the next line would not be reached.
  for (let i = 0; i < 20_000; i++) log.info(text);
  const reader = Bun.spawn(["cat", path], { stdio: ["ignore", "pipe", "ignore"] });
  let read = "";
  for await (const bytes of reader.stdout) {
    read += new TextDecoder().decode(bytes);
    if (read.includes("gap of ")) break;
  }
  expect(read).toMatch(/gap of [0-9]{4,}/);
  await log.drained(60_000);
  reader.kill("SIGKILL");
  closeSync(descriptor);
});

test("Log.open() writes to logfile and debugfile; debug lines only where they are asked for", async () => {
  const logfile = join(directory, "ha-log");
  const debugfile = join(directory, "ha-debug");
  const quiet = new Sink(
    (bytes, done) => done(null, bytes.length),
    () => "",
  );
  const log = new Log("debug", quiet);
  log.open({ logfile, debugfile });
  log.info("a takeover", "takeover");
  log.debug("a detail");
  log.error("");
  await log.drained(60_000);
  expect(readFileSync(logfile, "utf8")).toMatch(/info: takeover: a takeover\n.*ERROR: /);
  expect(readFileSync(logfile, "utf8")).not.toContain("a detail");
  expect(readFileSync(debugfile, "utf8")).toContain("debug: a detail");
  log.close();
});

test("Log gives its lines to a log daemon, and writes them itself when that is gone", async () => {
  const socket = join(directory, "log_daemon");
  const [logfile, daemonsOwn] = [join(directory, "direct"), join(directory, "daemons")];
  const { conf } = parseLogdCf(`debugfile ${daemonsOwn}\nlogfacility none\n`, "logd.cf");
  makeFifo(daemonsOwn, 0o600);
  const logd = new Logd({ conf, socket, syslog: "/dev/log" });
  const cat = Bun.spawn(["cat", daemonsOwn], { stdout: "pipe" });
  const quiet = new Sink(
    (bytes, done) => done(null, bytes.length),
    () => "",
  );
  const log = new Log("debug", quiet);
  log.open({ logfile, logd: { socket, retryMs: 60_000 } });
  log.info("a täkeover", "takeover");
  log.debug("a detail");
  await log.drained(60_000);
  // A rotation of hb's own files is nothing to the daemon.
  log.open({ logfile, logd: { socket, retryMs: 60_000 } });
  log.error("bad");
  await log.drained(60_000);
  log.open({ logfile });
  log.info("alone");
  await log.drained(60_000);
  log.close();
  let said = "";
  for await (const piece of cat.stdout) {
    said += Buffer.from(piece).toString("utf8");
    if (said.includes("bad\n")) break;
  }
  cat.kill();
  await logd.close(60_000);
  const own = ` hb: [${process.pid}]: `;
  expect(
    said
      .trimEnd()
      .split("\n")
      .map((each) => each.split(own)[1]),
  ).toEqual(["info: takeover: a täkeover", "debug: a detail", "ERROR: bad"]);
  expect(readFileSync(logfile, "utf8")).toMatch(/^[^\n]*info: alone\n$/);
});

test("Log.open() does not wait for the reader of a named pipe, who then finds a gap in the log's own form", async () => {
  const logfile = join(directory, "piped");
  makeFifo(logfile, 0o600);
  // In a process of its own: one that waits for a reader could not be ended by a test in it.
  const program = `
    import { Log } from "${join(import.meta.dir, "../../src/desk/log.ts")}";
    const log = new Log("error");
    log.open({ logfile: "${logfile}", logFormat: "json" });
    for (let at = 0; at < 20_000; at++) log.info("one of very many lines ".repeat(20));
    console.log("opened");
    process.stdin.once("data", async () => {
      log.info("the last");
      await log.drained(60_000);
      process.exit();
    });`;
  const child = Bun.spawn([process.execPath, "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 30_000,
  });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("opened\n");
  const reader = Bun.spawn(["cat", logfile], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdin.write("go on\n");
  child.stdin.flush();
  const lines = (await new Response(reader.stdout).text()).trimEnd().split("\n");
  expect(await child.exited).toBe(0);
  const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
  expect(texts.filter((text) => /^[0-9]+ log lines were dropped/.test(text))).toHaveLength(1);
  expect(texts.at(-1)).toBe("the last");
});

/** A syslog daemon, and a log that writes there and nowhere else. */
async function beforeSyslog(name: string, logfacility: string) {
  const syslog = join(directory, name);
  const daemon = Bun.spawn(["socat", "-u", `UNIX-RECV:${syslog}`, "STDOUT"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  while (!existsSync(syslog)) await Bun.sleep(5);
  const quiet = new Sink(
    (bytes, done) => done(null, bytes.length),
    () => "",
  );
  const log = new Log("info", quiet);
  log.open({ logfacility, syslog });
  return { daemon, log };
}

test("Log counts what a stalled syslog daemon did not take, and says it when that goes on", async () => {
  const { daemon, log } = await beforeSyslog("stalled", "daemon");
  daemon.kill("SIGSTOP");
  // More than the kernel keeps for a socket.
  for (let at = 0; at < 5_000; at++) log.info(`[${at}]`);
  daemon.kill("SIGCONT");
  let heard = "";
  for await (const bytes of daemon.stdout) {
    heard += new TextDecoder().decode(bytes);
    if (heard.includes("the last")) break;
    log.info("the last");
  }
  daemon.kill("SIGKILL");
  log.close();
  const [, missing = "0"] = /WARN: log: ([0-9]+) log lines were dropped/.exec(heard) ?? [];
  const taken = [...heard.matchAll(/\[[0-9]+\]<|\[[0-9]+\]$/g)].length;
  expect(Number(missing)).toBeGreaterThan(0);
  expect(Number(missing) + taken).toBe(5_000);
});

test("Log sends lines to the syslog daemon, debug lines not", async () => {
  const { daemon, log } = await beforeSyslog("log", "local0");
  log.debug("a detail");
  log.warn("bob is late", "late");
  let heard = "";
  for await (const bytes of daemon.stdout) {
    heard += new TextDecoder().decode(bytes);
    if (heard.includes("bob is late")) break;
  }
  daemon.kill("SIGKILL");
  // A daemon that is gone is no trouble.
  log.warn("nobody hears this");
  log.close();
  expect(heard).toMatch(/^<132>[A-Z][a-z]{2} .* hb\[[0-9]+\]: WARN: late: bob is late$/);
});

test("Log gives every line, also many of the same, to those who listen", () => {
  const log = new Log(
    "error",
    new Sink(
      (bytes, done) => done(null, bytes.length),
      () => "",
    ),
  );
  const heard: string[] = [];
  const deaf = log.listen(({ text }) => heard.push(text));
  for (let i = 0; i < 50; i++) log.warn("the same");
  log.debug("not this");
  deaf();
  log.warn("nor this");
  expect(heard).toHaveLength(50);
});
