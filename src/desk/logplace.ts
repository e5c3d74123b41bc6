// Whether a log can be written where ha.cf wants it. Only `hb check` asks: the agent says so in its log, and goes on.

import { statSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "../config/check.ts";
import { parseHaCf } from "../config/hacf.ts";
import type { Problem } from "../config/problem.ts";
import { Report } from "../config/report.ts";

/** Directives that name a file, with its usual name. */
const usual: Readonly<Record<string, string>> = { logfile: "ha-log", debugfile: "ha-debug" };

/** A warning for each file that is a directory. */
export function checkLogPlaces({ file, text = "" }: Source): Problem[] {
  const report = new Report(file);
  const { spots } = parseHaCf(text, file);
  for (const [directive, name] of Object.entries(usual)) {
    const word = spots.get(directive)?.at(-1);
    if (word === undefined || !isDirectory(word.text)) continue;
    const message = `"${word.text}" is a directory: nothing is written there`;
    report.warning(word, message, `Name a file: ${directive} ${join(word.text, name)}`);
  }
  return [...report.problems];
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
