// What an ordinary user may put into the folder of the locks, which is everybody's in Debian.

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { makeFifo } from "../../ffi/path.ts";
import { LineLock } from "../../src/pulse/media/linelock.ts";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync("/tmp/locks-");
  chmodSync(folder, 0o1777);
  path = join(folder, "LCK..ttyX9");
});

afterEach(() => rmSync(folder, { recursive: true }));

const source = join(import.meta.dir, "../../src/pulse/media/linelock.ts");

/** Takes the lock in another process, which can be ended when it waits; its word on it. */
function lockElsewhere(): string {
  const program = `import { LineLock } from ${JSON.stringify(source)};
    const lock = new LineLock("/dev/ttyX9", ${JSON.stringify(folder)});
    process.stdout.write(lock.unmade ?? "locked");
    lock.release();`;
  const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", program], { timeout: 5_000 });
  return `${stdout}${stderr}`;
}

test("LineLock does not wait for a FIFO that has the name of a lock", () => {
  makeFifo(path, 0o666);
  expect(lockElsewhere()).toBe("locked");
  expect(readdirSync(folder)).toEqual([]);
});

test("LineLock writes through no symbolic link, whatever the name of its draft", () => {
  const treasure = join(folder, "treasure");
  writeFileSync(treasure, "gold");
  symlinkSync(treasure, join(folder, `.hb.${process.pid}`));
  symlinkSync(treasure, path);
  const lock = new LineLock("/dev/ttyX9", folder);
  expect(lock.unmade).toBeUndefined();
  expect(readFileSync(path, "latin1")).toBe(`${`${process.pid}`.padStart(10)}\n`);
  expect(readFileSync(treasure, "latin1")).toBe("gold");
  lock.release();
  expect(existsSync(path)).toBe(false);
});

test("LineLock believes no process id at the other end of a symbolic link", () => {
  const elsewhere = join(folder, "elsewhere");
  writeFileSync(elsewhere, `${"1".padStart(10)}\n`);
  symlinkSync(elsewhere, path);
  const lock = new LineLock("/dev/ttyX9", folder);
  expect(lock.unmade).toBeUndefined();
  lock.release();
});

test("LineLock goes without a lock where a folder has its name", () => {
  mkdirSync(path);
  const lock = new LineLock("/dev/ttyX9", folder);
  expect(lock.unmade).toStartWith(`Cannot make ${path}: `);
  lock.release();
  expect(readdirSync(folder)).toEqual(["LCK..ttyX9"]);
});
