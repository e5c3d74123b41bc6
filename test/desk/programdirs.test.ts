// Directories for the sockets of Heartbeat's programs, made by who may give them away.

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { giveProgramDirectories } from "../../src/desk/programdirs.ts";

const asRoot = test.skipIf(process.getuid?.() !== 0);
// On every host.
const daemon = { user: "daemon", group: "daemon" };
let run: string;

beforeEach(() => {
  run = mkdtempSync("/tmp/hb-programdirs-");
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

function ownerOf(name: string) {
  const { uid, gid, mode } = statSync(join(run, name));
  return { uid, gid, mode: mode & 0o7777 };
}

asRoot("giveProgramDirectories() makes them, and takes root's own for them", async () => {
  mkdirSync(join(run, "ccm"), { mode: 0o700 });
  await giveProgramDirectories(run, daemon);
  for (const name of ["ccm", "crm", "dopd"]) {
    expect(ownerOf(name)).toEqual({ uid: 1, gid: 1, mode: 0o750 });
  }
});

asRoot("giveProgramDirectories() leaves one alone that is somebody else's", async () => {
  mkdirSync(join(run, "dopd"), { mode: 0o700 });
  chownSync(join(run, "dopd"), 2, 2);
  await giveProgramDirectories(run, daemon);
  expect(ownerOf("dopd")).toEqual({ uid: 2, gid: 2, mode: 0o700 });
});

asRoot("giveProgramDirectories() follows no link", async () => {
  mkdirSync(join(run, "elsewhere"));
  symlinkSync(join(run, "elsewhere"), join(run, "ccm"));
  expect(giveProgramDirectories(run, daemon)).rejects.toThrow();
  expect(ownerOf("elsewhere").uid).toBe(0);
});

asRoot("giveProgramDirectories() makes nothing without Heartbeat's accounts", async () => {
  await giveProgramDirectories(run, { user: "daemon", group: "no-such-group" });
  expect(readdirSync(run)).toEqual([]);
});
