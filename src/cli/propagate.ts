// `hb propagate`: the same configuration on every node, and hb enabled there. By scp to a private
// directory beside the targets, then one rename for each file; one host's failure does not stop the next.

import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { checkAll } from "../config/check.ts";
import type { HaConf } from "../config/haconf.ts";
import { renderProblems } from "../config/render.ts";
import { defaultDirectories, placesOf } from "../desk/place.ts";
import { givenBy } from "../desk/settings.ts";
import { command } from "./command.ts";
import { ownBinary, thisBinary } from "./edition.ts";
import { exit } from "./exit.ts";
import { clearRooms, type Delivery, enable, makeRooms, putInPlace } from "./installation.ts";
import { paint, print, say } from "./output.ts";
import { painter } from "./painter.ts";
import { type Outcome, Remote, shellQuote } from "./remote.ts";

export const propagate = command({
  name: "propagate",
  summary: "Copies the configuration to the other nodes and enables hb there",
  examples: ["hb propagate", "hb propagate --binary bob", "hb propagate --dry-run"],
  args: {
    dir: {
      type: "string",
      valueHint: "DIR",
      default: defaultDirectories.conf,
      description: "Where the files are, here and there",
    },
    binary: { type: "boolean", description: "Copy hb itself too, to the place it has here" },
    "dry-run": { type: "boolean", description: "Print what would be run, and do nothing" },
    "ssh-option": {
      type: "string",
      valueHint: "OPTION",
      description: 'For ssh and scp, as after -o: "Port=2222"; may be repeated',
    },
  },
  repeatable: ["ssh-option"],
  operands: { name: "NODE", description: "Only these; without, every node but this one" },
  notes: "It never asks for a password: ssh must get in by key.",
  exits: [
    [exit.done, "every node is done"],
    [exit.failed, "some failed"],
    [exit.configuration, "the configuration has errors"],
  ],
  async run({ args, operands, every }) {
    const directory = resolve(args.dir);
    const places = placesOf({ ...defaultDirectories, conf: directory });
    const given = givenBy(places);
    const { conf, problems } = checkAll(given);
    if (problems.some((problem) => problem.level === "error")) {
      say(renderProblems(problems, painter("stderr")));
      say("Nothing is copied: the configuration has errors");
      return exit.configuration;
    }
    const nodes = operands.map((name) => name.toLowerCase());
    const unknown = nodes.find((name) => !conf.nodes.includes(name));
    if (unknown !== undefined) {
      say(`Unknown node "${unknown}": ha.cf names ${conf.nodes.join(", ")}`);
      return exit.usage;
    }
    if (args.binary && ownBinary() === undefined) {
      say('Cannot copy hb itself: it runs from its sources; "npm run build" makes dist/hb');
      return exit.failed;
    }
    const work: Work = {
      files: [
        ...[places.haCf, places.authkeys, places.haresources].filter((file) => existsSync(file)),
        ...(args.binary ? [process.execPath] : []),
      ],
      binary: thisBinary(),
    };
    const targets = nodes.length > 0 ? nodes : conf.nodes.filter((name) => name !== given.self);
    if (targets.length === 0) {
      say("Nothing to do: ha.cf names no other node");
      return exit.done;
    }
    for (const note of notesOn(conf)) say(note);
    const remotes = targets.map((name) => new Remote(name, every("ssh-option")));
    if (args["dry-run"]) {
      for (const remote of remotes) printPlan(remote, work);
      return exit.done;
    }
    return await deliverAll(remotes, work);
  },
});

/** What of a good ha.cf is not good on another node. */
function notesOn({ media, routers, notify = [] }: HaConf): string[] {
  const ttys = media.flatMap((medium) => (medium.kind === "ppp" ? [medium.device] : []));
  const others = new Set([
    ...routers.flatMap(({ passfile = [] }) => passfile),
    ...notify.slice(0, 1),
  ]);
  return [
    ...(ttys.length === 0
      ? []
      : [`Edit ha.cf there: the addresses of PPP on ${ttys.join(", ")} are those of this end`]),
    ...[...others].map((file) => `Not copied: ${file}, which ha.cf names`),
  ];
}

interface Work {
  /** Absolute; the same place there. */
  readonly files: readonly string[];
  readonly binary: string;
}

async function deliverAll(remotes: readonly Remote[], work: Work) {
  const failed: string[] = [];
  for (const remote of remotes) {
    const outcome = await deliver(remote, work);
    if (outcome.ok) say(`${remote.host}: ${paint("stderr", "green", "done")}: ${outcome.text}`);
    else say(`${remote.host}: ${paint("stderr", "red", "failed")}: ${outcome.reason}`);
    if (!outcome.ok) failed.push(remote.host);
  }
  const done = remotes.length - failed.length;
  const count = `${done} of ${remotes.length} node${remotes.length === 1 ? "" : "s"} done`;
  say(failed.length === 0 ? count : `${count}, failed: ${failed.join(", ")}`);
  return failed.length === 0 ? exit.done : exit.failed;
}

/** Three connections to each host: make room, copy, put in place and enable. */
async function deliver(remote: Remote, work: Work): Promise<Outcome> {
  const made = await remote.script(makeRooms(directoriesOf(work)));
  if (!made.ok) return made;
  const rooms = new Map(
    made.text
      .trim()
      .split("\n")
      .map((room) => [dirname(room), room]),
  );
  const clear = clearRooms([...rooms.values()]);
  for (const [directory, room] of rooms) {
    const files = work.files.filter((file) => dirname(file) === directory);
    const copied = await remote.copy(files, `${room}/`);
    if (copied.ok) continue;
    await remote.script(clear);
    return copied;
  }
  const placing = putInPlace(deliveries(work, rooms)) + clear;
  const outcome = await remote.script(`${placing}echo ${inPlace}\n${enable(work.binary)}`);
  const files = work.files.map((file) => basename(file)).join(", ");
  const lines = outcome.text.trim().split("\n");
  if (outcome.ok) return { ...outcome, text: `${files} copied, ${lines.at(-1)}` };
  if (lines.includes(inPlace)) {
    return { ...outcome, reason: `${files} copied, but hb is not enabled: ${outcome.reason}` };
  }
  await remote.script(clear);
  return outcome;
}

/** What the other side prints between the two halves of the last step. */
const inPlace = "in-place";

/** A file waits in its own directory: from there a rename puts it in place. */
function directoriesOf({ files }: Work): string[] {
  return [...new Set(files.map((file) => dirname(file)))];
}

function deliveries({ files }: Work, rooms: ReadonlyMap<string, string>): Delivery[] {
  return files.map((file) => ({
    room: rooms.get(dirname(file)) ?? dirname(file),
    name: basename(file),
    target: file,
    mode: statSync(file).mode & 0o777,
  }));
}

function printPlan(remote: Remote, work: Work): void {
  const directories = directoriesOf(work);
  const rooms = new Map(directories.map((each) => [each, `${each}/.hb-propagate.XXXXXX`]));
  const script = (text: string) => `${line(remote.scriptCommand())} <<'END'\n${text}END`;
  const steps = [
    script(makeRooms(directories)),
    ...[...rooms].map(([directory, room]) => {
      const files = work.files.filter((file) => dirname(file) === directory);
      return line(remote.copyCommand(files, `${room}/`));
    }),
    script(putInPlace(deliveries(work, rooms)) + clearRooms([...rooms.values()])),
    `# then enables hb there: ${work.binary}`,
  ];
  print(`# ${remote.host}\n${steps.join("\n")}\n`);
}

function line(command: readonly string[]): string {
  return command.map(shellQuote).join(" ");
}
