// The password of a virtual router, from its passfile: the first line, as ucarp reads it, but for root
// alone (carp.md 2 and 11). Problems never show it.

import { PASSWORD_MAX } from "../../wire/carp/digest.ts";
import { checkSecrecy, type FileFacts } from "../authkeys.ts";
import type { Problem } from "../problem.ts";
import { Report } from "../report.ts";

/** A passfile as its reader found it: bytes, one character each. */
export interface Passfile {
  readonly file: string;
  readonly text?: string;
  /** Why there is no text. */
  readonly trouble?: string;
  readonly facts?: FileFacts;
}

export interface Password {
  readonly password?: string;
  readonly problems: readonly Problem[];
}

/** A shorter one is found by trying: whoever hears one advert can try as often as he likes. */
const lengthMin = 8;

/** Reads a whole passfile. */
export function readPassfile({ file, text, trouble, facts }: Passfile): Password {
  const report = new Report(file);
  if (text === undefined) {
    const hint = "It is the first line of this file, which is root's alone: mode 600";
    report.error(undefined, `Cannot read the password: ${trouble ?? "no such file"}`, hint);
    return { problems: report.problems };
  }
  if (facts !== undefined) checkSecrecy(facts, "password", file, report);
  const password = text.replace(/\n.*$/s, "");
  checkPassword(password, report);
  const bad = report.problems.some((problem) => problem.level === "error");
  return bad ? { problems: report.problems } : { password, problems: report.problems };
}

/** Says what is wrong with a password, wherever it came from. */
export function checkPassword(password: string, report: Report): void {
  const { length } = password;
  if (length === 0) report.error(undefined, "The password is empty", "It is the first line");
  else if (password.includes("\0")) {
    report.error(undefined, "The password contains a NUL, at which ucarp and BSD would cut it");
  } else if (length > PASSWORD_MAX) {
    const message = `The password is too long: ${length} bytes, at most ${PASSWORD_MAX} are possible`;
    report.error(undefined, message, "BSD would cut it off silently, ucarp would not start");
  } else if (length < lengthMin) {
    const message = `The password is short: ${length} bytes are found by trying`;
    report.warning(undefined, message, `Use ${lengthMin} to ${PASSWORD_MAX}`);
  }
  if (password.endsWith("\r")) {
    const message = "The password ends with a carriage return, which is part of it";
    report.warning(undefined, message, "Save the file with line feeds at the ends of lines");
  }
}
