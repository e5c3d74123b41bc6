// Bad weather on a virtual network: what it loses, copies and delays.

import fc from "fast-check";
import { type Fate, TIMING } from "./scene.ts";

export interface Weather {
  /** Losses out of 100. */
  readonly loss: number;
  /** Copies out of 100. */
  readonly copies: number;
  readonly delayMs: number;
  readonly seed: number;
}

export const weather: fc.Arbitrary<Weather> = fc.record({
  loss: fc.integer({ min: 0, max: 40 }),
  copies: fc.integer({ min: 0, max: 30 }),
  delayMs: fc.integer({ min: 0, max: 120 }),
  seed: fc.integer({ min: 1, max: 0x7fffffff }),
});

/** A small generator (xorshift), so that a failing run can be replayed from its seed. */
export function dice(seed: number): (sides: number) => number {
  let state = seed | 1;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

/** Bad weather between 1 s and 20 s, fair before and after it. */
export function fateOf({ loss, copies, delayMs, seed }: Weather): Fate {
  const roll = dice(seed);
  return (_from, _to, now) => {
    if (now < 1000 || now > 20_000) return [0.3];
    if (roll(100) < loss) return [];
    const delays = [roll(delayMs + 1)];
    if (roll(100) < copies) delays.push(roll(delayMs + 1));
    return delays;
  };
}

/** A deadtime that no loss in these tests reaches by bad luck. */
export const timing = { ...TIMING, deadtimeMs: 60_000, warntimeMs: 30_000 };
