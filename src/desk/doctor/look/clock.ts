// Who keeps the clock of this host, and what would set it at once.

import { existsSync } from "node:fs";
import type { ClockFacts } from "../check/clock.ts";
import { isInstalled, tell } from "../tool.ts";

export async function lookClock(): Promise<Pick<ClockFacts, "isSynchronised" | "fix">> {
  const fix = setting();
  return { ...(await keeping()), ...(fix !== undefined && { fix }) };
}

async function keeping(): Promise<Pick<ClockFacts, "isSynchronised">> {
  // Elsewhere nobody can be asked who answers for every kind of time server.
  if (!existsSync("/run/systemd/system")) return {};
  const told = await tell("timedatectl", "show", "-p", "NTPSynchronized", "--value");
  return told?.ok === true ? { isSynchronised: told.stdout.trim() === "yes" } : {};
}

function setting(): string | undefined {
  if (isInstalled("chronyc")) return "chronyc makestep";
  return existsSync("/run/systemd/system") ? "timedatectl set-ntp true" : undefined;
}
