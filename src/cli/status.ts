// `hb status`: what the agent of this node knows, for people, programs and init scripts.

import type { Snapshot } from "../core/snapshot.ts";
import { type CarpViews, Siblings, withCarp } from "../desk/carp/sibling.ts";
import { ask } from "../desk/client.ts";
import { socketIn, whyNot } from "./asking.ts";
import { command } from "./command.ts";
import { denseParts, denseRouterSection } from "./densepage.ts";
import { agentDirOptions, runDirOption } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { untilSignal } from "./interrupt.ts";
import { coloured, isHeard, paint, print, printJson, type Style, say } from "./output.ts";
import { routerSection, statusPage, statusParts } from "./page.ts";
import { Recent } from "./recent.ts";
import { Screen } from "./screen.ts";
import type { Sheet } from "./sheet.ts";

const answerWithinMs = 3_000;
const watchEveryMs = 1_000;
/** What a process of `hb carp` says later is shown with the next page. */
const siblingsWithinMs = 200;
/** The terminal must be given back. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What was found in one look. */
interface Look {
  readonly snapshot: Snapshot | undefined;
  /** The processes of `hb carp`; their routers are part of a snapshot, where there is one. */
  readonly carp: CarpViews;
  /** What could not be had, and why. */
  readonly trouble: readonly string[];
  readonly code: ExitCode;
}

export const status = command({
  name: "status",
  summary: "Shows every node, link and group, and why it is there",
  examples: ["hb status", "hb status --watch", "hb status --json"],
  args: {
    json: { type: "boolean", description: "Print JSON" },
    watch: { type: "boolean", description: "Show it again every second, until q or Ctrl-C" },
    ...runDirOption,
    "state-dir": agentDirOptions["state-dir"],
  },
  notes: `The virtual routers of "hb carp" are shown too, whether or not an agent runs.
With --watch the last events come below. Where not all fits, what is well has one line; the arrow keys
move a page that is too tall all the same, above the events.`,
  exits: [
    [exit.done, "the agent runs"],
    [exit.stopped, "it does not"],
    [exit.unknown, "its state cannot be told"],
  ],
  async run({ args }) {
    const run = args["run-dir"];
    if (!args.watch) {
      const carp = new Siblings(run).look(answerWithinMs);
      return tell(await look(run, carp), args.json === true);
    }
    if (args.json || !coloured("stdout")) return await repeat(run, args.json === true);
    return await watch(run, new Recent(args["state-dir"]));
  },
});

async function look(run: string, siblings: Promise<CarpViews>): Promise<Look> {
  const [result, carp] = await Promise.all([
    ask(socketIn(run), { ask: "status" }, { limitMs: answerWithinMs }),
    siblings,
  ]);
  const trouble = carp.processes.flatMap(({ pid, trouble: reason }) => {
    return reason === undefined ? [] : `"hb carp" with pid ${pid} does not answer: ${reason}`;
  });
  if (result.kind === "done" && result.answer.snapshot !== undefined) {
    const { snapshot } = result.answer;
    return { snapshot: withCarp(snapshot, carp), carp, trouble, code: exit.done };
  }
  if (carp.routers.length === 0 || result.kind !== "absent") {
    trouble.push(result.kind === "done" ? result.answer.text : whyNot(result, run));
  }
  // The exit code is about the agent, for whose init script it is.
  const code = result.kind === "absent" ? exit.stopped : exit.unknown;
  return { snapshot: undefined, carp, trouble, code };
}

function tell({ snapshot, carp, trouble, code }: Look, json: boolean): ExitCode {
  const { routers, processes } = carp;
  for (const text of trouble) say(text);
  if (json && snapshot !== undefined) printJson(snapshot);
  else if (json && routers.length > 0) printJson({ version: 1, routers, carp: processes });
  else if (snapshot !== undefined) print(statusPage(snapshot, painted));
  else if (routers.length > 0) print(routerSection(routers, painted));
  return code;
}

/** For a file or a pipe: one page, or one document, after the other. */
async function repeat(run: string, json: boolean): Promise<ExitCode> {
  const { ended, isOver } = untilSignal(...endings);
  const siblings = new Siblings(run);
  let code: ExitCode = exit.unknown;
  while (!isOver() && isHeard()) {
    code = tell(await look(run, siblings.look(siblingsWithinMs)), json);
    if (!json) print("");
    await Promise.race([ended, Bun.sleep(watchEveryMs)]);
  }
  return code;
}

/** Until q or Ctrl-C, also through restarts of the agent; the code of the last look. */
async function watch(run: string, recent: Recent): Promise<ExitCode> {
  const { ended, end, isOver } = untilSignal(...endings);
  const screen = new Screen(end);
  const siblings = new Siblings(run);
  let code: ExitCode = exit.unknown;
  try {
    while (!isOver() && isHeard()) {
      const found = await look(run, siblings.look(siblingsWithinMs));
      code = found.code;
      screen.show(sheetOf(found, recent.section(painted)));
      await Promise.race([ended, Bun.sleep(watchEveryMs)]);
    }
  } finally {
    screen.close();
    recent.close();
  }
  return code;
}

function sheetOf({ snapshot, carp, trouble }: Look, events: Sheet["events"]): Sheet {
  const troubles = trouble.map((text) => painted("red", text));
  const { routers } = carp;
  const none = routers.length === 0;
  if (snapshot === undefined) {
    return {
      whole: [...troubles, ...(none ? [] : [routerSection(routers, painted)])],
      dense: () => [...troubles, ...(none ? [] : [denseRouterSection(routers, painted)])],
      events,
    };
  }
  return {
    whole: [...troubles, ...statusParts(snapshot, painted)],
    dense: (columns) => [...troubles, ...denseParts(snapshot, painted, columns)],
    events,
  };
}

function painted(style: Style, text: string): string {
  return paint("stdout", style, text);
}
