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

/** Asks what programs ask: where the control socket is closed to this user, at the programs' own door. */
export async function asProgram<How extends { readonly kind: string }>(
  run: string,
  asks: (path: string) => Promise<How>,
): Promise<How> {
  const how = await asks(socketIn(run));
  if (how.kind !== "forbidden") return how;
  const there = await asks(placesOf({ ...defaultDirectories, run }).programs);
  // An agent that has no such door runs all the same.
  return there.kind === "absent" ? how : there;
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
  const asks = (path: string) =>
    ask(path, request, { progress: (text) => say(paint("stderr", "dim", `  ${text}`)) });
  const isOfPrograms = request.ask === "send";
  const result = isOfPrograms ? await asProgram(run, asks) : await asks(socketIn(run));
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
