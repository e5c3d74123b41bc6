// What `membership on` cannot be beside: another `ccm` on this node, rules of quorum that are unknown.

import type { View } from "./checkhacf.ts";
import type { HaConf } from "./haconf.ts";
import { restFrom, split } from "./lexer.ts";
import {
  policyUsual,
  type QuorumPolicy,
  type QuorumRule,
  quorumRules,
  quorumUsual,
} from "./quorum.ts";
import type { Word } from "./report.ts";
import { quote } from "./unit.ts";

/** As 3.0.6's ccm finds it in its environment: `env quorum=…` is HA_quorum there. */
function chainOf({ env }: HaConf): string | undefined {
  return env.find(([name]) => name === "quorum")?.[1];
}

function chainSpot(spots: View["spots"]): Word | undefined {
  return spots("env").findLast(({ text }) => text.startsWith("quorum="));
}

/** The rules that hold; the usual ones where there are none, or none that are known. */
export function rulesOf(conf: HaConf): readonly QuorumRule[] {
  return quorumRules(chainOf(conf) ?? "") ?? quorumUsual;
}

/** What is done without quorum. */
export function policyOf({ quorumPolicy, nodes }: HaConf): QuorumPolicy {
  return quorumPolicy ?? policyUsual(nodes);
}

export function checkMembership({ conf, report, spot, spots }: View): void {
  if (!conf.membership) {
    if (conf.quorumPolicy === undefined) return;
    const message = '"quorum_policy" needs "membership on": without it nobody knows who has quorum';
    report.error(spot("quorum_policy"), message, 'Write "membership on", or remove the line');
    return;
  }
  checkPolicy({ conf, report, spot, spots });
  const chain = chainOf(conf);
  if (chain !== undefined && quorumRules(chain) === undefined) {
    const reason = `${quote(chain)} is not`;
    const message = `"quorum" must be rules with colons between them: ${reason}`;
    report.error(chainSpot(spots), message, "Rules are majority, twonodes and weight");
  }
  for (const user of [...spots("respawn"), ...spots("failfast")]) {
    const [, path] = split(restFrom(user), user);
    if (path?.text.endsWith("/ccm") !== true) continue;
    report.error(path, 'With "membership on" hb is the ccm of this node', "Remove the line");
  }
}

/** Rules that always say the same leave a policy nothing to decide. */
function checkPolicy({ conf, report, spot, spots }: View): void {
  const { nodes, quorumPolicy } = conf;
  const policy = policyOf(conf);
  const rules = rulesOf(conf);
  if (policy === "ignore" || !rules.includes("twonodes")) return;
  if (nodes.length <= 2 && quorumPolicy !== undefined) {
    const message = `"quorum_policy ${policy}" changes nothing: by "twonodes" either of two nodes has quorum`;
    report.warning(spot("quorum_policy"), message, 'Write "env quorum=majority" as well');
  } else if (nodes.length > 2 && rules[0] === "twonodes") {
    const message = `By "twonodes" ${nodes.length} nodes never have quorum, and without it no group is taken`;
    const remedy = 'Write "env quorum=majority", or "quorum_policy ignore"';
    report.warning(chainSpot(spots), message, remedy);
  }
}
