// What the core may know of the world's time and of this host's load, for the head of every turn.

import { unixMs } from "../../ffi/clock.ts";
import { openForReading, readHead } from "../../ffi/file.ts";
import type { Input } from "../core/input.ts";
import { after, type Instant } from "../core/instant.ts";

/** The kernel computes the load anew only every 5 s. */
const LOAD_EVERY_MS = 1_000;
const UNKNOWN = "n/a";

export class WallClock {
  readonly #buffer = new Uint8Array(new ArrayBuffer(128));
  readonly #fd: number | undefined;
  #load = UNKNOWN;
  #readAt: Instant | undefined;

  constructor() {
    try {
      this.#fd = openForReading("/proc/loadavg");
    } catch {
      this.#fd = undefined;
    }
  }

  /** The "clock" input of this turn. */
  input(now: Instant): Input {
    if (this.#readAt === undefined || now >= after(this.#readAt, LOAD_EVERY_MS)) {
      this.#readAt = now;
      this.#load = this.#read();
    }
    return { on: "clock", bootUnixMs: unixMs() - now, load: this.#load };
  }

  #read(): string {
    if (this.#fd === undefined) return UNKNOWN;
    try {
      const length = readHead(this.#fd, this.#buffer);
      return new TextDecoder().decode(this.#buffer.subarray(0, length)).trim();
    } catch {
      return UNKNOWN;
    }
  }
}
