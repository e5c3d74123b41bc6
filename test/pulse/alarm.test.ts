// The timer of the loop, as poll() sees it.

import { expect, test } from "bun:test";
import { bootMs } from "../../ffi/clock.ts";
import { POLLIN, PollSet } from "../../ffi/poll.ts";
import { after, at } from "../../src/core/instant.ts";
import { Alarm } from "../../src/pulse/alarm.ts";

const HOUR_MS = 3_600_000;

function watched(): { readonly alarm: Alarm; readonly set: PollSet } {
  const alarm = new Alarm();
  const set = new PollSet();
  set.watch(alarm.fd, POLLIN);
  return { alarm, set };
}

test("Alarm.set() fires for a moment that has passed, and again for the same one once that was noted", () => {
  const { alarm, set } = watched();
  const past = at(bootMs() - 1);
  for (let times = 0; times < 3; times++) {
    alarm.set(past);
    expect(set.wait(10_000)).toBe(1);
    alarm.fired();
    expect(set.wait(0)).toBe(0);
  }
});

test("Alarm.set() to a moment that is set already leaves it fired until that is noted", () => {
  const { alarm, set } = watched();
  const past = at(bootMs() - 1);
  alarm.set(past);
  expect(set.wait(10_000)).toBe(1);
  alarm.set(past);
  expect(set.wait(0)).toBe(1);
});

test("Alarm.set() to another moment takes the place of the one before, sooner or later", () => {
  const { alarm, set } = watched();
  const now = at(bootMs());
  alarm.set(after(now, -1));
  expect(set.wait(10_000)).toBe(1);
  alarm.set(after(now, HOUR_MS));
  expect(set.wait(0)).toBe(0);
  alarm.set(after(now, -1));
  expect(set.wait(10_000)).toBe(1);
});
