// Real Heartbeat 3.0.6 on a host of a lab: the program that hb has to live with, as Debian ships it.

import { existsSync } from "node:fs";
import type { Host } from "./host.ts";
import { type Lab, type LabShape, withLab } from "./lab.ts";
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

/**
 * The node calls its partner dead while its own scripts still acquire what the partner has left, which
 * takes them longer than deadtime on a busy machine: it forgets what it does, and does not know its own
 * word when they end (heartbeat-resources.md 4.6, 4.10). Only its own, and only after such a death.
 */
const FORGOTTEN = "Cancelling pending standby operation";
const ownWord = (name: string) =>
  new RegExp(`Ignored standby message 'done' from ${name} in state 0`);

/** Lines of its log that the project promises never to cause. */
export function complaints(host: Host): string[] {
  const own = ownWord(host.name);
  let hasForgotten = false;
  return host
    .read("log/ha-log")
    .split("\n")
    .filter((line) => {
      if (line.includes(FORGOTTEN)) hasForgotten = true;
      if (!/ERROR|CRIT|EMERG|Irretrievably lost|filling up/.test(line)) return false;
      if (hasForgotten && own.test(line)) {
        hasForgotten = false;
        return false;
      }
      return !OWN_NOISE.test(line);
    });
}

/**
 * An order that the real one lost by itself: its scripts write a message to its FIFO in several pieces, and
 * an alarm, once a second, ends the reading between two of them. A node that starts then never takes its
 * group, and what an operator or hb asked for is not done. hb sends no message without fields.
 */
const LOST = /msg2string: Message with zero fields/;

/** withLab() for a story with real Heartbeat; once more in a new lab when one of its hosts lost an order. */
export async function withHeartbeat(
  shape: LabShape,
  story: (lab: Lab) => Promise<void>,
): Promise<void> {
  let lost = false;
  await withLab(shape, async (lab) => {
    try {
      await story(lab);
    } catch (error) {
      lost = lab.hosts.some((host) => LOST.test(host.read("log/ha-log")));
      if (!lost) throw error;
    }
  });
  if (lost) await withLab(shape, story);
}

function daemon(): string {
  if (DAEMON === undefined) throw new Error("Heartbeat is not installed: run scripts/setup");
  return DAEMON;
}
