// Whether packets arrive that nobody can vouch for: other keys, other clusters, replays, strangers.

import { about, type Finding, many } from "../finding.ts";

/** Counters that only grow while the agent runs, at two moments. */
export interface RejectedFacts {
  readonly what: string;
  readonly before: Readonly<Record<string, number>>;
  readonly now: Readonly<Record<string, number>>;
}

const everyday: readonly string[] = ["duplicate", "old", "socket"];

/** Copies of what was heard before: several links, or a resend, bring them every day. A socket says so when
 *  its interface goes down. */
export function isEveryday(reason: string): boolean {
  return everyday.includes(reason);
}

const remedies: Readonly<Record<string, string>> = {
  stranger: "Add it to a node line of ha.cf on every node, or give the other cluster another port",
  replay: "Somebody repeats old packets, or a host was set back to an old state: hb events",
};

/** Reasons that mean another key, or none. */
const keyed = /^(unsigned|unknown-key|signature)$/;

export function judgeRejected(all: readonly RejectedFacts[]): Finding[] {
  const findings = all.flatMap(judge);
  return findings.length > 0 ? findings : [about("packets").ok("None was rejected")];
}

function judge({ what, before, now }: RejectedFacts): Finding[] {
  const { warn, fail } = about("packets");
  return Object.entries(now).flatMap(([reason, count]) => {
    // A clone has a finding of its own.
    if (count === 0 || reason === "clone" || isEveryday(reason)) return [];
    const text = `${many(count, "packet")} of ${what} rejected: ${reason}`;
    const remedy = keyed.test(reason)
      ? { fix: "hb check --diff all" }
      : { hint: remedies[reason] ?? "hb events says when, and from where" };
    // Counted since the start: what was repaired since then is history.
    const isNow = count > (before[reason] ?? 0);
    return [isNow ? fail(`${text}, and it goes on`, remedy) : warn(`${text}, not now`, remedy)];
  });
}
