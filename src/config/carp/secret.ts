// Gives each virtual router its password, and says which have none or a bad one.

import type { Problem } from "../problem.ts";
import type { Report, Word } from "../report.ts";
import type { RouterConfig } from "../router.ts";
import { type Passfile, type Password, readPassfile } from "./password.ts";
import type { RouterLine } from "./setting.ts";

export interface Secrets {
  /** Whoever reads the files. */
  passfile(path: string): Passfile;
  /** For routers that name no passfile. */
  readonly standard?: string;
  /** The words behind `carp` of every line. */
  readonly spots: readonly Word[];
}

export interface WithPasswords {
  /** Without those that have none. */
  readonly routers: readonly RouterConfig[];
  /** What is wrong with the passfiles themselves. */
  readonly problems: readonly Problem[];
  /** The passfiles in the order of their first use. */
  readonly files: readonly string[];
}

/** Reads each passfile once, however many routers share it. */
export function givePasswords(
  lines: readonly RouterLine[],
  { passfile, standard, spots }: Secrets,
  report: Report,
): WithPasswords {
  const read = new Map<string, Password>();
  const routers: RouterConfig[] = [];
  for (const { passfile: path, ...line } of lines) {
    if (path === undefined && standard === undefined) {
      const word = spots.find((each) => isLineOf(each, line));
      const hint = "Write: passfile=PATH, a file for root alone, the password its first line";
      report.error(word, `The virtual router ${line.name} has no password`, hint);
      continue;
    }
    if (path !== undefined && !read.has(path)) read.set(path, readPassfile(passfile(path)));
    const password = path === undefined ? standard : read.get(path)?.password;
    if (password !== undefined) routers.push({ ...line, password });
  }
  return {
    routers,
    problems: [...read.values()].flatMap((each) => each.problems),
    files: [...read.keys()],
  };
}

/** True for the line that this router came from. */
export function isLineOf(
  spot: Word,
  { device, vhid }: Pick<RouterLine, "device" | "vhid">,
): boolean {
  const [first, second] = spot.source.slice(spot.column - 1).split(/\s+/);
  return first === device && Number(second) === vhid;
}
