// Whether bytes still leave a line. Half a second without any is a dead cable or an other end that does
// not let us (RTS/CTS): heartbeat-wire 14.5. Pure: time is a parameter.
//
// After a stall the line works again when bytes leave and something is heard: a buffer that takes what
// nobody reads proves nothing.

import { after, type Instant } from "../../core/instant.ts";

/** As long as 3.0.6 waits for one write. */
const STALL_MS = 500;

export class Progress {
  #left = 0;
  #since: Instant | undefined;
  #stalled = false;
  #leaves = false;
  #heard = false;

  /** True from a stall until the line works again. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** When see() has to be called next; undefined while nothing is outstanding. */
  deadline(): Instant | undefined {
    return this.#since === undefined ? undefined : after(this.#since, STALL_MS);
  }

  /** Tells how many bytes have left in all and whether more should. True: they did not for too long, and
   *  what waits has to be thrown away. */
  see(left: number, outstanding: boolean, now: Instant): boolean {
    const moved = left > this.#left;
    this.#left = left;
    if (moved) {
      this.#leaves = true;
      this.#recover();
    }
    if (!outstanding) this.#since = undefined;
    else if (moved || this.#since === undefined) this.#since = now;
    const due = this.deadline();
    if (due === undefined || now < due) return false;
    this.#since = undefined;
    this.#stalled = true;
    this.#leaves = false;
    this.#heard = false;
    return true;
  }

  /** Something was heard. */
  heard(): void {
    this.#heard = true;
    this.#recover();
  }

  #recover(): void {
    if (this.#leaves && this.#heard) this.#stalled = false;
  }
}
