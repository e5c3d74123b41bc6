// What the desk hands to pulses: the numbers of seals, also when the first router that seals comes late and
// when what was written down before can be written no longer; and who was master in the pulse before.

import { afterEach, expect, jest, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RouterConfig } from "../../../src/config/router.ts";
import type { FromDesk, SealGrant } from "../../../src/core/channel.ts";
import { at } from "../../../src/core/instant.ts";
import type { RouterView, Snapshot } from "../../../src/core/snapshot.ts";
import { RouterDesk } from "../../../src/desk/carp/routers.ts";
import { SealBook } from "../../../src/desk/carp/sealbook.ts";
import { Log } from "../../../src/desk/log.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { plainRouter } from "../../plainrouter.ts";

const directory = mkdtempSync(join(tmpdir(), "hb-routerdesk-"));

afterEach(() => {
  jest.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

function deskOf(routers: readonly RouterConfig[]) {
  const told: FromDesk[] = [];
  const silent = new Sink((bytes, done) => done(null, bytes.length), String);
  const desk = new RouterDesk(routers, {
    log: new Log("error", silent),
    directory,
    inherits: false,
    seal: join(directory, "state", "hb_carp"),
    input: () => {},
    tell: (message) => told.push(message),
  });
  return { desk, told };
}

/** The grants that a living pulse was told. */
function grantsOf(told: readonly FromDesk[]): SealGrant[] {
  return told.flatMap((message) => (message.say === "seals" ? [message.grant] : []));
}

/** From now on nothing can be written there: a file is where the directory was. */
function breakDisk(): void {
  rmSync(directory, { recursive: true, force: true });
  writeFileSync(directory, "");
}

test("RouterDesk.adopt() grants numbers to a pulse that had no router that seals", () => {
  const { desk, told } = deskOf([]);
  expect(desk.grant()).toBeUndefined();
  desk.adopt([{ ...plainRouter, seal: "require" }]);
  const [grant] = grantsOf(told);
  expect(grant?.sender).toMatch(/^[0-9a-f]{16}$/);
  desk.adopt([{ ...plainRouter, seal: "require", advskew: 7 }]);
  expect(grantsOf(told)).toHaveLength(1);
  desk.end();
});

test("RouterDesk goes on to grant higher numbers, of another sender, when the disk is lost", () => {
  jest.useFakeTimers();
  const { desk, told } = deskOf([plainRouter]);
  // Restarts run ahead of the clock.
  desk.grant();
  desk.grant();
  const written = desk.grant();
  breakDisk();
  jest.advanceTimersByTime(SealBook.everyMs);
  const [late] = grantsOf(told);
  expect(late?.sender).not.toBe(written?.sender);
  expect(late?.from).toBeGreaterThan(written?.until ?? Number.POSITIVE_INFINITY);
  expect(late?.until).toBe(Number.MAX_SAFE_INTEGER);
  jest.advanceTimersByTime(SealBook.everyMs);
  expect(grantsOf(told)).toHaveLength(1);
  // The next pulse: peers have heard the first numbers of the last grant.
  const next = desk.grant();
  expect(next?.from).toBeGreaterThan((late?.from ?? Number.POSITIVE_INFINITY) + 1e9);
  desk.end();
});

test("RouterDesk.masters tells who was master, and who of them was demoted, until all were released", () => {
  const { desk } = deskOf([]);
  const view = (name: string, state: RouterView["state"], demoted: readonly string[] = []) =>
    ({ name, state, demoted }) as unknown as RouterView;
  const routers = [view("a", "master"), view("b", "master", ["/check fails"]), view("c", "backup")];
  desk.alive(at(5_000));
  desk.published({ routers } as unknown as Snapshot);
  expect(desk.masters).toEqual({ at: at(5_000), routers: ["a", "b"], demoted: ["b"] });
  desk.forget();
  expect(desk.masters).toBeUndefined();
});
