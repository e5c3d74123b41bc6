// Users and groups that ha.cf gives a right to and this host does not have, each with its place.

import type { Source } from "../config/check.ts";
import { split } from "../config/lexer.ts";
import type { Problem } from "../config/problem.ts";
import { Report, type Spot } from "../config/report.ts";
import { quote } from "../config/unit.ts";
import { type AccountKind, accountNumber } from "./account.ts";

interface Named {
  readonly kind: AccountKind;
  readonly name: string;
  readonly spot: Spot;
}

/** As Heartbeat, hb does not start with a right that nobody can have: it is a name misspelt. */
export async function unknownAccounts({ file, text = "" }: Source): Promise<Problem[]> {
  const report = new Report(file);
  for (const { kind, name, spot } of accountsIn(text)) {
    if ((await accountNumber(kind, name)) !== undefined) continue;
    const hint = `"getent ${kind === "user" ? "passwd" : "group"}" lists those that there are`;
    report.error(spot, `This host has no ${kind} ${quote(name)}`, hint);
  }
  return report.problems;
}

function accountsIn(text: string): Named[] {
  return text.split(/\r?\n/).flatMap((source, index) => {
    const [directive, , ...rights] = split(source.replace(/#.*/, ""), {
      line: index + 1,
      column: 1,
      source,
    });
    return directive?.text === "apiauth" ? rights.flatMap(namesIn) : [];
  });
}

function namesIn(right: Spot & { readonly text: string }): Named[] {
  const [, letter, list = ""] = /^([ug])id=(.*)$/.exec(right.text) ?? [];
  const kind = letter === "u" ? "user" : "group";
  let column = right.column + "uid=".length;
  return list.split(",").flatMap((name) => {
    const spot = { line: right.line, column, source: right.source };
    column += name.length + 1;
    return name === "" ? [] : [{ kind, name, spot }];
  });
}
