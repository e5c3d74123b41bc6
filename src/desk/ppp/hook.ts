// "ip-up" and "ip-down": the two programs by which pppd tells the agent of a link. Both are hb itself
// under another name (src/cli/ip-up.ts).
//
// They stand in a directory of their own beside the run directory, which may belong to an ordinary user
// (Heartbeat's package gives it away): pppd executes them as root.

import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownCommand } from "../pulse.ts";

const names = ["ip-up", "ip-down"] as const;

/** Puts both in place. Throws when somebody else could change them. */
export function placeHooks(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const { uid, mode } = lstatSync(directory);
  const isOurs = uid === process.geteuid?.() && (mode & 0o022) === 0;
  if (!lstatSync(directory).isDirectory() || !isOurs) {
    throw new Error(`Others could write to ${directory}: remove it`);
  }
  const [program = "", ...words] = ownCommand([]);
  for (const name of names) {
    const path = join(directory, name);
    // Renamed into place: a pppd may call the one that is there at this moment.
    const beside = `${path}.new`;
    rmSync(beside, { force: true });
    // A link, because a run directory may be mounted "noexec". Through the process and not the file:
    // that may be replaced or removed while the agent runs.
    if (words.length === 0) symlinkSync(`/proc/${process.pid}/exe`, beside);
    else writeFileSync(beside, script([program, ...words, name]), { mode: 0o755 });
    renameSync(beside, path);
  }
}

/** From the sources hb is an interpreter with a file, which no link can name. */
function script(command: readonly string[]): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`;
}
