// `hb status`: what the agent of this node knows, for people, programs and init scripts.

import type { RouterView, Snapshot } from "../core/snapshot.ts";
import { askCarp } from "../desk/carp/place.ts";
import { ask } from "../desk/client.ts";
import { socketIn, whyNot } from "./asking.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { coloured, paint, print, printJson, type Style, say } from "./output.ts";
import { routerSection, statusPage } from "./page.ts";

const answerWithinMs = 3_000;
const watchEveryMs = 1_000;
/** Cursor home and everything below it away: no flicker, unlike clearing first. */
const home = "\u001b[H\u001b[J";

/** How what is known comes out. */
interface Show {
  agent(snapshot: Snapshot): void;
  /** Without an agent: the virtual routers of the processes of `hb carp`. */
  routers(routers: readonly RouterView[]): void;
}

export const status = command({
  name: "status",
  summary: "Shows every node, link and group, and why it is there",
  examples: ["hb status", "hb status --watch", "hb status --json"],
  args: {
    json: { type: "boolean", description: "Print JSON" },
    watch: { type: "boolean", description: "Show it again every second, until Ctrl-C" },
    ...runDirOption,
  },
  notes: 'The virtual routers of "hb carp" are shown too, whether or not an agent runs.',
  exits: [
    [exit.done, "the agent runs"],
    [exit.stopped, "it does not"],
    [exit.unknown, "its state cannot be told"],
  ],
  async run({ args }) {
    const show = args.json ? asJson : onPage;
    if (!args.watch) return await once(args["run-dir"], show);
    return await watch(args["run-dir"], show, args.json !== true);
  },
});

async function once(run: string, show: Show): Promise<ExitCode> {
  const [result, { routers, mute }] = await Promise.all([
    ask(socketIn(run), { ask: "status" }, { limitMs: answerWithinMs }),
    askCarp(run, answerWithinMs),
  ]);
  for (const { pid, reason } of mute) say(`"hb carp" with pid ${pid} does not answer: ${reason}`);
  if (result.kind === "done" && result.answer.snapshot !== undefined) {
    const { snapshot } = result.answer;
    show.agent({ ...snapshot, routers: [...snapshot.routers, ...routers] });
    return exit.done;
  }
  // The exit code is about the agent, for whose init script it is.
  if (routers.length > 0) show.routers(routers);
  if (routers.length === 0 || result.kind !== "absent") {
    say(result.kind === "done" ? result.answer.text : whyNot(result, run));
  }
  return result.kind === "absent" ? exit.stopped : exit.unknown;
}

/** Until Ctrl-C, also through restarts of the agent; the code of the last look. */
async function watch(run: string, show: Show, page: boolean): Promise<ExitCode> {
  let stopped = false;
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  process.once("SIGINT", () => {
    stopped = true;
    resolve();
  });
  let code: ExitCode = exit.unknown;
  while (!stopped) {
    if (page && coloured("stdout")) process.stdout.write(home);
    code = await once(run, show);
    if (page && !coloured("stdout")) print("");
    await Promise.race([interrupted, Bun.sleep(watchEveryMs)]);
  }
  return code;
}

const onPage: Show = {
  agent: (snapshot) => print(statusPage(snapshot, painted)),
  routers: (routers) => print(routerSection(routers, painted)),
};

const asJson: Show = {
  agent: printJson,
  routers: (routers) => printJson({ version: 1, routers }),
};

function painted(style: Style, text: string): string {
  return paint("stdout", style, text);
}
