// Whether the other nodes are set to the same: what they say of themselves, beside the files here.

import { sayTime } from "../../../config/unit.ts";
import { about, type Finding } from "../finding.ts";

export interface SettingFacts {
  readonly deadtimeMs: number;
  readonly nodes: readonly { readonly node: string; readonly deadtimeMs?: number }[];
}

export function judgeSettings({ deadtimeMs, nodes }: SettingFacts): Finding[] {
  const { ok, fail } = about("settings");
  const findings = nodes.flatMap((other) => {
    if (other.deadtimeMs === undefined || other.deadtimeMs === deadtimeMs) return [];
    const times = `${sayTime(other.deadtimeMs)}, ${sayTime(deadtimeMs)} in the files here`;
    const fix = `hb check --diff ${other.node}`;
    return [fail(`${other.node} runs with another deadtime: ${times}`, { fix })];
  });
  if (findings.length > 0) return findings;
  return [
    ok(nodes.length === 0 ? "No other node to compare with" : "The same on every node heard"),
  ];
}
