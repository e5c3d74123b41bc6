// Real Heartbeat 3.0.6 on a host of a lab: the program that hb has to live with, as Debian ships it.

import { existsSync } from "node:fs";
import type { Host } from "./host.ts";
import type { Said } from "./shell.ts";

const DAEMON = ["/usr/libexec/heartbeat/heartbeat", "/usr/lib/heartbeat/heartbeat"].find(
  existsSync,
);
const SCRIPTS = "/usr/share/heartbeat";

/** Whether the Debian package is installed; the tests that need it fail with CI=true otherwise. */
export function hasHeartbeat(): boolean {
  return DAEMON !== undefined;
}

/** Starts the daemon; returns when it has gone to the background. */
export async function startHeartbeat(host: Host): Promise<void> {
  const said = await host.exec(["/bin/bash", "-c", `exec ${daemon()} </dev/null`]);
  if (said.code !== 0) {
    throw new Error(`Cannot start heartbeat on ${host.name}: exit ${said.code}, ${said.stderr}`);
  }
}

/** Asks the daemon to leave gracefully and waits for its end. */
export function stopHeartbeat(host: Host): Promise<Said> {
  return host.exec([daemon(), "-k"]);
}

/** Runs hb_standby or hb_takeover of the package. */
export function heartbeatCommand(
  host: Host,
  script: "hb_standby" | "hb_takeover",
  set: string,
): Promise<Said> {
  return host.exec([`${SCRIPTS}/${script}`, set]);
}

// Said at every start where memory locking is limited, with any peer.
const OWN_NOISE = /Cannot lock ourselves into memory/;

/** Lines of its log that the project promises never to cause. */
export function complaints(host: Host): string[] {
  return host
    .read("log/ha-log")
    .split("\n")
    .filter(
      (line) =>
        /ERROR|CRIT|EMERG|Irretrievably lost|filling up/.test(line) && !OWN_NOISE.test(line),
    );
}

function daemon(): string {
  if (DAEMON === undefined) throw new Error("Heartbeat is not installed: run scripts/setup");
  return DAEMON;
}
