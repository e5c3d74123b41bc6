// Whether the interfaces that virtual routers stand on are there: one that is not may come later, but is
// more often mistyped.

import { readFileSync } from "node:fs";
import { nearest } from "../../config/nearest.ts";
import type { Problem } from "../../config/problem.ts";
import { Report } from "../../config/report.ts";
import type { RouterConfig } from "../../config/router.ts";
import { quote } from "../../config/unit.ts";

/** One warning for each interface that this host does not have; `from` is where the routers came from. */
export function missingDevices(routers: readonly RouterConfig[], from: string): readonly Problem[] {
  const report = new Report(from);
  const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2);
  const known = lines.flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
  for (const device of new Set(routers.map((router) => router.device))) {
    if (known.includes(device)) continue;
    const meant = nearest(device, known);
    report.warning(
      undefined,
      `This host has no interface ${quote(device)}: it is waited for`,
      meant === undefined ? `It has: ${known.join(", ")}` : `Did you mean "${meant}"?`,
    );
  }
  return report.problems;
}
