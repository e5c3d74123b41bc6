// What the service manager hears: real datagrams, received by socat as systemd would.

import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Notify } from "../../src/desk/notify.ts";

const directory = mkdtempSync("/tmp/hb-notify-");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("Notify tells each fact in one datagram, and the status only when it changes", async () => {
  const path = join(directory, "notify");
  const manager = Bun.spawn(["socat", "-u", `UNIX-RECV:${path}`, "STDOUT"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  while (!existsSync(path)) await Bun.sleep(5);
  const notify = new Notify({ NOTIFY_SOCKET: path });
  notify.ready();
  notify.status("active");
  notify.status("active");
  notify.reloading(1_234.5);
  notify.stopping();
  notify.watchdog();
  let heard = "";
  for await (const bytes of manager.stdout) {
    heard += new TextDecoder().decode(bytes);
    if (heard.includes("WATCHDOG=1")) break;
  }
  manager.kill("SIGKILL");
  expect(heard).toBe("READY=1STATUS=activeRELOADING=1\nMONOTONIC_USEC=1234500STOPPING=1WATCHDOG=1");
});

test("Notify is silent without a manager, and when the manager is gone", () => {
  new Notify({}).ready();
  new Notify({ NOTIFY_SOCKET: join(directory, "nobody") }).ready();
});

test.each([
  [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "30000000" }, 15_000],
  [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "1" }, undefined],
  [{ NOTIFY_SOCKET: "/x" }, undefined],
  [{ WATCHDOG_USEC: "30000000" }, undefined],
])("Notify with %j beats every %p ms", (environment, watchdogMs) => {
  expect(new Notify(environment).watchdogMs).toBe(watchdogMs);
});
