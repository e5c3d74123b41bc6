// Who may read or change the files in which secrets stand, and the directories that hold them.

import { about, type Finding } from "../finding.ts";

export interface SecretFacts {
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Absent: it is not there. */
  readonly mode?: number;
  readonly uid?: number;
  /** The agent's user, who may own it as well. */
  readonly agent: number;
}

/** Nobody else may write a directory, for whoever may puts another file in its place. */
export function judgeSecret({ path, kind, mode, uid, agent }: SecretFacts): Finding[] {
  const { ok, fail } = about("keys");
  if (mode === undefined || uid === undefined) return [];
  const octal = (mode & 0o7777).toString(8).padStart(3, "0");
  const findings: Finding[] = [];
  const forbidden = kind === "file" ? 0o077 : 0o022;
  const may = kind === "directory" || (mode & 0o022) !== 0 ? "change" : "read";
  if ((mode & forbidden) !== 0) {
    const fix = kind === "file" ? `chmod 600 ${path}` : `chmod go-w ${path}`;
    findings.push(fail(`Others may ${may} ${path}: its mode is ${octal}`, { fix }));
  }
  if (uid !== 0 && uid !== agent) {
    findings.push(
      fail(`${path} belongs to user ${uid}, not to root`, { fix: `chown root ${path}` }),
    );
  }
  if (findings.length > 0) return findings;
  const owner = uid === 0 ? "root" : `user ${uid}`;
  return kind === "directory" ? [] : [ok(`${path} is for ${owner} alone, mode ${octal}`)];
}
