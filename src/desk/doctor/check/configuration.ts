// Whether the files are good. What is wrong with them is said by `hb check`, with its place.

import type { Problem } from "../../../config/problem.ts";
import { about, asRoot, type Finding } from "../finding.ts";

export interface ConfigurationFacts {
  readonly problems: readonly Problem[];
  readonly self: string;
  readonly dir: string;
}

export function judgeConfiguration({ problems, self, dir }: ConfigurationFacts): Finding[] {
  const { ok, warn, fail } = about("configuration");
  const forbidden = problems.filter(isForbidden);
  const errors = problems.filter((each) => each.level === "error" && !isForbidden(each));
  if (errors.length === 0 && forbidden.length > 0) {
    // Root's agent reads what this user may not: nothing is known of it, good or bad.
    const files = forbidden.map(({ file }) => file).join(" and ");
    return [warn(`This user may not read ${files}: not looked at`, { fix: asRoot })];
  }
  const fix = dir === "/etc/ha.d" ? "hb check" : `hb check --dir ${dir}`;
  const [first] = errors.length > 0 ? errors : problems;
  if (first === undefined) return [ok(`The files have no problems, this node is "${self}"`)];
  const more = (errors.length > 0 ? errors : problems).length - 1;
  const place = first.line === 0 ? first.file : `${first.file}:${first.line}`;
  const text = `${place}: ${first.message}${more === 0 ? "" : `, and ${more} more`}`;
  return [errors.length > 0 ? fail(text, { hint: fix }) : warn(text, { hint: fix })];
}

function isForbidden({ line, message }: Problem): boolean {
  return line === 0 && message.includes("EACCES");
}
