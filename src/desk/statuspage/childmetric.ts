// What /metrics says of the programs beside the agent.

import type { ChildView } from "../../core/snapshot.ts";
import { counter, gauge } from "./metric.ts";

/** A program that ha.cf names twice has one value: up while all of it runs. */
export function childMetrics(children: readonly ChildView[]): string[] {
  const programs = [...new Set(children.map(({ program }) => program))].map((program) => ({
    labels: { program },
    runs: children.filter((child) => child.program === program),
  }));
  return [
    gauge(
      { name: "hb_child_up", help: "1 while the program beside the agent runs." },
      programs.map(({ labels, runs }) => {
        return { labels, value: Number(runs.every(({ state }) => state === "running")) };
      }),
    ),
    counter(
      { name: "hb_child_restarts_total", help: "How often this agent started the program again." },
      programs.map(({ labels, runs }) => {
        return { labels, value: runs.reduce((sum, { restarts }) => sum + restarts, 0) };
      }),
    ),
  ];
}
