import { describe, expect, test } from "bun:test";
import { Counter } from "../../../src/core/carp/counter.ts";
import { Guard } from "../../../src/core/carp/guard.ts";
import type { HeardAdvert } from "../../../src/core/carp/heard.ts";
import { at } from "../../../src/core/instant.ts";
import { advert, farewell } from "./bench.ts";

const minute = 60_000;

function sealed(number: bigint, more: Partial<HeardAdvert> = {}, sender = "aa"): HeardAdvert {
  return advert({ ...more, seal: { sender: sender.repeat(8), number } });
}

/** The verdicts on adverts, one a second; a number is a pause in milliseconds. */
function judged(policy: "auto" | "require" | "off", ...story: (HeardAdvert | number)[]) {
  const guard = new Guard(policy);
  let now = 0;
  const verdicts: (string | undefined)[] = [];
  for (const each of story) {
    now += typeof each === "number" ? each : 1_000;
    if (typeof each !== "number") verdicts.push(guard.judge(each, at(now)) ?? "ok");
  }
  return verdicts.join(" ");
}

describe("Guard.judge()", () => {
  test("off: everything counts, the oldest number too", () => {
    expect(judged("off", sealed(5n), sealed(5n), advert())).toBe("ok ok ok");
  });

  test("require: bare adverts never count", () => {
    expect(judged("require", advert(), sealed(1n), advert(), sealed(2n))).toBe(
      "unsealed ok unsealed ok",
    );
  });

  test("auto: a source that never sealed counts as it is", () => {
    expect(judged("auto", advert(), advert())).toBe("ok ok");
  });

  test("auto: of a source that sealed only growing numbers count", () => {
    const story = [sealed(5n), sealed(6n), sealed(6n), sealed(5n), advert(), sealed(9n)];
    expect(judged("auto", ...story)).toBe("ok ok replay replay unsealed ok");
  });

  test("auto: sources do not mix", () => {
    const other = { from: "10.77.0.4" };
    expect(judged("auto", sealed(5n), advert(other), sealed(1n, other), sealed(6n))).toBe(
      "ok ok ok ok",
    );
  });

  test("a refused number changes nothing: the next good one still counts", () => {
    expect(judged("auto", sealed(100n), sealed(7n), sealed(101n))).toBe("ok replay ok");
  });

  test("a host installed anew counts when its clock is ahead of the old one's", () => {
    expect(judged("auto", sealed(5n), sealed(6n, {}, "bb"), sealed(7n, {}, "bb"))).toBe("ok ok ok");
  });

  test("a record of an earlier installation is a replay, also after the new one was heard", () => {
    const story = [sealed(50n, {}, "bb"), sealed(7n), sealed(51n, {}, "bb"), sealed(8n)];
    expect(judged("auto", ...story)).toBe("ok replay ok replay");
  });

  test("a host installed anew with a clock behind has to wait for ten minutes of silence", () => {
    const young = sealed(6n, {}, "bb");
    expect(judged("auto", sealed(50n), 9 * minute, young, 1 * minute, young)).toBe("ok replay ok");
  });

  test("however long it was silent, a number never counts twice", () => {
    expect(judged("auto", sealed(50n), 1_000 * minute, sealed(50n), sealed(49n))).toBe(
      "ok replay replay",
    );
  });

  test("after a sealed farewell the host may run ucarp: bare adverts count", () => {
    expect(judged("auto", sealed(5n), sealed(6n, farewell), advert())).toBe("ok ok ok");
    expect(judged("auto", sealed(5n), sealed(6n, farewell), sealed(7n), advert())).toBe(
      "ok ok ok unsealed",
    );
  });

  test("a bare or replayed farewell signs nothing off", () => {
    expect(judged("auto", sealed(5n), advert(farewell), advert())).toBe("ok unsealed unsealed");
    expect(judged("auto", sealed(5n), sealed(5n, farewell), advert())).toBe("ok replay unsealed");
  });

  test("after ten minutes without a seal bare adverts count again", () => {
    expect(judged("auto", sealed(5n), 10 * minute, advert())).toBe("ok ok");
    expect(judged("require", sealed(5n), 10 * minute, advert())).toBe("ok unsealed");
  });
});

describe("Counter.next()", () => {
  test("is random until a peer was heard, then follows the last one", () => {
    const counter = new Counter();
    expect([counter.next(), counter.next()]).toEqual(["random", "random"]);
    counter.heard("a", 41n);
    expect([counter.next(), counter.next()]).toEqual([42n, 43n]);
    counter.heard("a", 7n);
    expect(counter.next()).toBe(8n);
  });

  test("wraps at 64 bits", () => {
    const counter = new Counter();
    counter.heard("a", 2n ** 64n - 2n);
    expect([counter.next(), counter.next()]).toEqual([2n ** 64n - 1n, 0n]);
  });

  test("never is one that somebody said", () => {
    const counter = new Counter();
    counter.heard("openbsd", 43n);
    counter.heard("freebsd", 44n);
    counter.heard("ucarp", 41n);
    expect([counter.next(), counter.next()]).toEqual([42n, 45n]);
  });
});
