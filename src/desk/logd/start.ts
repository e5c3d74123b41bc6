// `hb logd` from its options to its end: the file, signals, who runs already.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";
import { type LogdCf, parseLogdCf } from "../../config/logdcf.ts";
import { problemLine, renderProblems } from "../../config/render.ts";
import { readTextIfThere } from "../disk.ts";
import { serveHangup } from "../hangup.ts";
import { type Absent, pidIn, removePid, writePid } from "../pidfile.ts";
import { logdPidBeside, logSocketIn } from "../place.ts";
import { endProcess, processName } from "../process.ts";
import { Logd } from "./logd.ts";

export interface LogdStart {
  /** logd.cf. */
  readonly config: string;
  readonly state: string;
  readonly run: string;
  readonly verbose: boolean;
}

const devLog = "/dev/log";
/** What a place does not take in this time at the end is lost. */
const lastWordsMs = 2_000;
/** Longer than that takes. */
const stopMs = 10_000;

export type Outcome =
  | { readonly end: "done" }
  | { readonly end: "running"; readonly pid: number }
  | { readonly end: "refused"; readonly text: string }
  | { readonly end: "configuration"; readonly text: string };

/** Runs until it is told to end. */
export async function runLogd(start: LogdStart): Promise<Outcome> {
  const { config, state, run, verbose } = start;
  const before = logdPid(run);
  if (typeof before === "number") return { end: "running", pid: before };
  const { text, trouble } = textOf(config);
  const read = parseLogdCf(text ?? "", config);
  const refusal = refusalOf(read);
  if (refusal !== undefined) return refusal;

  process.umask(0o022);
  const pidFile = logdPidBeside(run);
  for (const path of [state, dirname(pidFile)]) mkdirSync(path, { recursive: true });
  const logd = new Logd({ conf: read.conf, socket: logSocketIn(state), syslog: devLog, verbose });
  writePid(pidFile);
  if (trouble !== undefined) logd.own("warn", `Cannot open config file ${config}: ${trouble}`);
  for (const problem of read.problems) logd.own("warn", problemLine(problem));
  logd.own("info", `logd started with ${config}.`);

  const ended = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, ended.resolve);
  const stop = serveHangup(() => logd.reopen());
  const signal = await ended.promise;
  logd.own("info", `Received ${signal}: logd ends`);
  const lost = await logd.close(lastWordsMs);
  stop();
  removePid(pidFile);
  if (lost === 0) return { end: "done" };
  return { end: "refused", text: `${lost} messages were discarded: not taken in time` };
}

/** Ends the one that runs; false when it does not end. */
export async function stopLogd(run: string): Promise<boolean> {
  const pid = logdPid(run);
  if (typeof pid !== "number") return true;
  const name = processName(pid);
  return name === undefined || (await endProcess(name, stopMs));
}

/** The log daemon that uses this run directory, the real one or ours. */
export function logdPid(run: string): number | Absent {
  return pidIn(logdPidBeside(run), (command) => /\blogd\b|ha_logd/.test(command));
}

function textOf(config: string): { readonly text?: string; readonly trouble?: string } {
  try {
    const text = readTextIfThere(config);
    return text === undefined ? { trouble: "no such file" } : { text };
  } catch (error) {
    return { trouble: reasonOf(error) };
  }
}

function refusalOf({ problems }: LogdCf): Outcome | undefined {
  if (!problems.some(({ level }) => level === "error")) return undefined;
  return { end: "configuration", text: renderProblems(problems) };
}
