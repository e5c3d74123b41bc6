// What the demo shows: a line for each event, and strips with one letter for each question of the
// client: the first letter of the host that answered, or a dot when nobody did.

import type { Answer } from "../test/lab/client.ts";

const LETTERS = 50;

export class Timeline {
  static readonly slotMs = 20;

  readonly #startMs: number;
  readonly #colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  #strip: string[] = [];
  #stripAtMs = 0;
  #open = false;
  #next: number | undefined;
  readonly #known = new Map<number, { readonly atMs: number; readonly from: string }>();

  constructor(nowMs: number) {
    this.#startMs = nowMs;
  }

  /** One event, with the time since the start. */
  event(atMs: number, who: string, text: string, kind: "plain" | "good" | "bad" = "plain"): void {
    this.#flush();
    const code = { plain: "0", good: "32", bad: "31" }[kind];
    this.#line(atMs, who, this.#colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  }

  /** Lines of their own, without a time. */
  say(text: string): void {
    this.#flush();
    process.stdout.write(`${text}\n`);
  }

  /** Begins the strips. */
  open(): void {
    this.#open = true;
  }

  /** One question has its answer, or none. An answer that comes after that was said is not shown. */
  answer({ atMs, from, question }: Answer): void {
    if (!this.#open) return;
    this.#next ??= question;
    if (question >= this.#next) this.#known.set(question, { atMs, from });
    // Letters stand in the order of the questions: a later one may be answered earlier.
    for (let one = this.#known.get(this.#next); one; one = this.#known.get(this.#next)) {
      this.#known.delete(this.#next);
      this.#next++;
      this.#letter(one.atMs, one.from === "-" ? "·" : (one.from[0] ?? "?"));
    }
  }

  /** Ends the strips. */
  close(): void {
    this.#flush();
    this.#open = false;
  }

  #letter(atMs: number, letter: string): void {
    if (this.#strip.length === 0) this.#stripAtMs = atMs;
    this.#strip.push(letter);
    if (this.#strip.length >= LETTERS) this.#flush();
  }

  /** Shows the strip so far: it is full, or an event comes between. */
  #flush(): void {
    if (this.#strip.length === 0) return;
    this.#line(this.#stripAtMs, "client", this.#strip.join(""));
    this.#strip = [];
  }

  #line(atMs: number, who: string, text: string): void {
    const seconds = ((atMs - this.#startMs) / 1_000).toFixed(2).padStart(6);
    process.stdout.write(`${seconds} s  ${who.padEnd(7)} ${text}\n`);
  }
}
