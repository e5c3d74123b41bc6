// The file of `hb carp --config` as this host has it: read, checked, with the passwords from their
// files. What is right or wrong about it is src/config's business.

import { readFileSync } from "node:fs";
import { parseCarpFile } from "../../config/carp/file.ts";
import { givePasswords } from "../../config/carp/secret.ts";
import type { RouterLine } from "../../config/carp/setting.ts";
import { checkRouters } from "../../config/carp/together.ts";
import type { Problem } from "../../config/problem.ts";
import { inOrder, Report } from "../../config/report.ts";
import type { RouterConfig } from "../../config/router.ts";
import { passfileAt } from "../settings.ts";

export interface CarpSettings {
  /** Whole only when no problem is an error. */
  readonly routers: readonly RouterConfig[];
  /** What was understood, passwords apart. */
  readonly lines: readonly RouterLine[];
  readonly problems: readonly Problem[];
}

/** Reads and checks everything. `standard`: the password of lines that name no passfile. */
export function readCarpFile(file: string, standard?: string): CarpSettings {
  const report = new Report(file);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    report.error(undefined, `Cannot read the file: ${trouble}`);
    return { routers: [], lines: [], problems: report.problems };
  }
  const { routers: lines, problems, spots } = parseCarpFile(text, file);
  checkRouters(lines, [], spots, report);
  const secrets = { passfile: passfileAt, spots, ...(standard === undefined ? {} : { standard }) };
  const found = givePasswords(lines, secrets, report);
  if (spots.length === 0 && problems.length === 0) {
    report.error(
      undefined,
      "There is no virtual router in the file",
      "Write: carp DEVICE VHID ADDRESS",
    );
  }
  const all = [...problems, ...report.problems, ...found.problems];
  return { routers: found.routers, lines, problems: inOrder(all, [file, ...found.files]) };
}

/** True when nothing keeps the routers from running. */
export function isGood({ problems }: CarpSettings): boolean {
  return !problems.some((problem) => problem.level === "error");
}
