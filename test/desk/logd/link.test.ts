// The agent's way to a log daemon: nothing is lost that could be kept, nothing waits, what is dropped is told.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Level } from "../../../src/core/effect.ts";
import type { Connection } from "../../../src/desk/ipc/connection.ts";
import { IpcServer } from "../../../src/desk/ipc/server.ts";
import type { Line } from "../../../src/desk/line.ts";
import { LogdLink, type LogdLinkOptions } from "../../../src/desk/logd/link.ts";
import { decodeLogLine } from "../../../src/wire/ipc/logline.ts";

let directory = "";
let path = "";
const open: { close(limitMs: number): unknown }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-link-"));
  path = join(directory, "log_daemon");
});

afterEach(() => {
  for (const each of open.splice(0)) each.close(0);
  rmSync(directory, { recursive: true });
});

/** A daemon that hears what is said to it when it is told to. */
class Daemon {
  readonly server: IpcServer;
  readonly heard: string[] = [];
  #heard = Promise.withResolvers<void>();
  #came = Promise.withResolvers<Connection>();

  constructor(isDeaf = false) {
    this.server = new IpcServer({
      path,
      welcome: (connection) => {
        if (isDeaf) connection.pause();
        this.#came.resolve(connection);
        return { said: (body) => this.#hear(body), left: () => {} };
      },
    });
    open.push(this.server);
  }

  /** Once it is connected, and has the first line. */
  async meets(logd: LogdLink): Promise<Connection> {
    logd.take(line("first"));
    const connection = await this.#came.promise;
    await logd.drained(10_000);
    return connection;
  }

  /** What was heard, once that is in it. */
  async hears(text: string | RegExp): Promise<readonly string[]> {
    while (!this.heard.some((each) => each.match(text) !== null)) {
      this.#heard = Promise.withResolvers();
      await this.#heard.promise;
    }
    return this.heard;
  }

  #hear(body: Uint8Array) {
    const line = decodeLogLine(body);
    this.heard.push(`${line?.priority} ${line?.text}`);
    this.#heard.resolve();
  }
}

function link(change: Partial<LogdLinkOptions> = {}) {
  const direct: string[] = [];
  let woken = Promise.withResolvers<void>();
  const made = new LogdLink({
    socket: path,
    messages: ({ text, level }) => {
      const priority = level === "error" ? 3 : 6;
      return [{ facility: 24, priority, saysPriority: true, pid: 1, entity: "hb", atS: 0, text }];
    },
    lost: () => {},
    directly: ({ text }) => {
      direct.push(text);
      woken.resolve();
    },
    ...change,
  });
  open.push(made);
  const writes = async (text: string) => {
    while (!direct.some((each) => each.endsWith(text))) {
      woken = Promise.withResolvers();
      await woken.promise;
    }
  };
  return { link: made, direct, writes };
}

const line = (text: string, level: Level = "info"): Line => ({
  ...{ at: new Date(), level, topic: "", text },
});

test("LogdLink gives the daemon every line, the first ones too", async () => {
  const daemon = new Daemon();
  const { link: logd, direct } = link();
  expect([logd.take(line("one")), logd.take(line("two"))]).toEqual([true, true]);
  await logd.drained(10_000);
  expect(logd.take(line("three"))).toBe(true);
  expect(await daemon.hears("three")).toEqual(["6 one", "6 two", "6 three"]);
  expect(direct).toEqual([]);
});

test("LogdLink loses nothing without a daemon, and tries again after its time only", async () => {
  const { link: logd, direct, writes } = link();
  expect(logd.take(line("one"))).toBe(true);
  await writes("one");
  expect(logd.take(line("two"))).toBe(false);
  const daemon = new Daemon();
  expect(logd.take(line("three"))).toBe(false);
  expect([direct, daemon.heard]).toEqual([["one"], []]);
});

test("LogdLink connects again when its time is over", async () => {
  const { link: logd, writes } = link();
  logd.retryMs = 0;
  logd.take(line("one"));
  await writes("one");
  const daemon = new Daemon();
  expect(logd.take(line("two"))).toBe(true);
  expect(await daemon.hears("two")).toEqual(["6 two"]);
});

test("LogdLink drops what a daemon that stands still has no room for, and tells it exactly", async () => {
  const daemon = new Daemon(true);
  const { link: logd, direct } = link({ queueMax: 50 });
  const connection = await daemon.meets(logd);
  const count = 2_000;
  const long = "x".repeat(1_000);
  for (let n = 0; n < count; n += 1) logd.take(line(`${n} ${long}`));
  connection.resume();
  const heard = await daemon.hears(/cl_log: \d+ messages were dropped$/);
  const [, dropped = ""] = /^3 cl_log: (\d+) messages were dropped$/.exec(heard.at(-1) ?? "") ?? [];
  expect(Number(dropped)).toBeGreaterThan(0);
  // With the first, without the notice.
  expect(heard.length - 2 + Number(dropped)).toBe(count);
  logd.take(line("last"));
  expect((await daemon.hears("last")).at(-1)).toBe("6 last");
  expect(direct).toEqual([]);
});

test("LogdLink drops debug lines before others", async () => {
  const daemon = new Daemon(true);
  const { link: logd } = link({ queueMax: 50 });
  const connection = await daemon.meets(logd);
  const long = "x".repeat(10_000);
  for (let n = 0; n < 500; n += 1) logd.take(line(`debug ${long}`, "debug"));
  logd.take(line("after the debug lines"));
  connection.resume();
  const heard = await daemon.hears(/cl_log/);
  expect(heard.filter((each) => each.includes("after the debug lines")).length).toBe(1);
  const debugs = heard.filter((each) => each.includes("debug x")).length;
  expect(heard.at(-1)).toBe(`3 cl_log: ${500 - debugs} messages were dropped`);
});

test("LogdLink writes what waits, and how much was dropped, elsewhere when the daemon dies", async () => {
  const daemon = new Daemon(true);
  let lost = 0;
  const { link: logd, direct, writes } = link({ queueMax: 50, lost: () => (lost += 1) });
  const connection = await daemon.meets(logd);
  const count = 500;
  const long = "x".repeat(10_000);
  for (let n = 0; n < count; n += 1) logd.take(line(`${n} ${long}`));
  const before = direct.length;
  connection.sendAway();
  await writes("channel destroyed");
  const [, dropped = ""] =
    /^cl_log: (\d+) messages were dropped : channel destroyed$/.exec(direct.at(-1) ?? "") ?? [];
  expect([before, lost, direct.length - 1]).toEqual([0, 1, 50]);
  expect(Number(dropped)).toBeGreaterThan(0);
  expect(direct[0]).toEndWith(long);
  expect(logd.take(line("next"))).toBe(false);
});

test("LogdLink.drained() writes elsewhere what a daemon that stands still does not take", async () => {
  const daemon = new Daemon(true);
  const { link: logd, direct } = link();
  await daemon.meets(logd);
  const long = "x".repeat(10_000);
  for (let n = 0; n < 100; n += 1) logd.take(line(`${n} ${long}`));
  await logd.drained(0);
  expect(direct.at(-1)).toBe(`99 ${long}`);
});
