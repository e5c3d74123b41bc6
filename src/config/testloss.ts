// OnlyForTesting, the file by which TestHeartbeatComm has packets lost on purpose: lines of a name, "=", a value.
// As 3.0.6 reads it (measured): what it does not know is told and keeps nothing from starting.

import type { Problem } from "./problem.ts";
import { Report } from "./report.ts";

/** How much of what is sent and heard is lost: 0 to 1. */
export interface TestLoss {
  readonly xmit: number;
  readonly receive: number;
  /** Of these nodes nothing that they say is lost; none: what is sent may be lost, too. */
  readonly allowNodes: readonly string[];
}

export interface TestLossFile {
  readonly loss: TestLoss;
  readonly problems: readonly Problem[];
}

export function parseTestLoss(text: string, file: string): TestLossFile {
  const report = new Report(file);
  const loss = { xmit: 0, receive: 0, allowNodes: [] as readonly string[] };
  for (const [index, source] of text.split("\n").entries()) {
    const spot = { line: index + 1, column: 1, source };
    const [, name = "", value = ""] = /^\s*([^=\s]+)=(\S*)/.exec(source) ?? [];
    switch (name) {
      case "":
        if (source.trim() !== "") report.warning(spot, "No setting: NAME=VALUE is one");
        break;
      case "xmitloss":
        loss.xmit = probability(value);
        break;
      case "rcvloss":
        loss.receive = probability(value);
        break;
      case "allownodes":
        loss.allowNodes = nodesIn(value);
        break;
      default:
        report.warning(spot, `Unknown setting "${name}"`, "Known: xmitloss, rcvloss, allownodes");
    }
  }
  const { xmit, receive, allowNodes } = loss;
  const but = allowNodes.length === 0 ? "" : `, but nothing of ${allowNodes.join(" and ")}`;
  const lost = `${xmit} of what is sent, ${receive} of what is heard${but}`;
  const message = `Packets are lost on purpose: ${lost}`;
  report.warning(undefined, message, "Remove this file when the test has ended");
  return { loss, problems: report.problems };
}

/** As atof(3) reads it: what is no number is 0. */
function probability(text: string): number {
  return Math.min(1, Math.max(0, Number.parseFloat(text) || 0));
}

/** A list that begins with ";" is none. */
function nodesIn(text: string): string[] {
  if (text.startsWith(";")) return [];
  const names = text.toLowerCase().split(";");
  return names.filter((name) => name !== "");
}
