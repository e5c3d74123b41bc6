// Scripts and checks of virtual routers: how they are called, how they end, that they never overlap.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Calls } from "../../../src/desk/carp/call.ts";
import { Tracks } from "../../../src/desk/carp/track.ts";
import { Log } from "../../../src/desk/log.ts";
import { processName } from "../../../src/desk/process.ts";
import type { Report } from "../../../src/desk/queue.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { until } from "../../pulse/puppet.ts";

const directory = mkdtempSync(join(tmpdir(), "hb-call-"));
afterAll(() => rmSync(directory, { recursive: true }));

function logged(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const sink = new Sink((bytes, done) => {
    lines.push(...Buffer.from(bytes).toString().split("\n").filter(Boolean));
    done(null, bytes.length);
  }, String);
  return { log: new Log("debug", sink), lines };
}

function script(name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, body, { mode: 0o755 });
  return path;
}

function call(calls: Calls, path: string, args: readonly string[] = [], timeoutMs = 10_000) {
  const { promise, resolve } = Promise.withResolvers<Report>();
  const effect = { do: "call", job: 1, router: "eth0/42", path, args, timeoutMs } as const;
  calls.run(effect, resolve);
  return promise;
}

test("Calls.run() gives the script its arguments whole and logs what it says", async () => {
  const { log, lines } = logged();
  const path = script("args", '#!/bin/sh\nfor each; do echo "[$each]"; done\necho err >&2\n');
  const report = await call(new Calls({ log, directory }), path, ["eth0", "10.0.0.1", "a b"]);
  expect(report).toMatchObject({ job: 1, ok: true });
  const all = lines.join("\n");
  for (const word of ["[eth0]", "[10.0.0.1]", "[a b]", "err"]) expect(all).toContain(word);
});

test.each([
  ["#!/bin/sh\nexit 3\n", /^exit code 3$/],
  ["#!/bin/sh\nkill -9 $$\n", /^killed by SIGKILL$/],
  ["no program\n", /^Unable to exec \S+ eth0: Exec format error$/],
])("Calls.run() reports how %j failed", async (body, text) => {
  const report = await call(new Calls({ log: logged().log, directory }), script("f", body), [
    "eth0",
  ]);
  expect(report.ok).toBe(false);
  expect(report.text).toMatch(text);
});

test("Calls.run() says in the C library's words that there is no such script", async () => {
  const { log, lines } = logged();
  const report = await call(new Calls({ log, directory }), "/no/such", ["eth0", "10.0.0.1"]);
  const text = "Unable to exec /no/such eth0 10.0.0.1: No such file or directory";
  expect(report).toMatchObject({ ok: false, text });
  expect(lines.join("\n")).toContain(text);
});

test("Calls.run() ends a script that takes too long, with its children", async () => {
  const calls = new Calls({ log: logged().log, directory });
  const child = join(directory, "child");
  // The child does not mind the first signal: it must not go on after the report all the same.
  const body = `(trap '' TERM; while :; do sleep 1; done) & echo $! >${child}; wait`;
  const report = await call(calls, script("slow", `#!/bin/sh\n${body}\n`), [], 1_000);
  expect(report).toMatchObject({ ok: false, text: "timed out after 1000 ms" });
  const pid = Number(readFileSync(child, "latin1"));
  try {
    await until("the child to be gone", () => processName(pid) === undefined);
  } finally {
    if (processName(pid) !== undefined) process.kill(pid, "SIGKILL");
  }
}, 20_000);

test("Calls.run() never lets two scripts of one router overlap", async () => {
  const trace = join(directory, "trace");
  const path = script(
    "trace.sh",
    `#!/bin/sh\necho begin >>${trace}; sleep 0.1; echo end >>${trace}\n`,
  );
  const calls = new Calls({ log: logged().log, directory });
  await Promise.all([call(calls, path), call(calls, path), call(calls, path)]);
  const expected = ["begin", "end", "begin", "end", "begin", "end"];
  expect(readFileSync(trace, "latin1").trim().split("\n")).toEqual(expected);
});

test("Tracks.adopt() tells every changed verdict once, and all of them to a new core", async () => {
  const flag = join(directory, "flag");
  const path = script("check", `#!/bin/sh\ntest -e ${flag}\n`);
  const told: boolean[] = [];
  const tracks = new Tracks({ log: logged().log, directory, tell: (_, ok) => told.push(ok) });
  try {
    tracks.adopt([{ track: [{ kind: "script", path }] }, { track: [{ kind: "script", path }] }]);
    await until("the first verdict", () => told.length === 1);
    writeFileSync(flag, "");
    await until("the second verdict", () => told.length === 2);
    expect(told).toEqual([false, true]);
    tracks.retell();
    expect(told).toEqual([false, true, true]);
  } finally {
    tracks.end();
  }
});
