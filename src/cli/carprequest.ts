// What a call of `hb carp` asks for: one router by its options, or many by a file, with a password for
// each, and everything that is wrong with it.

import { readRouter } from "../config/carp/line.ts";
import type { Password } from "../config/carp/password.ts";
import { printRouter } from "../config/carp/print.ts";
import type { Problem } from "../config/problem.ts";
import { Report } from "../config/report.ts";
import type { RouterConfig } from "../config/router.ts";
import { missingDevices, ownAddresses } from "../desk/carp/device.ts";
import { readCarpFile } from "../desk/carp/file.ts";
import { findPassword, type PasswordPlace, passwordVariable } from "../desk/carp/secret.ts";
import { wordsOf } from "./carpoption.ts";

export interface CarpCall extends PasswordPlace {
  /** The values of the options about a router; an option that was not given has none. */
  readonly router: ReadonlyMap<string, readonly string[]>;
  readonly config?: string;
}

export interface Asked {
  readonly routers: readonly RouterConfig[];
  /** The same as `carp` lines. */
  readonly lines: readonly string[];
  readonly problems: readonly Problem[];
  /** The password of the command line, for lines of a file that name none. */
  readonly standard?: string;
}

/** What the command line itself has wrong: a usage error. */
interface Wrong {
  readonly wrong: readonly string[];
}

/** Reads the call with the files that it names. */
export function readAsked(call: CarpCall): Asked | Wrong {
  const password = findPassword(call);
  if (call.argument !== undefined && call.passfile !== undefined) {
    return { wrong: ['"--pass" and "--passfile" do not go together'] };
  }
  const spare = [...call.router].find(([, values]) => values.length > 0)?.[0];
  if (call.config === undefined) return oneRouter(call, password);
  if (spare === undefined) return manyRouters(call.config, password);
  return { wrong: [`"--${spare}" and "--config" do not go together: write it into the file`] };
}

function oneRouter({ router, passfile }: CarpCall, password: Password | undefined): Asked | Wrong {
  const missing = ["interface", "vhid", "addr"].filter((name) => !router.get(name)?.length);
  if (missing.length > 0) {
    return { wrong: missing.map((name) => `Missing option "--${name}"`) };
  }
  if (password === undefined) {
    return { wrong: [`No password: give "--passfile", or set ${passwordVariable}`] };
  }
  const report = new Report("hb carp");
  const line = readRouter(wordsOf(router), report);
  const errors = report.problems.filter((problem) => problem.level === "error");
  if (line === undefined || errors.length > 0) return { wrong: errors.map(sentence) };
  const secret = password.password;
  const routers = secret === undefined ? [] : [{ ...line, password: secret }];
  const found = [...report.problems, ...password.problems, ...hostProblems(routers, "hb carp")];
  const file = passfile === undefined || passfile === "-" ? {} : { passfile };
  const lines = [printRouter({ ...line, ...file })];
  return { routers, lines, problems: found };
}

function manyRouters(file: string, password: Password | undefined): Asked {
  const standard = password?.password;
  const { routers, lines, problems } = readCarpFile(file, standard);
  return {
    routers,
    lines: lines.map(printRouter),
    problems: [...(password?.problems ?? []), ...problems, ...hostProblems(routers, file)],
    ...(standard === undefined ? {} : { standard }),
  };
}

/** What this host makes of them. */
function hostProblems(routers: readonly RouterConfig[], from: string): readonly Problem[] {
  return [...missingDevices(routers, from), ...ownAddresses(routers, from)];
}

function sentence({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message}\n  ${hint}`;
}
