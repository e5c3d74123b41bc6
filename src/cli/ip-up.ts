// ip-up and ip-down: what pppd calls when a link comes up or goes down (pppd(8) "SCRIPTS"), with
// interface, tty, speed, both addresses and "ipparam". The agent is told, and nothing else is done.
//
// pppd keeps the order: it calls ip-down, waits, and only then ip-up for the same link. It calls with
// an environment of its own: the agent's pppd has HB_RUN_DIR in it.

import { ask } from "../desk/client.ts";
import { defaultDirectories } from "../desk/place.ts";
import type { PppEvent } from "../desk/request.ts";
import { socketIn, whyNot } from "./asking.ts";
import { type Command, command } from "./command.ts";
import { exit } from "./exit.ts";
import { say } from "./output.ts";

const answerMs = 5_000;
/** An agent that restarts is back within this; a link that came up meanwhile must not be missed. */
const againForMs = 10_000;
const againEveryMs = 250;

export const ipUp = hook("up");
export const ipDown = hook("down");

function hook(event: "up" | "down"): Command {
  return command({
    name: `ip-${event}`,
    summary: `Tells the agent that a PPP link is ${event}; called by pppd`,
    examples: [`hb ip-${event} ppp0 /dev/ttyS1 115200 10.0.0.1 10.0.0.2`],
    hidden: true,
    args: {
      "run-dir": {
        type: "string",
        valueHint: "DIR",
        default: process.env.HB_RUN_DIR ?? defaultDirectories.run,
        description: "Run directory of the agent",
      },
    },
    operands: {
      name: "INTERFACE TTY SPEED LOCAL REMOTE IPPARAM",
      description: "As pppd gives them",
      min: 5,
      max: 6,
    },
    notes: `For a pppd that hb does not run itself: call this from /etc/ppp/ip-${event}.local, or link that
name to hb.`,
    async run({ args, operands }) {
      const run = args["run-dir"];
      const request = requestOf(event, operands);
      const until = performance.now() + (event === "up" ? againForMs : 0);
      for (;;) {
        const result = await ask(socketIn(run), request, { limitMs: answerMs });
        if (result.kind === "done") {
          if (result.answer.ok) return exit.done;
          say(result.answer.text);
          return exit.failed;
        }
        if (performance.now() >= until) {
          say(whyNot(result, run));
          return result.kind === "absent" ? exit.notRunning : exit.failed;
        }
        await Bun.sleep(againEveryMs);
      }
    },
  });
}

/** hb's own pppd names the tty as ha.cf does in "ipparam"; its other name of it may be another one. */
function requestOf(event: "up" | "down", operands: readonly string[]): PppEvent {
  const [device = "", tty = "", , local = "", remote = "", ipparam = ""] = operands;
  return {
    ask: "ppp",
    event,
    tty: ipparam.startsWith("/") ? ipparam : tty,
    pid: Number(process.env.PPPD_PID ?? process.ppid),
    line: { device, local, remote },
  };
}
