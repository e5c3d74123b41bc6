// The hb agent on a host of a lab: the binary that users get, started as users start it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { ask } from "../../src/desk/client.ts";
import { defaultDirectories, placesOf } from "../../src/desk/place.ts";
import type { Host } from "./host.ts";
import { must, type Said } from "./shell.ts";
import { SOON_MS, until } from "./until.ts";

const ROOT = join(import.meta.dir, "../..");
/** As long as `hb status` waits. */
const ANSWER_MS = 3_000;

/** Path of the binary under test. */
export const HB = process.env.HB_BINARY ?? join(ROOT, "dist/hb");

/** Builds the binary when it is not there. */
export async function built(): Promise<string> {
  if (!existsSync(HB)) await must(["bash", join(ROOT, "scripts/build")]);
  return HB;
}

/** Starts `hb agent`; its log is /var/log/hb.log of the host. Does not wait for anything. */
export function startAgent(host: Host, ...args: readonly string[]): Subprocess {
  return host.spawn([HB, "agent", ...args], "hb.log");
}

/** Runs an hb command on a host. */
export function hb(host: Host, ...args: readonly string[]): Promise<Said> {
  return host.exec([HB, ...args]);
}

/** What of the run directory of a host is seen from outside. */
export function runDirectory(host: Host): string {
  return join(host.dir, "run/heartbeat");
}

/**
 * What the agent of a host knows; undefined while it does not answer. Asked at its socket, as
 * `hb status` does: tests ask many times a second, and a process for each question would take the
 * processors from those that are judged.
 */
export async function status(host: Host): Promise<Snapshot | undefined> {
  const { socket } = placesOf({ ...defaultDirectories, run: runDirectory(host) });
  const result = await ask(socket, { ask: "status" }, { limitMs: ANSWER_MS });
  return result.kind === "done" ? result.answer.snapshot : undefined;
}

/** Waits until the agent is active and every group has a holder. */
export async function settled(host: Host, withinMs = SOON_MS): Promise<Snapshot> {
  return until(
    { what: `the agent of ${host.name} to settle`, withinMs, everyMs: 100 },
    async () => {
      const now = await status(host);
      const quiet = now?.groups.every(
        (group) => group.holder !== null && (group.state === "held" || group.state === "idle"),
      );
      return now?.state === "active" && quiet === true && now.resources !== "transition"
        ? now
        : undefined;
    },
  );
}

/** Graceful leave: SIGTERM to the desk, the end is awaited. */
export async function leave(host: Host, agent: Subprocess): Promise<number> {
  host.signal("SIGTERM", HALF.agent);
  return agent.exited;
}

/** What the command lines of the two halves of the agent look like. */
export const HALF = { agent: /\bhb\S* agent\b/, pulse: /\bpulse\b/ } as const;

/** Pids of one half of the agent. */
export function half(host: Host, which: keyof typeof HALF): number[] {
  return host.pidsOf(HALF[which]);
}
