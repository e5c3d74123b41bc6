// `hb status --watch` on a real terminal: what stands on the screen, that only changes are written, keys,
// another size, and that the terminal is given back.

import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { Control } from "../../src/desk/control.ts";
import { eventsIn } from "../../src/desk/place.ts";
import { ordinarySnapshot } from "../ordinarysnapshot.ts";
import { plainSnapshot } from "../plainsnapshot.ts";
import { hbCommand } from "./run.ts";

setDefaultTimeout(60_000);
const root = mkdtempSync("/tmp/hb-watch-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function snapshotOf(names: readonly string[]): Snapshot {
  return plainSnapshot({
    nodes: names.map((name) => ({ name, state: "active", kind: "hb", links: [] })),
  });
}

/** What a terminal shows that understands the few sequences that are used. */
class Glass {
  lines: string[] = [];
  written = 0;
  alternate = false;
  cursor = true;

  write(text: string): void {
    this.written += text.length;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals are told
    const parts = text.split(/\u001b\[([?0-9;]*)([A-Za-z])/);
    let row = 0;
    this.#put(row, parts[0] ?? "");
    for (let at = 1; at < parts.length; at += 3) {
      const [numbers = "", letter = "", words = ""] = parts.slice(at, at + 3);
      if (letter === "H") row = Number(numbers.split(";")[0]) - 1;
      else if (letter === "J") this.lines = [];
      else if (letter === "h" || letter === "l") this.#mode(numbers, letter === "h");
      else if (letter !== "m" && letter !== "K") throw new Error(`Unknown: ${numbers}${letter}`);
      if (letter === "H") this.lines[row] = "";
      this.#put(row, words);
    }
  }

  #mode(numbers: string, on: boolean) {
    if (numbers === "?1049") this.alternate = on;
    else if (numbers === "?25") this.cursor = on;
    else throw new Error(`Unknown mode: ${numbers}`);
  }

  #put(row: number, words: string) {
    if (words !== "") this.lines[row] = (this.lines[row] ?? "") + words;
  }

  get text(): string {
    return this.lines.map((line = "") => line.trimEnd()).join("\n");
  }
}

async function watch(size: { cols: number; rows: number }, first: Snapshot) {
  const home = mkdtempSync(join(root, "run-"));
  const state = join(home, "state");
  mkdirSync(state);
  const parts = { snapshot: first };
  const serve = async () =>
    ({ say: "done", ok: true, text: "", snapshot: parts.snapshot }) as const;
  const control = await Control.listen(join(home, "hb.sock"), serve);
  const glass = new Glass();
  const data = (_: unknown, bytes: Uint8Array) => glass.write(Buffer.from(bytes).toString());
  const words = ["status", "--watch", "--run-dir", home, "--state-dir", state];
  const env = { ...process.env, TERM: "xterm", NO_COLOR: "" };
  const hb = Bun.spawn(hbCommand(...words), { env, terminal: { ...size, data } });
  cleanups.push(() => {
    hb.kill("SIGKILL");
    control.close();
  });
  const until = async (so: () => boolean) => {
    const patience = performance.now() + 30_000;
    while (!so()) {
      if (performance.now() > patience) throw new Error(`It does not come to that:\n${glass.text}`);
      await Bun.sleep(10);
    }
  };
  return {
    glass,
    hb,
    parts,
    until,
    control,
    state,
    press: (key: string) => hb.terminal?.write(key),
  };
}

const names = Array.from({ length: 40 }, (_, n) => `node${n + 1}`);

test("hb status --watch shows the page, follows it, and gives the terminal back", async () => {
  const size = { cols: 80, rows: 24 };
  const { glass, hb, parts, until, press } = await watch(
    size,
    snapshotOf(["alice", "例え", "bob"]),
  );
  await until(() => glass.text.includes("Pulse late"));
  expect(glass.alternate && !glass.cursor).toBe(true);
  // Letters that take two columns do not push the columns out of line.
  const column = (name: string) => {
    const line = glass.lines.find((each) => each.includes(name)) ?? "";
    return Bun.stringWidth(line.slice(0, line.indexOf("active")));
  };
  expect(column("例え")).toBe(column("bob"));
  parts.snapshot = { ...parts.snapshot, state: "leaving" };
  await until(() => glass.text.includes("alice is leaving"));
  press("q");
  expect(await hb.exited).toBe(0);
  expect([glass.alternate, glass.cursor]).toEqual([false, true]);
});

test("hb status --watch writes nothing while nothing changes", async () => {
  const { glass, until, state } = await watch({ cols: 80, rows: 24 }, snapshotOf(["alice"]));
  await until(() => glass.text.includes("Pulse late"));
  const before = glass.written;
  // An event is seen with the next look: at least one look came between.
  await Bun.sleep(1_500);
  expect(glass.written).toBe(before);
  tell(state, "bob is dead");
  await until(() => glass.text.includes("bob is dead"));
  expect(glass.written - before).toBeLessThan(200);
});

