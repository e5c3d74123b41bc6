// `hb simulate`: what would happen to this cluster if. The user's own files in a made-up world, with the
// core that the agent runs. Nothing is sent, nothing is changed, no right is needed.

import { renderProblems } from "../config/render.ts";
import { explore } from "../sim/forecast/explore.ts";
import { lengthOf } from "../sim/forecast/forecast.ts";
import { foretell } from "../sim/forecast/foretell.ts";
import type { Site } from "../sim/forecast/site.ts";
import { command } from "./command.ts";
import { type ExitCode, exit } from "./exit.ts";
import { misuse } from "./misuse.ts";
import { print, printJson } from "./output.ts";
import { painter } from "./painter.ts";
import { assumptionsOf } from "./simulate/assumption.ts";
import { faultOptions } from "./simulate/faultword.ts";
import { exploredJson, toldJson } from "./simulate/json.ts";
import { simulateOptions } from "./simulate/option.ts";
import { drain } from "./simulate/progress.ts";
import { report } from "./simulate/report.ts";
import { exploredReport } from "./simulate/search.ts";
import { readWish, type Wish } from "./simulate/wish.ts";

export const simulate = command({
  name: "simulate",
  summary: "Shows what would happen to this cluster if hosts or networks failed",
  examples: [
    "hb simulate --kill alice@10s",
    "hb simulate --dir ./ha.d --cut alice:eth0@20s --heal 40s",
    'hb simulate --script "apache2 start-fails on bob" --standby alice@30s',
    "hb simulate --explore",
  ],
  args: simulateOptions,
  repeatable: [...faultOptions, "script-time"],
  notes:
    "TIME counts from the start of the cluster, as ha.cf has it: 10s, 500ms, 2m, or seconds.\n" +
    "Faults may be given in any order and any number. SET: local or foreign, as hb standby has it.\n" +
    "HOW: start-fails, stop-fails, start-hangs, stop-hangs, status-lies, takes 5s, works.\n\n" +
    "Nothing is sent, nothing is changed, and any user may do it, on any machine.",
  exits: [
    [exit.done, "simulated"],
    [exit.usage, "wrong use"],
    [exit.configuration, "the files have errors"],
  ],
  run({ args, every }) {
    const read = readWish({ ...args, every });
    if (read.kind === "words") {
      return misuse("hb simulate", read.reason);
    }
    if (read.kind === "files") {
      if (args.json) printJson({ version: 1, good: false, problems: read.problems });
      else print(renderProblems(read.problems, painter("stdout")));
      return exit.configuration;
    }
    return args.explore
      ? search(read.wish, args.json === true)
      : tell(read.wish, args.json === true);
  },
});

function tell({ site, faults, lengthMs, unread }: Wish, json: boolean): ExitCode {
  const endMs = lengthMs ?? lengthOf(faults, site);
  const told = drain(foretell(site, { faults, endMs }), (text) => text);
  const assumptions = assumptionsOf(site, unread);
  if (json) printJson(toldJson(told, assumptions));
  else print(report(told, assumptions));
  return exit.done;
}

function search({ site, tries, unread, again }: Wish, json: boolean): ExitCode {
  const explored = drain(
    explore(site, tries ?? triesOf(site)),
    ({ doing, done, of }) => `${done} of ${of} ${doing}`,
  );
  const assumptions = assumptionsOf(site, unread);
  if (json) printJson(exploredJson(site, explored, assumptions));
  else print(exploredReport(site, explored, { assumptions, again }));
  return exit.done;
}

/** More hosts cost more for each run: as many pairs as a minute or so allows. */
function triesOf({ nodes }: Site): number {
  return Math.round(4_000 / Math.max(2, nodes.length) ** 1.6);
}
