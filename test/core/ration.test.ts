// When the watchdog is fed: the hardware never resets a host that the others count alive, and
// resets one that hangs `timeout - deadtime` after they have pronounced it dead.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { at, type Instant } from "../../src/core/instant.ts";
import { Ration, watchdogSeconds } from "../../src/core/ration.ts";

test.each([
  [200, 1],
  [990, 1],
  [991, 2],
  [1_000, 2],
  [5_000, 6],
  [9_990, 10],
  [10_000, 11],
  [30_000, 31],
] as const)("watchdogSeconds() of a deadtime of %d ms are %d", (deadtimeMs, seconds) => {
  expect(watchdogSeconds({ deadtimeMs })).toBe(seconds);
});

const usual = { keepaliveMs: 1_000, deadtimeMs: 5_000 };

function feedsAt(ration: Ration, now: Instant): boolean {
  if (ration.deadline() > now) return false;
  ration.fed(now);
  return true;
}

test("Ration feeds with each heartbeat when the spare second is as long as a keepalive", () => {
  const ration = new Ration(usual, 6_000, at(0));
  for (let now = at(1_000); now <= 10_000; now = at(now + 1_000)) {
    expect(feedsAt(ration, now)).toBe(false);
    ration.spoke(now);
    expect(feedsAt(ration, now)).toBe(true);
  }
});

test("Ration lets heartbeats pass until the spare time is used up", () => {
  const ration = new Ration({ keepaliveMs: 50, deadtimeMs: 200 }, 1_000, at(0));
  const fed: number[] = [];
  for (let now = at(50); now <= 2_000; now = at(now + 50)) {
    ration.spoke(now);
    if (feedsAt(ration, now)) fed.push(now);
  }
  // Half of the timeout: 1 000 - 200 ms would be too much trust in a clock.
  expect(fed).toEqual([500, 1_000, 1_500, 2_000]);
});

test("Ration remembers a heartbeat of a turn that was not healthy", () => {
  const ration = new Ration(usual, 6_000, at(0));
  ration.spoke(at(1_000));
  expect(ration.deadline()).toBeLessThanOrEqual(1_000);
  expect(feedsAt(ration, at(1_001))).toBe(true);
  expect(feedsAt(ration, at(1_002))).toBe(false);
});

test("Ration goes by the clock while the core keeps silent", () => {
  const ration = new Ration(usual, 6_000, at(0));
  expect(ration.deadline()).toBe(at(2_500));
  expect(feedsAt(ration, at(2_500))).toBe(true);
  expect(ration.deadline()).toBe(at(5_000));
});

test("Ration goes by the clock when the driver is too quick for keepalive", () => {
  const ration = new Ration({ keepaliveMs: 10_000, deadtimeMs: 30_000 }, 4_000, at(0));
  expect(ration.deadline()).toBe(at(2_000));
});

/** Times that `hb check` passes: deadtime exceeds twice keepalive. */
const times = fc
  .record({
    keepaliveMs: fc.integer({ min: 10, max: 10_000 }),
    more: fc.integer({ min: 1, max: 30_000 }),
  })
  .map(({ keepaliveMs, more }) => ({ keepaliveMs, deadtimeMs: 2 * keepaliveMs + more }));

test("Ration never lets a host be reset whose heartbeats come within deadtime", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(times, fc.array(share, { minLength: 1, maxLength: 200 }), (timing, pauses) => {
      const timeoutMs = watchdogSeconds(timing) * 1000;
      const ration = new Ration(timing, timeoutMs, at(0));
      let fed = 0;
      let now = 0;
      for (const pause of pauses) {
        // The whole pulse is away from one heartbeat to the next, but nobody calls it dead.
        now += pause * timing.deadtimeMs;
        ration.spoke(at(now));
        if (!feedsAt(ration, at(now))) continue;
        expect(now - fed).toBeLessThan(timeoutMs);
        fed = now;
      }
      expect(now - fed).toBeLessThan(timeoutMs);
    }),
  );
});

test("Ration of a host that hangs ends at its last heartbeat: reset comes at most timeout later", () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 2, max: 300 }), (timing, beats) => {
      const ration = new Ration(timing, watchdogSeconds(timing) * 1000, at(0));
      let fed = 0;
      let spoke = 0;
      // The loop wakes ten times per keepalive, as packets of the others would wake it.
      for (let tick = 1; tick <= beats * 10; tick += 1) {
        const now = at((tick * timing.keepaliveMs) / 10);
        if (tick % 10 === 0) {
          ration.spoke(now);
          spoke = now;
        }
        if (feedsAt(ration, now)) fed = now;
        expect(fed).toBeLessThanOrEqual(spoke);
      }
    }),
  );
});
