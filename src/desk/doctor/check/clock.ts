// Whether the clocks of the nodes agree. hb itself minds no clock but the kernel's time since boot; whoever
// lays the logs of two nodes beside each other does, and so do certificates and files.

import { about, type Finding } from "../finding.ts";

export interface ClockFacts {
  /** Each node's clock less ours is between this and a second more. */
  readonly nodes: readonly { readonly node: string; readonly aheadS: number }[];
  /** A time server keeps this host's clock; absent: not known. */
  readonly isSynchronised?: boolean;
  /** What sets the clock at once; absent: no program for that is here. */
  readonly fix?: string;
}

/** A heartbeat tells whole seconds, and may be late by some part of one. */
const toleranceS = 1;

export function judgeClock({ nodes, isSynchronised, fix }: ClockFacts): Finding[] {
  const { ok, warn } = about("clock");
  const remedy = fix === undefined ? { hint: "Install chrony on every node" } : { fix };
  const findings = nodes.flatMap(({ node, aheadS }) => {
    const isSame = aheadS <= toleranceS && aheadS + 1 >= -toleranceS;
    if (isSame) return [];
    const off = Math.round(Math.abs(aheadS + 0.5));
    const which = aheadS > 0 ? `${off} s ahead of` : `${off} s behind`;
    const text = `The clock of ${node} is ${which} this one: their logs cannot be compared`;
    // Which of the two is wrong is known where a time server keeps one of them.
    return [
      isSynchronised === true ? warn(text, { hint: `On ${node}: hb doctor` }) : warn(text, remedy),
    ];
  });
  if (isSynchronised === false) findings.push(warn("No time server keeps this clock", remedy));
  if (findings.length > 0) return findings;
  if (nodes.length === 0) return [ok("No other node to compare it with")];
  return [ok(`Within a second of ${nodes.map(({ node }) => node).join(", ")}`)];
}
