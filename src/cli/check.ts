// `hb check`: what is wrong with the configuration, or what was understood of it.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Checked, checkAll, type Given } from "../config/check.ts";
import { printHaCf, printHaresources } from "../config/print.ts";
import { renderProblems } from "../config/render.ts";
import { inOrder } from "../config/report.ts";
import { checkDevices } from "../desk/device.ts";
import { checkLogPlaces } from "../desk/logplace.ts";
import { defaultDirectories, type Places, placesOf } from "../desk/place.ts";
import { type RcScript, rcScripts, rcSentence } from "../desk/rcd/script.ts";
import { givenBy, orderOf, unresolved } from "../desk/settings.ts";
import { command } from "./command.ts";
import { differenceFrom, type NodeDifference } from "./difference.ts";
import { type ExitCode, exit } from "./exit.ts";
import { paint, print, printJson, say } from "./output.ts";
import { painter } from "./painter.ts";
import { Remote } from "./remote.ts";

export const check = command({
  name: "check",
  summary: "Checks ha.cf, authkeys and haresources",
  examples: ["hb check", "hb check --diff bob", "hb check --dir ./ha.d --print"],
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
    diff: {
      type: "string",
      valueHint: "NODE",
      description: "Compare with the files on NODE, over ssh; may be repeated; all: every node",
    },
    "ssh-option": {
      type: "string",
      valueHint: "OPTION",
      description: 'For ssh, as after -o: "Port=2222"; may be repeated',
    },
  },
  repeatable: ["diff", "ssh-option"],
  exits: [
    [exit.done, "no errors; no difference"],
    [exit.failed, "a difference, or a node out of reach"],
    [exit.notPermitted, "a file may not be read"],
    [exit.configuration, "errors"],
  ],
  async run({ args, every }) {
    const places = placesOf({ ...defaultDirectories, conf: resolve(args.dir) });
    const devices = interfaces();
    const given = { ...givenBy(places), ...(devices && { devices }) };
    const nodes = every("diff");
    if (nodes.length > 0) {
      const { conf } = checkAll(given);
      const names = namesOf(nodes, conf.nodes, given.self);
      if (typeof names === "string") {
        say(names);
        return exit.usage;
      }
      const remotes = names.map((name) => new Remote(name, every("ssh-option")));
      return await compare(remotes, places, args.json === true);
    }
    const checked = await withNames(checkAll(given), given);
    const scripts = rcScripts(places.rcd, checked.cluster?.managesResources ?? true);
    if (args.json) printJson(asJson(checked, scripts));
    else if (args.print) {
      const problems = renderProblems(checked.problems, painter("stderr"));
      if (problems !== "") say(problems);
      print(`# ${places.haCf}\n${printHaCf(checked.conf)}`);
      print(`# ${places.haresources}\n${printHaresources(checked.groups)}`);
    } else {
      sayResult(checked, given.self);
      const sentence = rcSentence(places.rcd, scripts);
      if (sentence !== undefined) say(sentence);
    }
    const troubles = [given.haCf, given.authkeys, given.haresources].map((file) => file.trouble);
    if (troubles.some((trouble) => trouble?.includes("EACCES"))) return exit.notPermitted;
    return codeOf(checked);
  },
});

/** The nodes that are meant, or what is wrong with that. */
function namesOf(words: readonly string[], nodes: readonly string[], self: string) {
  const others = nodes.filter((name) => name !== self);
  if (words.includes("all")) return others;
  const names = words.map((word) => word.toLowerCase());
  const unknown = names.find((name) => !others.includes(name));
  if (unknown === undefined) return names;
  if (unknown === self) return `"${self}" is this node: name another`;
  return `Unknown node "${unknown}": ha.cf names ${nodes.join(", ")}`;
}

async function compare(remotes: readonly Remote[], places: Places, json: boolean) {
  const files = [
    { path: places.haCf, isSecret: false },
    { path: places.authkeys, isSecret: true },
    { path: places.haresources, isSecret: false },
  ];
  const found = await Promise.all(remotes.map((remote) => differenceFrom(remote, files)));
  if (json) printJson({ version: 1, nodes: found });
  else for (const difference of found) sayDifference(difference);
  const isSame = found.every((each) => {
    return "files" in each && each.files.every((file) => file.found === "same");
  });
  return isSame ? exit.done : exit.failed;
}

function sayDifference(difference: NodeDifference): void {
  const { node } = difference;
  if ("reason" in difference) {
    say(`${node}: ${paint("stderr", "red", "cannot be asked")}: ${difference.reason}`);
    return;
  }
  const { files } = difference;
  const other = files.filter(({ found }) => found !== "same");
  if (other.length === 0) print(`${node}: ${paint("stdout", "green", "the same")}`);
  for (const { file, found, lines } of other) {
    const note = found === "differs" && lines === undefined ? " (keys are not shown)" : "";
    print(`${node}: ${file} ${paint("stdout", "red", found)}${note}`);
    if (lines !== undefined) print(lines);
  }
}

/** What the agent will find at its start: whether every name and device is one. */
async function withNames(checked: Checked, given: Given): Promise<Checked> {
  const unknown = await unresolved(checked.conf.media, given.haCf);
  const devices = [...checkDevices(given.haCf), ...checkLogPlaces(given.haCf)];
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
function asJson({ conf, groups, keyring, problems }: Checked, scripts: readonly RcScript[]) {
  return {
    version: 1,
    good: !problems.some((problem) => problem.level === "error"),
    problems,
    conf,
    groups,
    scripts,
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
