// `hb pulse`: the process that must not be late. Started by the desk with its end of the line.
//
// It waits for "begin", takes what realtime it can get, and runs the loop until the end.

import { constants } from "node:os";
import { bootMs } from "../../ffi/clock.ts";
import { reasonOf } from "../../ffi/error.ts";
import { POLLIN, PollSet } from "../../ffi/poll.ts";
import { ignoreSignals } from "../../ffi/signal.ts";
import { receive } from "../../ffi/socket.ts";
import { RouterCore } from "../core/carp/routercore.ts";
import type { FromDesk } from "../core/channel.ts";
import { Core } from "../core/core.ts";
import { FrameReader, frameBytesMax } from "../core/frame.ts";
import { at } from "../core/instant.ts";
import { Host } from "./host.ts";
import { runLoop } from "./loop.ts";
import { type MakeCore, playThrough } from "./playthrough.ts";
import { prepare } from "./realtime.ts";

/** A desk that has not said "begin" by then never will. */
const BEGIN_WITHIN_MS = 30_000;
const exitNoBegin = 1;

/** The whole life of the pulse; `fd` is the line to the desk. The exit code. */
export function runPulse(fd: number): number {
  // A terminal's Ctrl-C and a service manager's SIGTERM reach the whole group of processes. They
  // are for the desk, which leaves the cluster in good order and then tells us to go.
  const { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 } = constants.signals;
  ignoreSignals(SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2);
  const begin = awaitBegin(fd);
  if (begin === undefined) return exitNoBegin;
  const { config, boot, only } = begin;
  const missing = prepare(config);
  const host = new Host(fd, begin, missing);
  const make: MakeCore = (...facts) =>
    only === "routers" ? new RouterCore(...facts) : new Core(...facts);
  try {
    playThrough(config, boot, make);
  } catch (error) {
    missing.push(`No rehearsal of a takeover: ${reasonOf(error)}`);
  }
  return runLoop(make(config, boot, host.now()), host);
}

function awaitBegin(fd: number): Extract<FromDesk, { say: "begin" }> | undefined {
  const set = new PollSet();
  set.watch(fd, POLLIN);
  const reader = new FrameReader<FromDesk>();
  const buffer = new Uint8Array(new ArrayBuffer(frameBytesMax + 1));
  const until = at(bootMs() + BEGIN_WITHIN_MS);
  while (bootMs() < until) {
    set.wait(1_000);
    for (let got = receive(fd, buffer); got !== undefined; got = receive(fd, buffer)) {
      if (got === 0) return undefined;
      const value = reader.push(buffer.subarray(0, got));
      if (value?.say === "begin") return value;
    }
  }
  return undefined;
}
