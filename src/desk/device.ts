// Whether the devices that ha.cf names are on this host. Only `hb check` asks: a device may come and
// go while hb runs, and the pulse tries again.

import { statSync } from "node:fs";
import type { Source } from "../config/check.ts";
import { parseHaCf } from "../config/hacf.ts";
import type { Problem } from "../config/problem.ts";
import { Report } from "../config/report.ts";

/** Directives whose values are devices, with what to do when there is none. */
const remedies: Readonly<Record<string, string>> = {
  watchdog: '"modprobe softdog" makes a watchdog in software',
};

/** A warning for each device that is not there, or is none. */
export function checkDevices({ file, text }: Source): Problem[] {
  const report = new Report(file);
  const { spots } = parseHaCf(text ?? "", file);
  for (const [directive, remedy] of Object.entries(remedies)) {
    for (const word of spots.get(directive) ?? []) {
      if (!word.text.startsWith("/")) continue;
      const found = statSync(word.text, { throwIfNoEntry: false });
      const device = `"${word.text}"`;
      if (found === undefined) report.warning(word, `This host has no ${device} now`, remedy);
      else if (!found.isCharacterDevice()) {
        report.warning(word, `${device} is not a character device`, remedy);
      }
    }
  }
  return [...report.problems];
}
