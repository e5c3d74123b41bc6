// `hb status`: what the agent of this node knows, for people, programs and init scripts.

import type { Snapshot } from "../core/snapshot.ts";
import { ask } from "../desk/client.ts";
import { socketIn, whyNot } from "./asking.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { coloured, paint, print, printJson, say } from "./output.ts";
import { statusPage } from "./page.ts";

const answerWithinMs = 3_000;
const watchEveryMs = 1_000;
/** Cursor home and everything below it away: no flicker, unlike clearing first. */
const home = "\u001b[H\u001b[J";

export const status = command({
  name: "status",
  summary: "Shows every node, link and group, and why it is there",
  examples: ["hb status", "hb status --watch", "hb status --json"],
  args: {
    json: { type: "boolean", description: "Print JSON" },
    watch: { type: "boolean", description: "Show it again every second, until Ctrl-C" },
    ...runDirOption,
  },
  notes: "Exit codes: 0 the agent runs, 3 it does not, 4 its state cannot be told",
  async run({ args }) {
    const show = args.json ? showJson : showPage;
    if (!args.watch) return await once(args["run-dir"], show);
    return await watch(args["run-dir"], show, args.json !== true);
  },
});

async function once(run: string, show: (snapshot: Snapshot) => void): Promise<ExitCode> {
  const result = await ask(socketIn(run), { ask: "status" }, { limitMs: answerWithinMs });
  if (result.kind === "done" && result.answer.snapshot !== undefined) {
    show(result.answer.snapshot);
    return exit.done;
  }
  say(result.kind === "done" ? result.answer.text : whyNot(result, run));
  return result.kind === "absent" ? exit.stopped : exit.unknown;
}

/** Until Ctrl-C, also through restarts of the agent; the code of the last look. */
async function watch(
  run: string,
  show: (snapshot: Snapshot) => void,
  page: boolean,
): Promise<ExitCode> {
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

function showPage(snapshot: Snapshot) {
  print(statusPage(snapshot, (style, text) => paint("stdout", style, text)));
}

function showJson(snapshot: Snapshot) {
  printJson(snapshot);
}
