// `hb carp --daemonize`: the process started again in a session of its own, with what it is to do on its
// standard input, so that no password ever stands in its arguments or its environment.
//
// The runtime cannot fork. What ucarp does by forking twice (carp.md 13) is done by starting anew: no
// terminal, working directory /, nothing inherited but /dev/null.

import { closeSync, openSync, readFileSync } from "node:fs";
import { ownCommand } from "../pulse.ts";
import type { CarpStart } from "./start.ts";

/** The hidden command that carryOn() is behind. */
export const carryOnWord = "carry-on";

/** Starts the daemon; resolves when it has everything it needs. */
export async function startDaemon(start: CarpStart): Promise<void> {
  const command = ownCommand([carryOnWord]);
  const daemon = Bun.spawn(command, {
    // Who ends ucarps by their name finds this one.
    argv0: start.like === "ucarp" ? "ucarp" : "hb",
    cwd: "/",
    // As it is now, without the password that may have been in it.
    env: process.env,
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  daemon.stdin.write(JSON.stringify({ ...start, daemonize: false }));
  await daemon.stdin.end();
  daemon.unref();
}

/** What startDaemon() sent; undefined when standard input holds anything else. */
export function sentStart(): CarpStart | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(0, "utf8"));
    // The lowest free descriptor is taken: scripts get an empty standard input, as ucarp's do.
    closeSync(0);
    openSync("/dev/null", "r");
    const isStart = typeof value === "object" && value !== null && "routers" in value;
    return isStart ? (value as CarpStart) : undefined;
  } catch {
    return undefined;
  }
}
