// The watchdog over the life of the pulse, with a device that only counts. What real drivers do is
// proved on a machine that may be reset (test/vm).

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, SysError } from "../../ffi/error.ts";
import { makeFifo } from "../../ffi/path.ts";
import type { ClusterConfig } from "../../src/config/cluster.ts";
import { at, type Instant } from "../../src/core/instant.ts";
import { Watchdog } from "../../src/pulse/watchdog.ts";
import type { WatchdogDevice } from "../../src/pulse/watchdogdevice.ts";
import { plainConfig } from "../plainconfig.ts";

const timing = { ...plainConfig.timing, keepaliveMs: 1_000, deadtimeMs: 5_000 };

/** A host with one watchdog in it; `log` has what was told, `done` what was done to the device. */
class Bench {
  now = at(0);
  readonly log: string[] = [];
  readonly done: string[] = [];
  readonly guards: (number | undefined)[] = [];
  broken: Parameters<typeof errnoOf>[0] | undefined;
  device: Partial<WatchdogDevice> = {};
  readonly watchdog: Watchdog;

  constructor(changes: Partial<ClusterConfig> = {}) {
    const config = { ...plainConfig, timing, watchdog: "/dev/watchdog1", ...changes };
    const host = {
      now: () => this.now,
      log: (level: string, text: string) => this.log.push(`${level} ${text}`),
      guarded: (timeoutS: number | undefined) => this.guards.push(timeoutS),
    };
    this.watchdog = new Watchdog(config, host, (path) => this.#open(path));
  }

  /** A healthy turn at this moment. */
  turn(now: number, spoke = true): void {
    this.now = at(now);
    if (spoke) this.watchdog.spoke(this.now);
    this.watchdog.feed(this.now);
  }

  /** The configuration with these changes, adopted. */
  reconfigure(changes: Partial<ClusterConfig>): void {
    this.watchdog.reconfigure({ ...plainConfig, timing, ...changes });
  }

  #open(path: string): WatchdogDevice {
    this.#breaks("open", path);
    this.done.push(`open ${path}`);
    return {
      identity: "Bench",
      firmware: 7,
      features: ["settimeout", "magicclose"],
      nowayout: false,
      settle: (seconds) => {
        this.done.push(`settle ${seconds}`);
        return seconds;
      },
      feed: () => {
        this.#breaks("write to", "descriptor 9");
        this.done.push("feed");
      },
      release: () => this.done.push("release"),
      abandon: () => this.done.push("abandon"),
      ...this.device,
    };
  }

  #breaks(call: string, about: string): void {
    if (this.broken !== undefined) throw new SysError(call, errnoOf(this.broken), about);
  }
}

const running = ["open /dev/watchdog1", "settle 6"];

test("Watchdog does nothing at all when none is configured", () => {
  const bench = new Bench();
  bench.reconfigure({});
  bench.turn(0, false);
  bench.turn(1_000);
  bench.watchdog.close(true);
  expect([bench.done, bench.log, bench.guards]).toEqual([[], [], []]);
  expect([bench.watchdog.deadline(), bench.watchdog.view()]).toEqual([undefined, undefined]);
});

test("Watchdog is not opened before the first healthy turn, and not after a leave", () => {
  const bench = new Bench();
  expect([bench.done, bench.watchdog.deadline()]).toEqual([[], at(0)]);
  bench.watchdog.close(true);
  expect(bench.watchdog.deadline()).toBeUndefined();
  bench.turn(1_000);
  expect(bench.done).toEqual([]);
});

test("Watchdog is opened with deadtime and 10 ms in whole seconds, and fed with each heartbeat", () => {
  const bench = new Bench();
  bench.turn(0, false);
  expect(bench.log).toEqual([
    "info Watchdog /dev/watchdog1 (Bench): resets this host 6 s after it hangs",
  ]);
  bench.turn(900, false);
  bench.turn(1_000);
  bench.turn(1_100, false);
  bench.turn(2_000);
  expect(bench.done).toEqual([...running, "feed", "feed"]);
  expect(bench.guards).toEqual([6]);
  expect(bench.watchdog.view()).toEqual({
    device: "/dev/watchdog1",
    timeoutS: 6,
    identity: "Bench",
    firmware: 7,
    features: ["settimeout", "magicclose"],
    nowayout: false,
  });
});

test.each([
  ["is stopped when the node has left", true, "release", [6, undefined]],
  ["runs on after any other end", false, "abandon", [6]],
] as const)("Watchdog %s", (_what, left, last, guards) => {
  const bench = new Bench();
  bench.turn(0, false);
  bench.watchdog.close(left);
  bench.watchdog.close(left);
  expect(bench.done).toEqual([...running, last]);
  expect(bench.guards).toEqual([...guards]);
});

