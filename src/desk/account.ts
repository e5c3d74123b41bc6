// Users and groups of this host by name. What stands in the files is answered at once; what does not is asked
// of the name services (LDAP, sssd), by getent(1): in a process of its own, which may be slow.

import { execFile } from "node:child_process";
import { readTextIfThere } from "./disk.ts";

export type AccountKind = "user" | "group";

const database = { user: "passwd", group: "group" } as const;

/** Longer than name services take that answer at all. */
const limitMs = 10_000;

/** The number of a user or group; undefined when there is none of that name. */
export async function accountNumber(kind: AccountKind, name: string): Promise<number | undefined> {
  if (/^[0-9]{1,10}$/.test(name)) return Number(name);
  return accountInFiles(kind, name) ?? ask(kind, name);
}

/** The same, of those in the files alone: where nobody can wait. */
export function accountInFiles(kind: AccountKind, name: string): number | undefined {
  return numberIn(readTextIfThere(`/etc/${database[kind]}`) ?? "", name);
}

/** NAME:PASSWORD:NUMBER:… is how passwd(5) and group(5) begin. */
function numberIn(lines: string, name: string): number | undefined {
  for (const line of lines.split("\n")) {
    const [first, , number = ""] = line.split(":");
    if (first === name && /^[0-9]+$/.test(number)) return Number(number);
  }
  return undefined;
}

function ask(kind: AccountKind, name: string): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const words = ["--", database[kind], name];
  execFile("getent", words, { timeout: limitMs, killSignal: "SIGKILL" }, (_, stdout) =>
    resolve(numberIn(stdout, name)),
  );
  return promise;
}
