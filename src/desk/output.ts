// Where a script's words go while it runs, and where they go on going when it leaves a daemon
// behind.
//
// A file without a name and not a pipe: a daemon that keeps the descriptor would die of SIGPIPE
// when the agent ends, or hang when nobody reads. The file is cut while it is kept, so that it
// cannot fill the disk.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Of one run: more lines than this tell an administrator nothing new. */
const linesMax = 500;
const lineBytesMax = 2_000;
/** What a status is judged by. */
const keptMax = 64 * 1024;
/** A left-behind daemon may write this much before it is cut. */
const leftBytesMax = 1024 * 1024;
/** Read at one go: a script that writes without end must not keep the desk. */
const readBytesMax = 256 * 1024;

let made = 0;

export class Output {
  readonly fd: number;
  readonly #line: (text: string) => void;
  readonly #linesMax: number;
  readonly #buffer = new Uint8Array(16 * 1024);
  #at = 0;
  #part = "";
  #lines = 0;
  #unseen = 0;
  #kept = "";
  #lost = false;

  /** `line` is called for each line that is read, until there are too many (`most`). */
  constructor(directory: string, line: (text: string) => void, most = linesMax) {
    made += 1;
    const path = join(directory, `output.${process.pid}.${made}`);
    this.fd = openSync(path, "ax+", 0o600);
    rmSync(path);
    this.#line = line;
    this.#linesMax = most;
  }

  /** Reads what is new. What comes faster than it is read is thrown away. */
  read(): void {
    for (let read = 0; read < readBytesMax; ) {
      const got = readSync(this.fd, this.#buffer, 0, this.#buffer.length, this.#at);
      if (got === 0) {
        if (this.#at > leftBytesMax) this.#cut();
        return;
      }
      this.#at += got;
      read += got;
      this.#take(Buffer.from(this.#buffer.subarray(0, got)).toString("utf8"));
    }
    this.#lost = true;
    this.#cut();
  }

  /** Reads the rest, an unfinished line too, and says how much was left out. */
  finish(): string {
    this.read();
    if (this.#part !== "") this.#say(this.#part);
    this.#part = "";
    const more = `${this.#lost ? "at least " : ""}${this.#unseen} more lines are not shown`;
    if (this.#unseen > 0) this.#line(`(${more})`);
    return this.#kept;
  }

  /** Empties the file when a daemon that was left behind has written much. */
  trim(): void {
    if (fstatSync(this.fd).size > leftBytesMax) this.#cut();
  }

  close(): void {
    closeSync(this.fd);
  }

  #cut() {
    ftruncateSync(this.fd, 0);
    this.#at = 0;
  }

  #take(text: string) {
    if (this.#kept.length < keptMax) this.#kept += text.slice(0, keptMax - this.#kept.length);
    const lines = (this.#part + text).split("\n");
    this.#part = (lines.pop() ?? "").slice(0, lineBytesMax);
    for (const line of lines) this.#say(line);
  }

  #say(line: string) {
    if (line.trim() === "") return;
    this.#lines += 1;
    if (this.#lines > this.#linesMax) this.#unseen += 1;
    else this.#line(line.slice(0, lineBytesMax).trimEnd());
  }
}
