// "ip-up" and "ip-down": the two programs by which pppd tells the agent of a link. Both are hb itself
// under another name (src/cli/ip-up.ts).
//
// They stand in a directory of their own beside the run directory, which may belong to an ordinary user
// (Heartbeat's package gives it away): pppd executes them as root.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ownCommand } from "../pulse.ts";

const names = ["ip-up", "ip-down"] as const;

/** Puts both in place. Throws when somebody else could change them. `command` is how hb is called. */
export function placeHooks(directory: string, command = ownCommand([])): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const { uid, mode } = lstatSync(directory);
  const isOurs = uid === process.geteuid?.() && (mode & 0o022) === 0;
  if (!lstatSync(directory).isDirectory() || !isOurs) {
    throw new Error(`Others could write to ${directory}: remove it`);
  }
  const [program = "", ...words] = command;
  for (const name of names) {
    const path = join(directory, name);
    // Renamed into place: a pppd may call the one that is there at this moment.
    const beside = `${path}.new`;
    rmSync(beside, { force: true });
    // A link, because a run directory may be mounted "noexec".
    if (words.length === 0) symlinkSync(programFile(), beside);
    else writeFileSync(beside, script([program, ...words, name]), { mode: 0o755 });
    renameSync(beside, path);
  }
}

/** The file that runs, or the one that has taken its place. A pppd outlives the agent, and the number of a
 *  dead one may become anybody's: /proc/PID/exe serves only where the file was removed. */
function programFile(): string {
  return existsSync(process.execPath) ? process.execPath : `/proc/${process.pid}/exe`;
}

/** From the sources hb is an interpreter with a file, which no link can name. */
function script(command: readonly string[]): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`;
}
