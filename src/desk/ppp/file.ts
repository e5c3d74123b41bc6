// What old scripts read of a PPP link: the file of Heartbeat 0.4 with four lines, named after the tty
// with "." for each "/" (heartbeat-config 10). There while the link is up.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PppLine } from "../../core/channel.ts";
import { replaceFile } from "../disk.ts";

/** The file of a tty: "/dev/ttyS1" is ".dev.ttyS1". */
export function pppFile(directory: string, tty: string): string {
  return join(directory, tty.replaceAll("/", "."));
}

/** Writes the four lines. */
export function writePppFile(path: string, line: PppLine, pid: number): void {
  mkdirSync(join(path, ".."), { recursive: true });
  const { device, local, remote } = line;
  const text = `IPREMOTE=${remote}\nIFNAME=${device}\nPPPD_PID=${pid}\nIPLOCAL=${local}\n`;
  replaceFile(path, text, { sync: false });
}

export function removePppFile(path: string): void {
  rmSync(path, { force: true });
}
