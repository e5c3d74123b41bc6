// Who this node is to its peers: each life of the pulse has a generation above the one before, and above what
// peers say that they remember.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseHaCf } from "../../src/config/hacf.ts";
import { Identity } from "../../src/desk/identity.ts";
import { placesOf } from "../../src/desk/place.ts";

const root = mkdtempSync("/tmp/hb-identity-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const state = root;
const places = placesOf({ conf: join(root, "conf"), state, run: join(root, "run") });
const log = { error: () => {}, warn: () => {} };
const identityOf = (haCf: string) =>
  new Identity(places, parseHaCf(haCf, "ha.cf").conf, "alice", log);
/** Beyond all clocks of our time. */
const remembered = 4_000_000_000;

test("Identity.outrun() lifts the next generation above what peers remember, on the disk", () => {
  const identity = identityOf("node alice bob\nbcast eth0\n");
  const { generation } = identity.next(() => {});
  expect(generation).toBeLessThan(remembered);
  identity.outrun(remembered);
  expect(identity.next(() => {}).generation).toBe(remembered + 1);
  expect(readFileSync(places.generation, "latin1")).toBe("     4000000001\n");
  expect(identity.next(() => {}).generation).toBe(remembered + 2);
});

test("Identity.outrun() counts where the generation is the time of day", () => {
  const identity = identityOf("node alice bob\nbcast eth0\nhbgenmethod time\n");
  expect(identity.next(() => {}).generation).toBeLessThan(remembered);
  identity.outrun(remembered);
  expect(identity.next(() => {}).generation).toBe(remembered + 1);
});
