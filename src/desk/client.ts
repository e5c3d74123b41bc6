// The other end of the control socket: how a command asks the running agent.

import { connect } from "node:net";
import { type Done, parseAnswer, type Request } from "./request.ts";

export type Result = { readonly kind: "done"; readonly answer: Done } | Refusal;

export type Refusal =
  /** No agent runs with this run directory. */
  | { readonly kind: "absent" }
  /** It runs, but this user may not ask it. */
  | { readonly kind: "forbidden" }
  /** It runs, but gave no answer. */
  | { readonly kind: "silent"; readonly reason: string };

export interface AskOptions {
  /** No limit when absent: an operator waits for scripts as long as they take. */
  readonly limitMs?: number;
  /** Whoever says more gives no answer. */
  readonly bytesMax?: number;
  progress?(text: string): void;
}

/** Asks the agent behind the socket one thing. Never rejects. */
export function ask(path: string, request: Request, options: AskOptions = {}): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const socket = connect(path);
  const settle = (result: Result) => {
    clearTimeout(limit);
    socket.destroy();
    resolve(result);
  };
  const limit = options.limitMs && setTimeout(() => settle(silent("no answer")), options.limitMs);
  socket.setEncoding("utf8");
  socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
  socket.on("error", (error) => settle(refusalOf(error)));
  socket.on("close", () => settle(silent("it closed the connection")));
  let part = "";
  let said = 0;
  const bytesMax = options.bytesMax ?? Number.POSITIVE_INFINITY;
  socket.on("data", (text: string) => {
    said += text.length;
    if (said > bytesMax) {
      settle(silent("it says too much"));
      return;
    }
    const lines = (part + text).split("\n");
    part = lines.pop() ?? "";
    for (const line of lines) {
      const answer = parseAnswer(line);
      if (answer === undefined) settle(silent("what it said is no answer"));
      else if (answer.say === "progress") options.progress?.(answer.text);
      else settle({ kind: "done", answer });
    }
  });
  return promise;
}

function silent(reason: string): Refusal {
  return { kind: "silent", reason };
}

/** What an error of a connection to the agent means. */
export function refusalOf(error: Error): Refusal {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ECONNREFUSED") return { kind: "absent" };
  if (code === "EACCES" || code === "EPERM") return { kind: "forbidden" };
  return silent(error.message);
}
