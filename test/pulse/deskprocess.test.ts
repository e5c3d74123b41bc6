// The desk as a process: which one may be killed when it hangs, and that nobody else is. The agents are real,
// and what systemd would tell them is in their environment; test/lab/systemd has systemd itself.

import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statFields } from "../../ffi/procstat.ts";
import { processName } from "../../src/desk/process.ts";
import { DeskProcess, isWatched } from "../../src/pulse/deskprocess.ts";
import { AgentHost, started } from "../desk/agenthost.ts";

const root = mkdtempSync(join(tmpdir(), "hb-deskprocess-"));
afterEach(async () => {
  for (const host of started) await host.destroy();
  started.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const watch = { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" };
const { WATCHDOG_PID: _pid, ...anybody } = watch;
const { WATCHDOG_USEC: _usec, ...unlimited } = watch;
const { NOTIFY_SOCKET: _socket, ...deaf } = watch;

test.each([
  ["watches it", watch, true],
  ["watches another process", { ...watch, WATCHDOG_PID: "70" }, false],
  ["does not say which process it watches", anybody, false],
  ["is not watching", unlimited, false],
  ["watches for no time", { ...watch, WATCHDOG_USEC: "0" }, false],
  ["does not listen", deaf, false],
  ["is none", {}, false],
])("isWatched() where the service manager %s", (_, environment, is) => {
  expect(isWatched(environment, 7)).toBe(is);
});

test("DeskProcess.end() leaves a process alone that is not our parent, whatever the environment says", async () => {
  const child = Bun.spawn(["sleep", "60"]);
  const desk = new DeskProcess({ ...watch, WATCHDOG_PID: `${child.pid}` }, child.pid);
  expect(desk.end("a test")).toBe(false);
  expect(statFields(child.pid)?.[0]).not.toBe("Z");
  child.kill("SIGTERM");
  await child.exited;
  expect(child.signalCode).toBe("SIGTERM");
});

/** An agent that holds its group, under a service manager that watches it or not. */
async function agent(name: string, watched: boolean): Promise<AgentHost> {
  const host = new AgentHost(join(root, name));
  await host.network();
  if (watched) host.startWatched();
  else host.start();
  await host.holds();
  return host;
}

test("hb pulse kills an agent that hangs where a service manager starts the next one", async () => {
  const host = await agent("watched", true);
  const { pulse } = host;
  process.kill(host.pid, "SIGSTOP");
  await host.agent?.exited;
  expect(host.agent?.signalCode).toBe("SIGKILL");
  await host.until(() => processName(pulse) === undefined);
}, 30_000);

test("hb pulse leaves an agent that hangs alone where nobody starts the next one", async () => {
  const host = await agent("alone", false);
  const { pulse, pid } = host;
  process.kill(pid, "SIGSTOP");
  await host.until(() => processName(pulse) === undefined);
  expect(statFields(pid)?.[0]).toBe("T");
  process.kill(pid, "SIGCONT");
  await host.until(() => host.pulse !== pulse);
  expect(host.log).toContain("The agent is hung, silent for");
  await host.holds();
  // What it adopts it need not warn of.
  expect(host.log).not.toContain("this node does not hold it");
}, 30_000);
