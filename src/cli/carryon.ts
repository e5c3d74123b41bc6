// `hb carry-on`: what `hb carp --daemonize` becomes. Not for users.

import { carryOnWord, sentStart } from "../desk/carp/daemon.ts";
import { heedHangup } from "../desk/hangup.ts";
import { command } from "./command.ts";
import { type ExitCode, exit } from "./exit.ts";
import { say } from "./output.ts";

export const carryOn = command({
  name: carryOnWord,
  summary: "Runs virtual routers in the background; started by hb carp",
  examples: ["hb carp --daemonize"],
  hidden: true,
  notes: "hb carp starts this by itself, with what it is to do on its standard input",
  async run() {
    const start = sentStart();
    if (start === undefined) {
      say('This is started by "hb carp --daemonize" alone');
      return exit.failed;
    }
    if (start.like === "hb") heedHangup();
    const { runCarp } = await import("../desk/carp/start.ts");
    return (await runCarp(start)) as ExitCode;
  },
});
