// The FIFO at Heartbeat's place: messages in text form, written by the old shell commands and by
// scripts (heartbeat-config 5, heartbeat-resources 12). Only root can write there. What they ask for: order.ts.

import { chmodSync, closeSync, constants, lstatSync, openSync, rmSync } from "node:fs";
import { makeFifo } from "../../ffi/path.ts";

/** Longer than any message that fits into a packet. */
const messageBytesMax = 64 * 1024;

export class Fifo {
  readonly #fd: number;
  readonly #cancel: () => void;
  readonly #splitter: Splitter;
  #open = true;

  /** Opens the FIFO, which is made when it is missing or something else. */
  constructor(path: string, heard: (text: string) => void, lost: (why: string) => void) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFIFO()) rmSync(path);
    if (!found?.isFIFO()) makeFifo(path, 0o600);
    chmodSync(path, 0o600);
    // For writing too: with a writer always there, the end of one is not the end of the file.
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const reader = Bun.file(this.#fd).stream().getReader();
    this.#cancel = () => void reader.cancel().catch(() => {});
    this.#splitter = new Splitter(heard, lost);
    this.#pump(() => reader.read(), lost);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancel();
    try {
      closeSync(this.#fd);
    } catch {
      // The stream has closed it.
    }
  }

  async #pump(
    read: () => Promise<{ done: boolean; value?: Uint8Array | undefined }>,
    lost: (why: string) => void,
  ) {
    try {
      for (;;) {
        const { done, value } = await read();
        if (done || value === undefined) return;
        this.#splitter.push(Buffer.from(value).toString("latin1"));
      }
    } catch (error) {
      if (this.#open) lost(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The longest part of an end that may have come already: the line end is what is missing. */
const endPartMax = "<<<\r".length;

/** Finds the messages in a stream of text; what stands between them is skipped. */
export class Splitter {
  #text = "";
  /** Up to here there is no end. */
  #scanned = 0;
  readonly #heard: (text: string) => void;
  readonly #lost: (why: string) => void;

  constructor(heard: (text: string) => void, lost: (why: string) => void) {
    this.#heard = heard;
    this.#lost = lost;
  }

  push(text: string): void {
    const all = this.#text + text;
    const end = /(?<=^|\n)<<<\r?\n/g;
    end.lastIndex = this.#scanned;
    let from = 0;
    while (end.exec(all) !== null) {
      const whole = all.slice(from, end.lastIndex);
      from = end.lastIndex;
      // The last beginning counts: a message that was cut short must not swallow the next one.
      const begin = `\n${whole}`.lastIndexOf("\n>>>");
      if (begin >= 0) this.#heard(whole.slice(begin));
    }
    this.#text = all.slice(from);
    if (this.#text.length > messageBytesMax) {
      this.#lost(`A message longer than ${messageBytesMax} bytes is dropped`);
      this.#text = "";
    }
    this.#scanned = Math.max(0, this.#text.length - endPartMax);
  }
}
