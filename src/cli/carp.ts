// `hb carp`: virtual routers without a cluster, in one process. The options are ucarp's and more, but read
// strictly; by the name of ucarp they are read as ucarp reads them (ucarp.ts).

import { resolve } from "node:path";
import { facilities } from "../config/directive/process.ts";
import { renderProblem, renderProblems } from "../config/render.ts";
import type { RouterConfig } from "../config/router.ts";
import { passwordVariable } from "../desk/carp/secret.ts";
import { askCarp } from "../desk/carp/sibling.ts";
import { ask } from "../desk/client.ts";
import { missingCapabilities } from "../desk/permission.ts";
import { socketIn } from "./asking.ts";
import { repeatable, routerOptions } from "./carpoption.ts";
import { type Asked, readAsked } from "./carprequest.ts";
import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { misuse } from "./misuse.ts";
import { print, say } from "./output.ts";
import { painter } from "./painter.ts";

/** A process that does not answer so long does not keep another one from its start. */
const answerWithinMs = 1_000;

/** Everything that `hb carp` takes. */
export const carpOptions = {
  ...routerOptions,
  config: {
    type: "string",
    valueHint: "FILE",
    description: "Many virtual routers: a file of `carp` lines, as in ha.cf",
  },
  passfile: {
    type: "string",
    valueHint: "FILE",
    alias: "o",
    description: 'Password: the first line of this file, or of stdin ("-")',
  },
  pass: {
    type: "string",
    valueHint: "TEXT",
    alias: "p",
    description: "Password, at most 19 bytes; others can see it here: prefer --passfile",
  },
  shutdown: {
    type: "boolean",
    alias: "z",
    description: "Accepted: hb always leaves in good order",
  },
  daemonize: { type: "boolean", alias: "B", description: "Run in the background" },
  facility: {
    type: "string",
    valueHint: "NAME",
    alias: "f",
    description: "Syslog facility, or none (default: none, with --daemonize: daemon)",
  },
  debug: { type: "boolean", alias: "D", description: "Debug lines" },
  check: { type: "boolean", description: "Check everything, and end" },
  print: { type: "boolean", description: "Print what was understood as `carp` lines, and end" },
  "state-dir": agentDirOptions["state-dir"],
  "run-dir": agentDirOptions["run-dir"],
} as const;

export const carp = command({
  name: "carp",
  summary: "Shares addresses by CARP, without a cluster",
  examples: [
    "hb carp -i eth0 -v 42 -o /etc/carp.pass -a 10.0.0.100/24",
    "hb carp --config /etc/carp.conf --check",
  ],
  args: carpOptions,
  repeatable,
  notes: `The password comes from --passfile, --pass or the environment (${passwordVariable}).`,
  lists: [
    {
      title: "Signals",
      rows: [
        [
          "SIGTERM, SIGINT",
          "Take the addresses down, say goodbye so that others take over at once, end",
        ],
        ["SIGHUP", "Read the file of --config again: it is adopted whole or refused whole"],
        ["SIGUSR1", "Log the state of every virtual router"],
        ["SIGUSR2", "Hand over what this host is master of"],
      ],
    },
  ],
  exits: [
    [exit.done, "left in good order"],
    [exit.failed, "failed"],
    [exit.usage, "usage"],
    [exit.notPermitted, "not permitted"],
    [exit.configuration, "the configuration has problems"],
  ],
  async run({ args, every, calledAs }) {
    const facility = facilityOf(args.facility, args.daemonize === true);
    if (facility === false) {
      const reason = `Unknown syslog facility "${args.facility}": daemon and local0 are usual`;
      return misuse(calledAs, reason);
    }
    const asked = readAsked({
      router: new Map(Object.keys(routerOptions).map((name) => [name, given(args, name, every)])),
      ...(args.config === undefined ? {} : { config: resolve(args.config) }),
      ...(args.pass === undefined ? {} : { argument: args.pass }),
      ...(args.passfile === undefined ? {} : { passfile: pathOf(args.passfile) }),
    });
    if ("wrong" in asked) return misuse(calledAs, ...asked.wrong);
    const bad = asked.problems.some((problem) => problem.level === "error");
    if (args.check === true || args.print === true || bad) {
      return tell(asked, args.print === true && !bad, bad);
    }
    for (const problem of asked.problems) say(renderProblem(problem, painter("stderr")));
    const holds = asked.routers.some((router) => router.holdsAddresses);
    const lacks = missingCapabilities([
      "CAP_NET_RAW",
      ...(holds ? ["CAP_NET_ADMIN" as const] : []),
    ]);
    if (lacks.length > 0) {
      say(`${calledAs}: Not permitted: try as root, or with ${lacks.join(" and ")}`);
      return exit.notPermitted;
    }
    const taken = await runningAlready(asked.routers, args["run-dir"]);
    if (taken.length > 0) {
      say(`${calledAs}: Runs here already: ${taken.join(", ")}; "hb status" shows it`);
      return exit.failed;
    }
    const { runCarp } = await import("../desk/carp/start.ts");
    return (await runCarp({
      routers: asked.routers,
      lines: asked.lines,
      like: "hb",
      daemonize: args.daemonize === true,
      debug: args.debug === true,
      ...(facility === undefined ? {} : { facility }),
      ...(args.config === undefined ? {} : { file: resolve(args.config) }),
      ...(asked.standard === undefined ? {} : { standardPassword: asked.standard }),
      run: args["run-dir"],
      state: args["state-dir"],
    })) as ExitCode;
  },
});

/** "-" is stdin. */
function pathOf(passfile: string): string {
  return passfile === "-" ? passfile : resolve(passfile);
}

/** Those that the agent or another process of this host runs: the end of one would take the address from
 *  the other. */
async function runningAlready(
  routers: readonly RouterConfig[],
  run: string,
): Promise<readonly string[]> {
  const [agent, processes] = await Promise.all([
    ask(socketIn(run), { ask: "status" }, { limitMs: answerWithinMs }),
    askCarp(run, answerWithinMs),
  ]);
  const own = agent.kind === "done" ? (agent.answer.snapshot?.routers ?? []) : [];
  const running = new Set([...own, ...processes.routers].map((router) => router.name));
  return routers.map((router) => router.name).filter((name) => running.has(name));
}

/** Every value of an option; a flag that is set is "on". */
function given(
  args: Readonly<Record<string, unknown>>,
  name: string,
  every: (option: string) => readonly string[],
): readonly string[] {
  return args[name] === true ? ["on"] : every(name);
}

/** Absent: no syslog. False: there is no such facility. */
function facilityOf(written: string | undefined, daemon: boolean): string | undefined | false {
  const name = written?.toLowerCase();
  if (name === undefined) return daemon ? "daemon" : undefined;
  if (name === "none") return undefined;
  return facilities.has(name) ? name : false;
}

/** What there is to say instead of running. */
function tell({ routers, lines, problems }: Asked, printed: boolean, bad: boolean): ExitCode {
  const found = problems.length > 0;
  if (printed) {
    if (found) say(renderProblems(problems, painter("stderr")));
    print(lines.join("\n"));
  } else if (found) print(renderProblems(problems, painter("stdout")));
  else say(`No problems: ${routers.length} virtual router${routers.length === 1 ? "" : "s"}`);
  return bad ? exit.configuration : exit.done;
}
