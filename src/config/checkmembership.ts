// What `membership on` cannot be beside: another `ccm` on this node, rules of quorum that are unknown.

import type { View } from "./checkhacf.ts";
import type { HaConf } from "./haconf.ts";
import { restFrom, split } from "./lexer.ts";
import { type QuorumRule, quorumRules, quorumUsual } from "./quorum.ts";
import { quote } from "./unit.ts";

/** As 3.0.6's ccm finds it in its environment: `env quorum=…` is HA_quorum there. */
function chainOf({ env }: HaConf): string | undefined {
  return env.find(([name]) => name === "quorum")?.[1];
}

/** The rules that hold; the usual ones where there are none, or none that are known. */
export function rulesOf(conf: HaConf): readonly QuorumRule[] {
  return quorumRules(chainOf(conf) ?? "") ?? quorumUsual;
}

export function checkMembership({ conf, report, spots }: View): void {
  if (!conf.membership) return;
  const chain = chainOf(conf);
  if (chain !== undefined && quorumRules(chain) === undefined) {
    const spot = spots("env").findLast(({ text }) => text.startsWith("quorum="));
    const reason = `${quote(chain)} is not`;
    const message = `"quorum" must be rules with colons between them: ${reason}`;
    report.error(spot, message, "Rules are majority, twonodes and weight");
  }
  for (const user of [...spots("respawn"), ...spots("failfast")]) {
    const [, path] = split(restFrom(user), user);
    if (path?.text.endsWith("/ccm") !== true) continue;
    report.error(path, 'With "membership on" hb is the ccm of this node', "Remove the line");
  }
}
