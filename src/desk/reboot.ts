// The last resort of `on_stop_failure reboot`: a host that cannot stop a service must not share it.

import { spawnSync } from "node:child_process";
import type { Log } from "./log.ts";

/** Overrides the command, for hosts that are to be fenced in another way. */
const commandVariable = "HB_REBOOT_COMMAND";

/** Reboots without stopping services: they are what cannot be stopped. */
export async function reboot(reason: string, log: Log): Promise<void> {
  const command = process.env[commandVariable] ?? "reboot -f";
  log.error(`Rebooting this host by "${command}": ${reason}`, "reboot");
  await log.drained(500);
  // The log on the disk is what tells the administrator why.
  spawnSync("sync", { timeout: 2_000 });
  const { status, error } = spawnSync("sh", ["-c", command], { timeout: 30_000 });
  if (status === 0) return;
  log.error(`"${command}" failed: ${error?.message ?? `exit code ${status}`}`, "reboot");
}
