// The speed of a line: bytes leave no faster than a UART at this rate could send them.
//
// The emulated UART knows no speed: without this a burst would arrive at once, and overrun a receiver
// that at the true speed has the time to read.

/** What may leave at once when this process was late: a real line does not catch up either. */
const lateMsMax = 30;
const tickMs = 5;

export class Pace {
  readonly #bytesPerMs: number;
  readonly #out: (bytes: Uint8Array) => void;
  #waiting: Buffer = Buffer.alloc(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #atMs = 0;
  /** Parts of a byte that may leave already. */
  #credit = 0;

  /** Ten bits on the line carry a byte: start, eight of data, stop. */
  constructor(baud: number, out: (bytes: Uint8Array) => void) {
    this.#bytesPerMs = baud / 10 / 1_000;
    this.#out = out;
  }

  put(bytes: Uint8Array): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    if (this.#timer !== undefined) return;
    this.#atMs = performance.now();
    this.#credit = 0;
    this.#next();
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = Buffer.alloc(0);
  }

  #next(): void {
    this.#timer = setTimeout(() => this.#tick(), tickMs);
  }

  #tick(): void {
    this.#timer = undefined;
    const now = performance.now();
    this.#credit += Math.min(now - this.#atMs, lateMsMax) * this.#bytesPerMs;
    this.#atMs = now;
    const count = Math.min(Math.floor(this.#credit), this.#waiting.byteLength);
    this.#credit -= count;
    if (count > 0) this.#out(this.#waiting.subarray(0, count));
    this.#waiting = this.#waiting.subarray(count);
    if (this.#waiting.byteLength > 0) this.#next();
  }
}
