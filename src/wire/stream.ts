// Packets out of a stream of bytes: what arrives on a serial line (heartbeat-wire 2.3, 14.5).
//
// The line has no packets, loses bytes and makes some up. A run begins behind whatever noise with
// ">>>" and a line end, and ends with a line "<<<". Noise may hold a false beginning: then the true
// packet lies inside the run, and openRun() finds it. Total: no bytes make it throw or grow.

import { bytesToText, textToBytes } from "./bytes.ts";
import type { Keyring } from "./keyring.ts";
import { type Opened, open } from "./packet.ts";

const BEGIN = ">>>\n";
const END = "\n<<<\n";

/** A run longer than this is noise that looked like a beginning. At 19 200 baud it takes half a minute. */
export const RUN_MAX = 65_536;

/** False beginnings of one run that are tried; noise must not cost a signature for each byte. */
const BEGINNINGS_MAX = 8;

/** What ends a packet that was left half-sent, so that the next one is not taken for a part of it. */
export const RESYNC = "\n<<<\n";

export class RunReader {
  #text = "";
  #inside = false;
  /** Up to here no end was found. */
  #scanned = 0;
  #noise = 0;
  /** The last bytes outside of runs: what follows may make a lone "<<<" of them. */
  #held = "";

  /** Nothing waits for its end: the next packet is a run of its own. */
  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** Bytes outside of all runs, line ends and lone "<<<" left aside. */
  get noise(): number {
    return this.#noise + this.#held.length;
  }

  /** Takes in what was read; the runs that it completes. */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#text += sevenBit(bytes);
    const runs: Uint8Array[] = [];
    for (let run = this.#next(); run !== undefined; run = this.#next()) {
      runs.push(textToBytes(run));
    }
    return runs;
  }

  #next(): string | undefined {
    if (!this.#inside && !this.#begin()) return undefined;
    const at = this.#text.indexOf(END, this.#scanned);
    if (at >= 0) {
      const run = this.#text.slice(0, at + END.length);
      this.#text = this.#text.slice(run.length);
      this.#inside = false;
      return run;
    }
    this.#scanned = Math.max(0, this.#text.length - END.length + 1);
    if (this.#text.length > RUN_MAX) this.#giveUp();
    return undefined;
  }

  /** Skips to the next beginning; false when there is none yet. */
  #begin(): boolean {
    const at = this.#text.indexOf(BEGIN);
    this.#skip(at >= 0 ? at : Math.max(0, this.#text.length - BEGIN.length + 1), at >= 0);
    this.#inside = at >= 0;
    this.#scanned = 0;
    return this.#inside;
  }

  /** Too long for a packet: it goes on from the next beginning inside, if there is one. */
  #giveUp(): void {
    const at = this.#text.indexOf(BEGIN, BEGIN.length);
    this.#skip(at >= 0 ? at : this.#text.length - BEGIN.length + 1, at >= 0);
    this.#inside = at >= 0;
    this.#scanned = 0;
    if (this.#text.length > RUN_MAX) this.#giveUp();
  }

  /** `whole`: a run begins behind it, so that no more belongs to it. */
  #skip(count: number, whole: boolean): void {
    const skipped = this.#held + this.#text.slice(0, count);
    this.#held = whole ? "" : (/<{1,3}$/.exec(skipped)?.[0] ?? "");
    const known = skipped.slice(0, skipped.length - this.#held.length);
    this.#noise += known.replaceAll("<<<\n", "").replaceAll("\n", "").length;
    this.#text = this.#text.slice(count);
  }
}

/** The authentic message in a run: behind its first beginning or, after noise, behind a later one. */
export function openRun(run: Uint8Array, keyring: Keyring): Opened {
  const first = open(run, keyring);
  if (first.ok) return first;
  const text = bytesToText(run);
  let from = text.length;
  for (let tries = 0; tries < BEGINNINGS_MAX; tries++) {
    from = text.lastIndexOf(BEGIN, from - 1);
    if (from <= 0) break;
    const inner = open(run.subarray(from), keyring);
    if (inner.ok) return inner;
  }
  return first;
}

/** What the terminal flags ISTRIP and IGNCR make of a line: 8th bit cleared, CR as good as LF. */
function sevenBit(bytes: Uint8Array): string {
  return bytesToText(bytes.map((byte) => byte & 0x7f)).replaceAll("\r", "\n");
}
