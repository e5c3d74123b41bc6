// How the commands that ask the agent tell what came of it.

import { ask, type Refusal } from "../desk/client.ts";
import { defaultDirectories, placesOf } from "../desk/place.ts";
import type { Request } from "../desk/request.ts";
import { type ExitCode, exit } from "./exit.ts";
import { paint, print, say } from "./output.ts";

/** The control socket in a run directory. */
export function socketIn(run: string): string {
  return placesOf({ ...defaultDirectories, run }).socket;
}

/** Why there is no answer, for a person: what happened and what to do. */
export function whyNot(result: Refusal, run: string): string {
  switch (result.kind) {
    case "absent":
      return `The agent is not running with ${run}: start it with "hb agent"`;
    case "forbidden":
      return `Not permitted to ask the agent (${socketIn(run)}): only root and the socket's group may; try as root`;
    case "silent":
      return `The agent does not answer: ${result.reason}`;
  }
}

/** Asks, shows progress on stderr, waits for the end; the exit code. */
export async function carryOut(run: string, request: Request): Promise<ExitCode> {
  const result = await ask(socketIn(run), request, {
    progress: (text) => say(paint("stderr", "dim", `  ${text}`)),
  });
  if (result.kind === "done") {
    const { ok, text } = result.answer;
    if (ok) print(text);
    else say(paint("stderr", "red", text));
    return ok ? exit.done : exit.failed;
  }
  return refused(result, run);
}

/** Says why there is no answer; the exit code. */
export function refused(result: Refusal, run: string): ExitCode {
  say(whyNot(result, run));
  if (result.kind === "absent") return exit.notRunning;
  return result.kind === "forbidden" ? exit.notPermitted : exit.failed;
}