test("Watchdog that is not there is told once, with a remedy, and tried ever more rarely", () => {
  const bench = new Bench();
  bench.broken = "ENOENT";
  bench.turn(0, false);
  const pauses: number[] = [];
  for (let tries = 0; tries < 10; tries += 1) {
    const next: Instant = bench.watchdog.deadline() ?? at(Number.NaN);
    pauses.push(next - bench.now);
    bench.turn(next);
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  const trouble =
    "Cannot use the watchdog /dev/watchdog1: ENOENT, no such device: a hang will not reset this " +
    'host ("modprobe softdog" makes one)';
  expect(bench.log).toEqual([`error ${trouble}`]);
  expect(bench.watchdog.view()).toEqual({ device: "/dev/watchdog1", trouble });
  bench.broken = undefined;
  bench.turn(bench.watchdog.deadline() ?? 0);
  expect(bench.done).toEqual(running);
  expect(bench.watchdog.view()?.trouble).toBeUndefined();
});

test("Watchdog that the last pulse has not let go of yet is no trouble, one that stays busy is", () => {
  const bench = new Bench();
  bench.broken = "EBUSY";
  bench.turn(0, false);
  expect(bench.log).toEqual([]);
  bench.turn(250);
  expect(bench.log).toEqual([
    "error Cannot use the watchdog /dev/watchdog1: EBUSY, another program has it, perhaps systemd " +
      "(RuntimeWatchdogSec)",
  ]);
});

test("Watchdog that cannot be fed is left running and opened again", () => {
  const bench = new Bench();
  bench.turn(0, false);
  bench.broken = "EIO";
  bench.turn(1_000);
  expect(bench.done).toEqual([...running, "abandon"]);
  expect(bench.log.at(-1)).toBe(
    "error Cannot feed the watchdog /dev/watchdog1: EIO, a hang will not reset this host",
  );
  bench.broken = undefined;
  bench.turn(1_250);
  expect(bench.done).toEqual([...running, "abandon", ...running]);
});

test.each([
  [
    "a slow driver",
    { settle: (): number => 30 },
    "the driver takes 30 s and not 6 s: others may have taken over 24 s before a reset",
  ],
  [
    "a quick driver",
    { settle: (): number => 4 },
    "the driver takes 4 s and not 6 s: this host may be reset before the others call it dead",
  ],
  [
    "nowayout",
    { nowayout: true },
    "it cannot be stopped (nowayout): leaving the cluster resets this host as well",
  ],
  [
    "no magic close",
    { features: ["settimeout"] },
    "it stops whenever it is closed: an agent that is killed does not lead to a reset",
  ],
  [
    "an alarm",
    { features: ["magicclose", "alarmonly"] },
    "it only raises an alarm, it resets nothing",
  ],
] as const)("Watchdog with %s says so", (_what, device, doubt) => {
  const bench = new Bench();
  bench.device = device;
  bench.turn(0, false);
  expect(bench.log.slice(1)).toEqual([`warn Watchdog /dev/watchdog1: ${doubt}`]);
});

test("Watchdog whose timeout is unknown is fed as if it had the one that was asked for", () => {
  const bench = new Bench();
  bench.device = { settle: () => undefined };
  bench.turn(0, false);
  bench.turn(1_000);
  expect([bench.done.at(-1), bench.guards]).toEqual(["feed", [6]]);
  expect(bench.watchdog.view()).not.toHaveProperty("timeoutS");
});

test("Watchdog with nowayout says at the leave that the host will be reset all the same", () => {
  const bench = new Bench();
  bench.device = { nowayout: true };
  bench.turn(0, false);
  bench.watchdog.close(true);
  expect(bench.done.at(-1)).toBe("release");
  expect(bench.log.at(-1)).toBe(
    "warn Watchdog /dev/watchdog1 cannot be stopped (nowayout): it resets this host in 6 s",
  );
});

const named = (watchdog: string) => ({ watchdog });
const slower = { watchdog: "/dev/watchdog1", timing: { ...timing, deadtimeMs: 10_000 } };

test.each([
  ["the same", named("/dev/watchdog1"), []],
  ["another deadtime", slower, ["settle 11"]],
  ["another device", named("/dev/watchdog2"), ["release", "open /dev/watchdog2", "settle 6"]],
  ["no device", {}, ["release"]],
] as const)("Watchdog.reconfigure() to %s", (_what, changes, done) => {
  const bench = new Bench();
  bench.turn(0, false);
  bench.reconfigure(changes);
  bench.turn(1, false);
  expect(bench.done).toEqual([...running, ...done]);
});

test("Watchdog.reconfigure() feeds on what cannot be stopped", () => {
  const bench = new Bench();
  bench.device = { nowayout: true };
  bench.turn(0, false);
  bench.reconfigure({});
  bench.turn(1_000);
  expect(bench.done).toEqual([...running, "feed"]);
  expect(bench.log.at(-1)).toBe(
    "warn Watchdog /dev/watchdog1 cannot be stopped (nowayout): it is fed on",
  );
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync("/tmp/hb-watchdog-");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("Watchdog does not write to a file, wait for a FIFO or feed a device that is none", () => {
  const file = join(folder, "file");
  const fifo = join(folder, "fifo");
  writeFileSync(file, "precious");
  makeFifo(fifo, 0o600);
  const seen = [file, fifo, "/dev/null", folder, join(folder, "none")].map((path) => {
    const log: string[] = [];
    const watchdog = new Watchdog(
      { timing, watchdog: path },
      { now: () => at(0), log: (_level, text) => log.push(text), guarded: () => log.push("guard") },
    );
    watchdog.feed(at(0));
    watchdog.close(true);
    return log.map((line) => /: (E[A-Z]+, [^:]*)/.exec(line)?.[1]);
  });
  expect(seen).toEqual([
    ["ENOTTY, it is no watchdog"],
    ["ENXIO, no such device"],
    ["ENOTTY, it is no watchdog"],
    ["EISDIR, a hang will not reset this host"],
    ["ENOENT, no such device"],
  ]);
  expect(readFileSync(file, "utf8")).toBe("precious");
});
