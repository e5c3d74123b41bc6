// The wall clock of a made-up host: it can be set, and it can drift. Real time, in which the run goes on,
// does neither.

/** When the runs happen. */
export const epochMs = 1_700_000_000_000;

export class WallClock {
  #atMs = epochMs;
  #since = 0;
  #rate = 1;

  /** Unix time in milliseconds. */
  unixMs(now: number): number {
    return this.#atMs + (now - this.#since) * this.#rate;
  }

  step(ms: number, now: number): void {
    this.#set(this.unixMs(now) + ms, now);
  }

  drift(ppm: number, now: number): void {
    this.#set(this.unixMs(now), now);
    this.#rate = 1 + ppm / 1e6;
  }

  #set(unixMs: number, now: number): void {
    this.#atMs = unixMs;
    this.#since = now;
  }
}
