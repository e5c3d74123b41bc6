// hb: arguments in, exit code out. Chooses the command by the name the program was called by, or by its
// first argument.

import { catalogue } from "./cli/catalogue.ts";
import type { Alias } from "./cli/command.ts";
import { type ExitCode, exit } from "./cli/exit.ts";
import { table } from "./cli/help.ts";
import { isHeartbeat, isUcarp, oldName } from "./cli/names.ts";
import { print, say } from "./cli/output.ts";
import { nearest } from "./config/nearest.ts";

async function main(program: string, argv: readonly string[]): Promise<number> {
  if (isUcarp(program, argv)) {
    const { ucarp } = await import("./cli/ucarp.ts");
    return await ucarp(program, argv);
  }
  if (isHeartbeat(program)) {
    const { heartbeat } = await import("./cli/heartbeat.ts");
    return await heartbeat(program, argv);
  }
  const old = oldName(program);
  if (old !== undefined) {
    const [name, ...words] = old;
    const as = { name: program.slice(program.lastIndexOf("/") + 1), words };
    return await call(name, argv, as);
  }
  const [first, ...rest] = argv;
  switch (first) {
    case undefined:
      say(overview());
      return exit.usage;
    case "--help":
    case "-h":
    case "help":
      if (rest[0] !== undefined) return await call(rest[0], ["--help"]);
      print(overview());
      return exit.done;
    case "--version":
    case "-V":
      return await call("version", rest);
    default:
      return await call(first, rest);
  }
}

async function call(name: string, argv: readonly string[], as?: Alias): Promise<ExitCode> {
  const entry = catalogue.find((each) => each.name === name);
  if (entry === undefined) {
    const what = name.startsWith("-") ? "option" : "command";
    const meant = nearest(
      name,
      catalogue.filter((each) => !each.hidden).map((each) => each.name),
    );
    say(`hb: Unknown ${what} "${name}"${meant === undefined ? "" : `: did you mean "${meant}"?`}`);
    say('Try "hb --help"');
    return exit.usage;
  }
  entry.first?.();
  const command = await entry.load();
  return await command.invoke(argv, as);
}

function overview(): string {
  const rows = catalogue
    .filter((each) => !each.hidden)
    .map((each) => [each.name, each.summary] as const);
  return [
    "hb keeps addresses and services alive when hosts die",
    "",
    "Example:",
    "  hb keygen > /etc/ha.d/authkeys && chmod 600 /etc/ha.d/authkeys",
    "  hb check && hb propagate && hb agent",
    "",
    "Usage: hb COMMAND [options]",
    "",
    "Commands:",
    `${table(rows)}`,
    'Try "hb COMMAND --help"',
  ].join("\n");
}

// The exit code is set, not enforced: a large write to a pipe must be able to drain.
process.exitCode = await main(process.argv0, process.argv.slice(2));
