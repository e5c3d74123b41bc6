// Whether this agent and the other nodes run with what the files here say: by what they tell of themselves.

import { differ } from "../../../config/digest.ts";
import { sayTime } from "../../../config/unit.ts";
import { about, type Finding } from "../finding.ts";

export interface SettingFacts {
  /** Of the files here; absent while they are not good. */
  readonly digest?: string;
  readonly deadtimeMs: number;
  /** Of what the agent here has read. */
  readonly running?: string;
  readonly nodes: readonly {
    readonly node: string;
    readonly deadtimeMs?: number;
    readonly digest?: string;
  }[];
  readonly hasUnit: boolean;
  readonly pid?: number;
}

export function judgeSettings(facts: SettingFacts): Finding[] {
  const { ok, fail } = about("settings");
  const { digest, deadtimeMs, running, nodes, hasUnit, pid } = facts;
  if (digest !== undefined && running !== undefined && differ(digest, running)) {
    const fix = hasUnit || pid === undefined ? "systemctl reload hb" : `kill -HUP ${pid}`;
    // What the others run with is compared with what this agent will run with then.
    return [fail("The files were changed after the agent read them", { fix })];
  }
  const findings = nodes.flatMap((other) => {
    const { node } = other;
    const fix = `hb check --diff ${node}`;
    if (other.deadtimeMs !== undefined && other.deadtimeMs !== deadtimeMs) {
      const times = `${sayTime(other.deadtimeMs)}, ${sayTime(deadtimeMs)} in the files here`;
      return [fail(`${node} runs with another deadtime: ${times}`, { fix })];
    }
    if (digest === undefined || other.digest === undefined) return [];
    if (!differ(digest, other.digest)) return [];
    const what = "nodes, times, auto_failback or groups";
    return [fail(`${node} runs with other ${what} than the files here say`, { fix })];
  });
  if (findings.length > 0) return findings;
  return [
    ok(nodes.length === 0 ? "No other node to compare with" : "The same on every node heard"),
  ];
}
