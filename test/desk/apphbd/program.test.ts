// One registered program: the silence that is a failure, and the words that 3.0.6's apphbd has for it (measured on it).

import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Program } from "../../../src/desk/apphbd/program.ts";

const name = { app: "web", instance: "1", pid: 7 };
const who = "apphb client 'web' / '1' (pid 7)";

function program(intervalMs: number, warnMs = 0): Program {
  const made = new Program(name, at(0));
  made.beatEvery(intervalMs, at(0));
  made.warnMs = warnMs;
  return made;
}

test.each([
  [999, []],
  [1_000, [{ level: "warn", text: `${who} failed to heartbeat` }]],
  [5_000, [{ level: "warn", text: `${who} failed to heartbeat` }]],
])("Program.expire() after %d ms of silence, of 1000, tells %j", (silentMs, tellings) => {
  expect(program(1_000).expire(at(silentMs))).toEqual(tellings as never);
});

test("Program.expire() tells a failure once, until there was a sign of life", () => {
  const web = program(1_000);
  expect(web.deadline()).toBe(at(1_000));
  expect(web.expire(at(1_000))).toHaveLength(1);
  expect(web.deadline()).toBeUndefined();
  expect(web.expire(at(9_000))).toEqual([]);
  expect(web.heard(at(9_000))).toEqual([{ level: "info", text: `${who} resumed heartbeats` }]);
  expect(web.deadline()).toBe(at(10_000));
  expect(web.expire(at(10_000))).toHaveLength(1);
});

test.each([
  [100, 100, []],
  [100, 101, [`${who} late heartbeat: 101 ms`]],
  [0, 900, []],
  [100, 1_200, [`${who} resumed heartbeats`, `${who} late heartbeat: 1200 ms`]],
])("Program.heard() with setwarn %d after %d ms says %j", (warnMs, silentMs, texts) => {
  const web = program(1_000, warnMs);
  web.expire(at(silentMs));
  expect(web.heard(at(silentMs)).map(({ text }) => text)).toEqual(texts);
});

test("Program is missed after ten minutes where it says no interval", () => {
  expect(new Program(name, at(0)).deadline()).toBe(at(600_000));
});

test("Program.beatEvery() of 0 is never missed", () => {
  const web = program(0);
  expect(web.deadline()).toBeUndefined();
  expect(web.expire(at(1e9))).toEqual([]);
});

test("Program.beatEvery() is a sign of life itself", () => {
  const web = program(1_000);
  web.expire(at(1_000));
  expect(web.beatEvery(500, at(1_500)).map(({ text }) => text)).toEqual([
    `${who} resumed heartbeats`,
  ]);
  expect(web.deadline()).toBe(at(2_000));
});

test("Program that is vital fails as an error, in 3.0.6's word for it", () => {
  const web = program(1_000);
  expect(web.hungUp()).toEqual({ level: "warn", text: `${who} hangup` });
  web.isVital = true;
  expect(web.hungUp()).toEqual({ level: "error", text: `Critical ${who} hangup` });
  expect(web.expire(at(1_000))).toEqual([
    { level: "error", text: `Critical ${who} failed to heartbeat` },
  ]);
});
