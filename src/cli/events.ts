// `hb events`: what happened on this node, from the journal on its disk. The agent need not run.

import type { Event } from "../desk/journal/event.ts";
import { Tail } from "../desk/journal/tail.ts";
import { eventsIn } from "../desk/place.ts";
import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";
import { bootLine, eventLines } from "./eventline.ts";
import { type ExitCode, exit } from "./exit.ts";
import { untilSignal } from "./interrupt.ts";
import { isHeard, paint, print, type Style, say } from "./output.ts";
import { sinceForms, sinceOf } from "./since.ts";

const followEveryMs = 250;
/** Who follows wants to see that something is there. */
const lastFew = 10;

export const events = command({
  name: "events",
  summary: "Shows what happened here, also before the last restart",
  examples: [
    "hb events",
    "hb events --since 10m",
    "hb events --since 03:00 --json",
    "hb events -f",
  ],
  args: {
    follow: { type: "boolean", alias: "f", description: "Show new events, until Ctrl-C" },
    json: { type: "boolean", description: "Print each event as one line of JSON" },
    since: { type: "string", valueHint: "TIME", description: "Events from this moment on" },
    "state-dir": agentDirOptions["state-dir"],
  },
  notes: `TIME: ${sinceForms}.
With --follow and without --since the last ${lastFew} events come first.

The keys of the JSON are in hb-events(8). The journal keeps the last one to two MiB of events.`,
  exits: [
    [exit.done, "shown"],
    [exit.failed, "there is no journal"],
    [exit.usage, "wrong use"],
    [exit.notPermitted, "not permitted"],
  ],
  async run({ args }) {
    const since = args.since === undefined ? 0 : sinceOf(args.since, new Date());
    if (since === undefined) {
      say(`hb events: Unknown time "${args.since}": ${sinceForms}`);
      return exit.usage;
    }
    const tail = new Tail(eventsIn(args["state-dir"]));
    const show = shower(args.json === true);
    try {
      const known = tail.read().filter(({ at }) => at >= since);
      const few = args.follow && args.since === undefined ? known.slice(-lastFew) : known;
      for (const event of few) show(event);
      if (args.follow) return await follow(tail, since, show);
      if (!tail.exists) return absent(args["state-dir"]);
      if (known.length === 0) say("No events since then");
      return exit.done;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      say(`Not permitted to read ${eventsIn(args["state-dir"])}: only root may`);
      return exit.notPermitted;
    } finally {
      tail.close();
    }
  },
});

async function follow(tail: Tail, since: number, show: (event: Event) => void): Promise<ExitCode> {
  const { ended, isOver } = untilSignal("SIGINT");
  // A reader that has seen enough ("| head") ends it as well.
  while (!isOver() && isHeard()) {
    await Promise.race([ended, Bun.sleep(followEveryMs)]);
    for (const event of tail.read()) if (event.at >= since) show(event);
  }
  return exit.done;
}

function absent(state: string): ExitCode {
  say(`No events in ${state}: no agent has run with it`);
  return exit.failed;
}

function shower(json: boolean): (event: Event) => void {
  if (json) return (event) => print(JSON.stringify(event));
  const painted = (style: Style, text: string) => paint("stdout", style, text);
  let boot: string | undefined;
  return (event) => {
    if (boot !== undefined && boot !== event.boot) print(bootLine(painted));
    boot = event.boot;
    print(eventLines(event, painted));
  };
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EACCES";
}
