// The status page of a real agent: what it shows, that it follows the configuration, and that whoever
// knocks at it in whatever number disturbs nothing.

import { afterAll, afterEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../src/core/snapshot.ts";
import type { Event } from "../../src/desk/journal/event.ts";
import { AgentHost, haCf, started } from "./agenthost.ts";

const root = mkdtempSync("/tmp/hb-statuspage-");
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(async () => {
  for (const host of started) await host.destroy();
});

async function hostWith(page: string) {
  const home = mkdtempSync(join(root, "host-"));
  const path = join(home, "page.sock");
  const host = new AgentHost(home);
  host.write("ha.cf", `${haCf}${page.replace("SOCKET", path)}\n`);
  await host.network();
  host.start();
  await host.holds();
  const ask = (what: string) => fetch(`http://page${what}`, { unix: path });
  return { host, path, ask };
}

test("StatusPage shows what hb status shows, what happened, and figures that promtool likes", async () => {
  const { host, ask } = await hostWith("status_page SOCKET");
  const shown = (await (await ask("/status.json")).json()) as Snapshot;
  const known = await host.status();
  expect(shown.groups).toEqual(JSON.parse(JSON.stringify(known?.groups)));
  expect(shown.node).toBe("alice");
  expect(await (await ask("/healthz")).text()).toBe("alice is active\n");
  const events = (await (await ask("/events.json")).json()) as Event[];
  expect(events.some(({ kind, outcome }) => kind === "group" && outcome === "held")).toBe(true);
  const metrics = await (await ask("/metrics")).text();
  expect(metrics).toContain('hb_group_held_here{group="10.77.0.10/24/eth0"} 1');
  expect(metrics).toMatch(/^hb_takeovers_total\{group="10.77.0.10\/24\/eth0",outcome="held"\} 1$/m);
  expect(metrics).toMatch(/^hb_pulse_lateness_seconds_count [1-9]/m);
  expect(metrics).toMatch(/^hb_process_resident_memory_bytes\{process="pulse"\} [1-9]/m);
  const promtool = Bun.spawnSync(["promtool", "check", "metrics"], { stdin: Buffer.from(metrics) });
  expect(`${promtool.stdout}${promtool.stderr}`).toBe("");
  expect(promtool.exitCode).toBe(0);
}, 60_000);

test("StatusPage follows ha.cf when it is read again", async () => {
  const { host, path, ask } = await hostWith("status_page SOCKET");
  await host.until(() => existsSync(path));
  host.write("ha.cf", haCf);
  process.kill(host.pid, "SIGHUP");
  await host.until(() => !existsSync(path));
  host.write("ha.cf", `${haCf}status_page ${path}\n`);
  process.kill(host.pid, "SIGHUP");
  await host.until(async () => existsSync(path) && (await ask("/healthz")).ok);
}, 60_000);

test("StatusPage that is besieged costs neither the group nor the pulse its life", async () => {
  const { host, path, ask } = await hostWith("status_page SOCKET");
  const siege = Array.from({ length: 400 }, async (_, n) => {
    for (let round = 0; round < 5; round += 1) {
      const request = n % 2 === 0 ? ask("/metrics") : ask("/stream");
      const response = await request.catch(() => undefined);
      await response?.body?.cancel().catch(() => {});
    }
  });
  await Promise.all(siege);
  expect((await host.status())?.groups[0]?.state).toBe("held");
  expect(host.log.match(/Pulse [0-9]+, generation/g)?.length).toBe(1);
  await host.until(async () => (await ask("/healthz")).ok);
  expect(existsSync(path)).toBe(true);
}, 60_000);
