// Whether each other node is heard, and on each link; and whether it hears this one.

import type { NodeView } from "../../../core/snapshot.ts";
import { about, type Finding } from "../finding.ts";

export interface PeerFacts {
  readonly self: string;
  readonly nodes: readonly NodeView[];
  readonly deadtimeMs: number;
}

export function judgePeers({ self, nodes, deadtimeMs }: PeerFacts): Finding[] {
  const { ok } = about("nodes");
  const others = nodes.filter(({ name }) => name !== self);
  const findings = others.flatMap((node) => judge(node, deadtimeMs));
  if (findings.length > 0) return findings;
  if (others.length === 0) return [ok("This node is alone in ha.cf")];
  return [ok(`Heard on every link: ${others.map(({ name }) => name).join(", ")}`)];
}

function judge(node: NodeView, deadtimeMs: number): Finding[] {
  const { name, state, kind, lastHeardMs, links, deaf } = node;
  const { warn, fail } = about("nodes");
  const isPing = kind === "ping";
  const there = isPing ? { hint: `ping ${name}` } : { hint: `On ${name}: hb doctor` };
  if (lastHeardMs === undefined) return [fail(`${name} was never heard`, there)];
  if (state === "dead" || (!isPing && lastHeardMs > deadtimeMs)) {
    return [fail(`${name} is silent since ${Math.round(lastHeardMs / 1000)} s`, there)];
  }
  if (state === "left")
    return [warn(`${name} has left the cluster`, { hint: `On ${name}: systemctl start hb` })];
  if (deaf === true) {
    const hint = `On ${name}: hb doctor; on the way there: what lets packets pass one way only`;
    return [fail(`${name} is heard, but does not hear this node`, { hint })];
  }
  return links
    .filter((link) => link.state !== "up")
    .map((link) => fail(`${name} is not heard on ${link.name}, but on another link`, there));
}
