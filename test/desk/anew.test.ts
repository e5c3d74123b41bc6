import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obstacle } from "../../src/desk/anew.ts";
import { AgentHost, haCf, started } from "./agenthost.ts";

const root = mkdtempSync(join(tmpdir(), "hb-anew-"));
afterAll(async () => {
  await Promise.all([...started].map((host) => host.destroy()));
  rmSync(root, { recursive: true, force: true });
});

test.each([
  [{ isSupervised: true, isLeaving: false, deadtimeMs: 2_000 }, undefined],
  [{ isSupervised: true, isLeaving: true, deadtimeMs: 2_000 }, "it is leaving the cluster"],
  [{ isSupervised: false, isLeaving: false, deadtimeMs: 2_000 }, "no service manager"],
  [{ isSupervised: true, isLeaving: false, deadtimeMs: 1_999 }, "deadtime is 1999 ms, less than"],
] as const)("obstacle() of %o is %p", (facts, why) => {
  const said = obstacle(facts);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(why);
});

const calm = haCf.replace("deadtime 500ms", "deadtime 5s").replace("initdead 500ms", "initdead 5s");

test("hb agent ends by SIGUSR1 without leaving, and the next one finds all as it was", async () => {
  const host = new AgentHost(join(root, "anew"));
  host.write("ha.cf", calm);
  await host.network();
  // Nobody listens there: what the manager would be told is lost.
  const manager = { NOTIFY_SOCKET: join(root, "manager") };
  host.start(manager);
  await host.holds();
  process.kill(host.pid, "SIGUSR1");
  expect(await host.agent?.exited).toBe(75);
  expect(host.log).toContain("Beginning anew in place");
  expect(await host.addresses()).toContain("10.77.0.10/24");

  host.start(manager);
  await host.until(() => host.log.includes("An agent ended here"));
  await host.holds();
  expect(host.log).not.toContain("svc stop");
  expect(await host.addresses()).toContain("10.77.0.10/24");
}, 30_000);

test("hb agent goes on after SIGUSR1 where nobody would start the next one", async () => {
  const host = new AgentHost(join(root, "alone"));
  host.write("ha.cf", calm);
  await host.network();
  host.start();
  await host.holds();
  process.kill(host.pid, "SIGUSR1");
  await host.until(() => host.log.includes("This agent goes on"));
  expect(host.log).toContain("no service manager would start the next agent");
  expect((await host.status())?.groups[0]?.state).toBe("held");
}, 30_000);
