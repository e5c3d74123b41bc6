// Users and groups that ha.cf names and this host does not have, each with its place: who has a right, whose a
// program is.

import type { Source } from "../config/check.ts";
import { expandChildren, isDispensable } from "../config/child.ts";
import { split } from "../config/lexer.ts";
import type { Problem } from "../config/problem.ts";
import { Report, type Spot } from "../config/report.ts";
import { quote } from "../config/unit.ts";
import { type AccountKind, accountNumber } from "./account.ts";

interface Named {
  readonly kind: AccountKind;
  readonly name: string;
  readonly spot: Spot;
  /** A number is none. */
  readonly byName?: true;
  /** What happens without it; absent: this node does not start, for a program of it cannot be run. */
  readonly otherwise?: string;
}

/** As Heartbeat, hb does not start with a program that nobody can run. A right that nobody can have harms nobody:
 *  an old ha.cf may name users of packages that are gone. */
export async function unknownAccounts({ file, text = "" }: Source): Promise<Problem[]> {
  const report = new Report(file);
  for (const { kind, name, spot, byName, otherwise } of accountsIn(text)) {
    const isNumber = byName === true && /^[0-9]+$/.test(name);
    if (!isNumber && (await accountNumber(kind, name)) !== undefined) continue;
    const hint = `"getent ${kind === "user" ? "passwd" : "group"}" lists those that there are`;
    const message = `This host has no ${kind} ${quote(name)}`;
    if (otherwise === undefined) report.error(spot, message, hint);
    else report.warning(spot, `${message}: ${otherwise}`, hint);
  }
  return report.problems;
}

function accountsIn(text: string): Named[] {
  return text.split(/\r?\n/).flatMap((source, index) => {
    const [directive, first, ...rest] = split(source.replace(/#.*/, ""), {
      line: index + 1,
      column: 1,
      source,
    });
    if (first === undefined) return [];
    switch (directive?.text) {
      case "apiauth":
        return rest.flatMap(namesIn);
      case "respawn":
      case "failfast":
        return [{ kind: "user", name: first.text, spot: first, byName: true, ...fate(rest[0]) }];
      case "pacemaker":
      case "crm":
        return pacemakerUsers(first.text).map((name) => ({ kind: "user", name, spot: first }));
      default:
        return [];
    }
  });
}

/** Of the programs that a value of `pacemaker` starts. */
function pacemakerUsers(pacemaker: string): string[] {
  const wanted = { children: [{ kind: "pacemaker" }], pacemaker, crmdSpawnsPengine: true } as const;
  const { children } = expandChildren(wanted, () => "program");
  return [...new Set(children.map(({ user }) => user))];
}

function namesIn(right: Spot & { readonly text: string }): Named[] {
  const [, letter, list = ""] = /^([ug])id=(.*)$/.exec(right.text) ?? [];
  const kind = letter === "u" ? "user" : "group";
  let column = right.column + "uid=".length;
  return list.split(",").flatMap((name) => {
    const spot = { line: right.line, column, source: right.source };
    column += name.length + 1;
    return name === "" ? [] : [{ kind, name, spot, otherwise: "it gives nobody a right" }];
  });
}

function fate(path: { readonly text: string } | undefined): Pick<Named, "otherwise"> {
  return isDispensable(path?.text ?? "") ? { otherwise: "hb does its work itself" } : {};
}
