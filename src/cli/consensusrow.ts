// The membership with consensus as `hb status` shows it: its number, whether it has quorum and why, who is in it.

import type { ConsensusView } from "../core/snapshot.ts";
import { type Cell, dot } from "./column.ts";

/** What it means for groups. */
const consequence = { freeze: "no group is taken over", stop: "no group may run here" } as const;

/** One row. */
export function consensusRow(view: ConsensusView): Cell[] {
  const { state, transition, leader, members, quorum, why, policy = "ignore" } = view;
  const settling = state === "JOINED" ? [] : [`being agreed on (${state})`];
  if (quorum !== true && policy !== "ignore") settling.push(consequence[policy]);
  if (transition === undefined) {
    return [dot("unknown"), ["yellow", "none yet"], "", ["dim", settling.join("; ")]];
  }
  const names = members.map(({ name }) => name).join(" ");
  const reasons = [`led by ${leader}`, ...(why === undefined ? [] : [why]), ...settling];
  const verdict: Cell = quorum === true ? ["green", "quorum"] : ["red", "no quorum"];
  return [
    dot(quorum === true ? "up" : "dead"),
    `${transition}`,
    verdict,
    names,
    ["dim", reasons.join("; ")],
  ];
}
