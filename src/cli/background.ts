// A command that goes on without us: started again as a process in a session of its own. The runtime cannot fork.

import { ownCommand } from "../desk/pulse.ts";
import { type ExitCode, exit } from "./exit.ts";
import { say } from "./output.ts";

const lookEveryMs = 20;
const startMsMax = 30_000;

/** Starts hb with these words, by another name perhaps; returns when it is ready, by the pid that `readyAs` finds, or
 *  has ended: then what it said is passed on, with its exit code. */
export async function startInBackground(
  words: readonly string[],
  readyAs: () => number | undefined,
  name = "hb",
): Promise<ExitCode> {
  const daemon = Bun.spawn(ownCommand(words), {
    argv0: name,
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const reader = daemon.stderr.getReader();
  const said = listen(reader);
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += lookEveryMs) {
    if (daemon.exitCode !== null || daemon.signalCode !== null) {
      say((await said).trimEnd());
      return daemon.exitCode === exit.done || daemon.exitCode === null
        ? exit.failed
        : (daemon.exitCode as ExitCode);
    }
    if (readyAs() === daemon.pid) {
      await reader.cancel();
      daemon.unref();
      return exit.done;
    }
    await Bun.sleep(lookEveryMs);
  }
  say(`It is not ready after ${startMsMax / 1_000} s: process ${daemon.pid} goes on trying`);
  return exit.failed;
}

interface Pieces {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

async function listen(reader: Pieces): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { value } = await reader.read();
    if (value === undefined) return Buffer.concat(pieces).toString();
    pieces.push(value);
  }
}