test("hb status --watch moves a page that is too tall with the keys, and fits another size", async () => {
  const { glass, hb, until, press } = await watch({ cols: 30, rows: 10 }, snapshotOf(names));
  await until(() => glass.text.includes("-- lines 1 to 9 of"));
  expect(glass.lines.length).toBe(10);
  expect(Math.max(...glass.lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(30);
  press("\u001b[6~");
  await until(() => glass.text.includes("-- lines 10 to 18 of"));
  press("k");
  await until(() => glass.text.includes("-- lines 9 to 17 of"));
  // A key that is held down comes many times at once, over a slow line also in parts.
  press("\u001b[B\u001b[B\u001b[B\u001b");
  await until(() => glass.text.includes("-- lines 12 to 20 of"));
  press("[A");
  await until(() => glass.text.includes("-- lines 11 to 19 of"));
  press("\u001b[H");
  await until(() => glass.text.includes("-- lines 1 to 9 of"));
  press("\u001b[F");
  await until(() => glass.text.includes("Pulse late"));
  hb.terminal?.resize(80, 60);
  await until(() => glass.text.startsWith("alice is active") && !glass.text.includes("-- lines"));
});

function tell(state: string, ...texts: readonly string[]) {
  const event = { v: 1, at: Date.now(), boot: "b", node: "alice", kind: "dead", level: "warn" };
  const lines = texts.map((text) => `${JSON.stringify({ ...event, text })}\n`);
  writeFileSync(eventsIn(state), lines.join(""));
}

const five = ["first", "second", "third", "fourth", "fifth"].map((nth) => `the ${nth} event`);

test("hb status --watch shows an ordinary cluster with its last events on 24 lines", async () => {
  const { glass, hb, until, state } = await watch({ cols: 80, rows: 24 }, ordinarySnapshot());
  tell(state, ...five);
  await until(() => glass.text.includes("the fifth event"));
  for (const text of [
    "bob    active  hb  heard 413 ms ago  eth0 413 ms, eth1 413 ms",
    "alice  its owner  held here  this node is its owner",
    "heard 10.77.0.12 459 ms ago",
    "Pulse late by",
    ...five,
  ]) {
    expect(glass.text).toContain(text);
  }
  expect(glass.text).not.toContain("-- lines");
  // Where there is room, the whole page.
  hb.terminal?.resize(80, 40);
  await until(() => glass.text.includes("advbase 1 advskew 0; heard 10.77.0.12"));
  expect(glass.text).toContain("bob    bcast eth1  up  last packet 413 ms ago");
});

test("hb status --watch keeps the last events in view below a page that is too tall", async () => {
  const { glass, until, state, press } = await watch({ cols: 80, rows: 24 }, snapshotOf(names));
  tell(state, ...five);
  const foot = () => glass.lines.slice(-4).join("\n");
  await until(() => /^-- lines 1 to 20 of .*third .*fourth .*fifth event/s.test(foot()));
  press("\u001b[F");
  await until(() => /^-- lines 2\d to .*third .*fourth .*fifth event/s.test(foot()));
  expect(glass.text).toContain("Pulse late");
});

test("hb status --watch goes on with a long reason below its begin", async () => {
  const why = "alice is dead: silent for 3000 ms (dt 3000 ms) on eth0, eth1, /dev/ttyS1, ".repeat(
    3,
  );
  const resources = ["10.0.0.100"];
  const group = { key: "10.0.0.100", owner: "alice", holder: "bob", state: "held", resources, why };
  const groups = [group as Snapshot["groups"][number]];
  const { glass, until } = await watch({ cols: 80, rows: 40 }, { ...snapshotOf(["bob"]), groups });
  await until(() => glass.text.includes("Pulse late"));
  const lines = glass.text.split("\n");
  const from = lines.findIndex((line) => line.includes("alice is dead"));
  const column = lines[from]?.indexOf("alice") ?? 0;
  const reason = lines.slice(from, lines.indexOf("", from));
  expect(reason.length).toBeGreaterThan(3);
  expect(column).toBeGreaterThan(10);
  expect(reason.filter((line) => line.search(/\S/) !== column)).toEqual([]);
  expect(Math.max(...reason.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("hb status --watch says that the agent went, and ends with what it saw last", async () => {
  const { glass, hb, until, control, press } = await watch(
    { cols: 80, rows: 24 },
    snapshotOf(["alice"]),
  );
  await until(() => glass.text.includes("Pulse late"));
  control.close();
  await until(() => !glass.text.includes("Pulse late"));
  // Whole, though it is longer than a line.
  expect(glass.text.replaceAll(/\s+/g, " ")).toContain('start it with "hb agent"');
  expect(glass.text.toLowerCase()).toContain("the agent is not running");
  press("\u0003");
  expect(await hb.exited).toBe(3);
  expect(glass.alternate).toBe(false);
});
