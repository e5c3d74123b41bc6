// Reads the journal from its beginning, and then what is new, over rotations and restarts of the agent.
// Works whether or not an agent runs.

import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { olderOf } from "./append.ts";
import { type Event, parseEvent } from "./event.ts";

const pieceBytes = 64 * 1024;
const lineEnd = 0x0a;

/** A file that is read as it grows; it may be renamed meanwhile. */
class Reader {
  readonly ino: number;
  readonly #fd: number;
  #at = 0;
  #part: Buffer = Buffer.alloc(0);

  constructor(fd: number) {
    this.#fd = fd;
    this.ino = fstatSync(fd).ino;
  }

  /** The lines that have become whole. */
  lines(): string[] {
    const pieces = [this.#part];
    const piece = Buffer.alloc(pieceBytes);
    while (true) {
      const count = readSync(this.#fd, piece, 0, piece.length, this.#at);
      if (count === 0) break;
      this.#at += count;
      pieces.push(Buffer.from(piece.subarray(0, count)));
    }
    const whole = Buffer.concat(pieces);
    const end = whole.lastIndexOf(lineEnd) + 1;
    this.#part = whole.subarray(end);
    return whole.subarray(0, end).toString("utf8").split("\n");
  }

  close(): void {
    closeSync(this.#fd);
  }
}

export class Tail {
  readonly #path: string;
  #reader: Reader | undefined;
  #isBegun = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** There is a journal. */
  get exists(): boolean {
    return this.#reader !== undefined;
  }

  /** What has come since the last call; at first, everything. Throws when the file cannot be read. */
  read(): Event[] {
    const lines: string[] = [];
    this.#reader ??= this.#open(this.#path);
    if (!this.#isBegun && this.#reader !== undefined) {
      this.#isBegun = true;
      const older = this.#open(olderOf(this.#path));
      // The same when it was renamed this very moment.
      if (older?.ino !== this.#reader.ino) lines.push(...(older?.lines() ?? []));
      older?.close();
    }
    lines.push(...(this.#reader?.lines() ?? []));
    while (this.#reader !== undefined && this.#isReplaced(this.#reader)) {
      // It was renamed: what came before that is in it now.
      lines.push(...this.#reader.lines());
      this.#reader.close();
      this.#reader = this.#open(this.#path);
      lines.push(...(this.#reader?.lines() ?? []));
    }
    return lines.flatMap((line) => parseEvent(line) ?? []);
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  #isReplaced(reader: Reader): boolean {
    const ino = statSync(this.#path, { throwIfNoEntry: false })?.ino;
    return ino !== undefined && ino !== reader.ino;
  }

  #open(path: string): Reader | undefined {
    try {
      return new Reader(openSync(path, constants.O_RDONLY));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }
}
