// Whether the programs that `carp` lines name, scripts and checks, are there and can be run.

import { about, type Finding, many } from "../finding.ts";

export interface ProgramFacts {
  readonly path: string;
  /** "up script of eth0/42". */
  readonly what: string;
  readonly is: "executable" | "asleep" | "missing" | "no file";
}

export function judgePrograms(all: readonly ProgramFacts[]): Finding[] {
  const findings = all.flatMap((facts) => judge(facts) ?? []);
  if (findings.length > 0 || all.length === 0) return findings;
  return [about("scripts").ok(`${many(all.length, "script")} of virtual routers can be run`)];
}

function judge({ path, what, is }: ProgramFacts): Finding | undefined {
  const { fail } = about("scripts");
  const hint = "Write it, or correct its name";
  switch (is) {
    case "executable":
      return undefined;
    case "asleep":
      return fail(`${path} is not executable, the ${what}`, { fix: `chmod +x ${path}` });
    case "missing":
      return fail(`There is no ${path}, the ${what}`, { hint });
    case "no file":
      return fail(`${path} is no file, the ${what}`, { hint });
  }
}
