// Whether the agents and units that haresources names are there, executable, and started by nobody else.

import { about, type Finding, many } from "../finding.ts";

export interface ScriptFacts {
  /** As haresources names it, without its arguments. */
  readonly name: string;
  readonly style: "heartbeat" | "ocf" | "systemd";
  /** What runs; absent when nothing does. */
  readonly file?: string;
  /** A file of that name that is not executable. */
  readonly asleep?: string;
  /** What was looked for in vain, or cannot be read. */
  readonly missing?: string;
  /** The host starts it at boot as well, and this command makes an end of that. */
  readonly disable?: string;
}

export function judgeScripts(scripts: readonly ScriptFacts[]): Finding[] {
  const { ok } = about("scripts");
  const findings = scripts.flatMap(judge);
  if (findings.length > 0) return findings;
  if (scripts.length === 0) return [ok("haresources names none")];
  return [ok(`${many(scripts.length, "agent")} can be run, and hb alone starts what they start`)];
}

function judge({ name, style, asleep, missing, disable }: ScriptFacts): Finding[] {
  const { warn, fail } = about("scripts");
  if (asleep !== undefined) {
    return [fail(`${asleep} is not executable`, { fix: `chmod +x ${asleep}` })];
  }
  if (missing !== undefined) {
    const hint =
      style === "ocf"
        ? "Install it (Debian: resource-agents), or correct its name in haresources"
        : "Install it, or correct its name in haresources";
    return [fail(missing, { hint })];
  }
  if (disable !== undefined) {
    const text = `This host starts ${name} at boot, wherever its group is then`;
    return [warn(text, { fix: disable })];
  }
  return [];
}
