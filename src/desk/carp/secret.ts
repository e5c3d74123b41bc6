// Passwords on their way in: what stood where others can see it is overwritten (ffi/argument.ts), and
// what runs from here does not inherit it.

import { concealArgument, concealVariable } from "../../../ffi/argument.ts";
import { checkPassword, type Password, readPassfile } from "../../config/carp/password.ts";
import { Report } from "../../config/report.ts";
import { bytesToText } from "../../wire/bytes.ts";
import { passfileAt } from "../settings.ts";
import { readLine } from "./firstline.ts";

/** The variable from which `hb carp` takes its password. */
export const passwordVariable = "HB_CARP_PASSWORD";

/** Takes a password that came as an argument out of the process list, as far as the system allows. */
export function concealPassword(text: string): boolean {
  return concealArgument(text);
}

/** Where `hb carp` was told to find its password. */
export interface PasswordPlace {
  /** The password itself. */
  readonly argument?: string;
  /** A file, or "-" for the first line of stdin. */
  readonly passfile?: string;
}

/** The password from its place, or else from the environment; undefined when nobody gives one. */
export function findPassword({ argument, passfile }: PasswordPlace): Password | undefined {
  // Even if it is not the one that counts: nothing below shall inherit it.
  const variable = takeVariable();
  if (argument !== undefined) {
    const concealed = concealPassword(argument);
    return judged("--pass", argument, (report) => {
      const seen = concealed ? "was seen until now" : "is seen";
      const hint = `Use --passfile, "--passfile -" (stdin) or ${passwordVariable}`;
      report.warning(undefined, `The password ${seen} by everybody in the process list`, hint);
    });
  }
  if (passfile === "-") return judged("stdin", bytesToText(readLine(0)).replace(/\n$/, ""));
  if (passfile !== undefined) return readPassfile(passfileAt(passfile));
  return variable === undefined ? undefined : judged(passwordVariable, variable);
}

/** A password that was text so far; `say` adds what there is to say of the way it came. */
function judged(from: string, text: string, say?: (report: Report) => void): Password {
  const report = new Report(from);
  const bytes = from === "stdin" ? text : bytesToText(Buffer.from(text, "utf8"));
  checkPassword(bytes, report);
  say?.(report);
  const { problems } = report;
  const bad = problems.some((problem) => problem.level === "error");
  return bad ? { problems } : { password: bytes, problems };
}

/** The value of the variable, which the environment holds no longer. */
function takeVariable(): string | undefined {
  const text = process.env[passwordVariable];
  if (text === undefined) return undefined;
  delete process.env[passwordVariable];
  concealVariable(passwordVariable, text);
  return text;
}
