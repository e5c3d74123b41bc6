// `hb version`: what this binary is.

import { command } from "./command.ts";
import { release } from "./edition.ts";
import { exit } from "./exit.ts";
import { print, printJson } from "./output.ts";

export const version = command({
  name: "version",
  summary: "Shows the version",
  examples: ["hb version", "hb version --json"],
  args: { json: { type: "boolean", description: "Print JSON" } },
  run({ args }) {
    if (args.json) printJson(release);
    else
      print(`hb ${release.version} (speaks Heartbeat ${release.speaks}, Bun ${release.runtime})`);
    return exit.done;
  },
});
