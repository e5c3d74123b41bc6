// `hb check`: what is wrong with the configuration, or what was understood of it.

import { readFileSync } from "node:fs";
import { type Checked, checkAll, type Given } from "../config/check.ts";
import { printHaCf, printHaresources } from "../config/print.ts";
import { renderProblems } from "../config/render.ts";
import { inOrder } from "../config/report.ts";
import { checkDevices } from "../desk/device.ts";
import { defaultDirectories, placesOf } from "../desk/place.ts";
import { givenBy, orderOf, unresolved } from "../desk/settings.ts";
import { command } from "./command.ts";
import { type ExitCode, exit } from "./exit.ts";
import { print, printJson, say } from "./output.ts";
import { painter } from "./painter.ts";

export const check = command({
  name: "check",
  summary: "Checks ha.cf, authkeys and haresources",
  examples: ["hb check", "hb check --dir ./ha.d --print"],
  args: {
    dir: {
      type: "string",
      valueHint: "DIR",
      default: defaultDirectories.conf,
      description: "Where the files are",
    },
    print: {
      type: "boolean",
      description: "Print what was understood as ha.cf and haresources; problems go to stderr",
    },
    json: { type: "boolean", description: "Print problems and configuration as JSON" },
  },
  exits: [
    [exit.done, "no errors (warnings may be there)"],
    [exit.notPermitted, "a file may not be read"],
    [exit.configuration, "errors"],
  ],
  async run({ args }) {
    const places = placesOf({ ...defaultDirectories, conf: args.dir });
    const devices = interfaces();
    const given = { ...givenBy(places), ...(devices && { devices }) };
    const checked = await withNames(checkAll(given), given);
    if (args.json) printJson(asJson(checked));
    else if (args.print) {
      const problems = renderProblems(checked.problems, painter("stderr"));
      if (problems !== "") say(problems);
      print(`# ${places.haCf}\n${printHaCf(checked.conf)}`);
      print(`# ${places.haresources}\n${printHaresources(checked.groups)}`);
    } else sayResult(checked, given.self);
    const troubles = [given.haCf, given.authkeys, given.haresources].map((file) => file.trouble);
    if (troubles.some((trouble) => trouble?.includes("EACCES"))) return exit.notPermitted;
    return codeOf(checked);
  },
});

/** What the agent will find at its start: whether every name and device is one. */
async function withNames(checked: Checked, given: Given): Promise<Checked> {
  const unknown = await unresolved(checked.conf.media, given.haCf);
  const devices = checkDevices(given.haCf);
  return {
    ...checked,
    problems: inOrder(
      [...checked.problems, ...unknown, ...devices],
      orderOf(given, checked.passfiles),
    ),
  };
}

/** 0 or 6: warnings do not keep the agent from starting. */
function codeOf({ problems }: Checked): ExitCode {
  return problems.some((problem) => problem.level === "error") ? exit.configuration : exit.done;
}

function sayResult(checked: Checked, self: string): void {
  const problems = renderProblems(checked.problems, painter("stdout"));
  if (problems !== "") print(problems);
  else {
    const { conf, groups } = checked;
    const { nodes, routers } = conf;
    const parts = [many(nodes.length, "node"), many(groups.length, "group")];
    if (routers.length > 0) parts.push(many(routers.length, "virtual router"));
    say(`No problems: node "${self}", ${parts.join(", ")}`);
  }
}

function many(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Everything but the keys themselves. */
function asJson({ conf, groups, keyring, problems }: Checked) {
  return {
    version: 1,
    good: !problems.some((problem) => problem.level === "error"),
    problems,
    conf,
    groups,
    ...(keyring && {
      authkeys: {
        active: keyring.active,
        keys: keyring.keys.map(({ number, method }) => ({ number, method })),
      },
    }),
  };
}

/** The interfaces of this network namespace; undefined where the kernel does not tell. */
function interfaces(): string[] | undefined {
  try {
    const lines = readFileSync("/proc/net/dev", "utf8").split("\n").slice(2);
    return lines.flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
  } catch {
    return undefined;
  }
}
