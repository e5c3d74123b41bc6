// Where a command's words go: data on stdout, talk on stderr. Not the log of the agent, which never
// waits for a reader; a command may.

import { exit } from "./exit.ts";

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Style = keyof typeof styles;
type Stream = "stdout" | "stderr";

/** Writes data: what a user may want to pipe into another program. */
export function print(text: string): void {
  put("stdout", text);
}

/** Says something about the work: progress, warnings, errors. */
export function say(text: string): void {
  put("stderr", text);
}

/** Writes a value as JSON, one document with a line end. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** True when colour is wanted on this stream: a terminal that nobody asked to stay plain
 *  (https://no-color.org). */
export function coloured(stream: Stream): boolean {
  if (process.env.NO_COLOR || process.env.TERM === "dumb") return false;
  return process[stream].isTTY === true;
}

/** The text in a style, when the stream shows styles; else the text. */
export function paint(stream: Stream, style: Style, text: string): string {
  return coloured(stream) ? `\u001b[${styles[style]}m${text}\u001b[0m` : text;
}

const heeded = new Set<Stream>();
let isOver = false;

/** False once the reader of the data has gone: more of it is for nobody. */
export function isHeard(): boolean {
  return !isOver;
}

function put(stream: Stream, text: string): void {
  if (!heeded.has(stream)) {
    heeded.add(stream);
    process[stream].on("error", (error: NodeJS.ErrnoException) => lost(stream, error));
  }
  process[stream].write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Data that did not get to where it should is a failure, whatever else was done. */
function lost(stream: Stream, error: NodeJS.ErrnoException): void {
  // A reader that has seen enough ("| head") closes the pipe: no fault of ours, nothing to say.
  if (stream === "stdout") isOver = true;
  if (error.code === "EPIPE" || stream === "stderr") return;
  process.once("exit", () => {
    process.exitCode = exit.failed;
  });
  say(`Cannot write what was asked for: ${error.message}`);
}
