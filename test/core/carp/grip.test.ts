// What a master has: in which order it comes and goes, and that the last order wins.

import { expect, test } from "bun:test";
import { type Grasp, Grip } from "../../../src/core/carp/grip.ts";
import { at } from "../../../src/core/instant.ts";
import { plainRouter } from "../../plainrouter.ts";

const now = at(1_000);

function gripOf(): Grip {
  let job = 0;
  const config = { ...plainRouter, upScript: "/up", downScript: "/down" };
  return new Grip(
    () => config,
    () => ++job,
  );
}

/** What is done, with the numbers of jobs, and what became of it. */
function told({ effects, news, text }: Grasp): string[] {
  const done = effects.flatMap((effect) => {
    if (effect.do === "call") return [`${effect.path} ${effect.job}`];
    if (effect.do === "hold" || effect.do === "drop") return [`${effect.do} ${effect.job}`];
    return effect.do === "suspend" ? ["suspend"] : [];
  });
  return [...done, ...news, ...(text === "" ? [] : [text])];
}

function result(job: number, ok = true, tookMs = 0) {
  return { on: "result", job, ok, text: ok ? "done" : "no interface", tookMs } as const;
}

/** Its up script, job 2, runs. */
function rising(): Grip {
  const grip = gripOf();
  expect(told(grip.raise(now))).toEqual(["hold 1"]);
  expect(told(grip.result(result(1), now))).toEqual(["/up 2"]);
  return grip;
}

test("Grip.raise() puts addresses up, then runs the up script", () => {
  expect(told(rising().result(result(2), now))).toEqual(["up"]);
});

test("Grip.lower() takes addresses off while the up script runs, and the rest when it has ended", () => {
  const grip = rising();
  expect(told(grip.lower())).toEqual(["suspend"]);
  expect(told(grip.result(result(2), now))).toEqual(["drop 3"]);
  expect(told(grip.result(result(3), now))).toEqual(["/down 4", "released"]);
  expect(told(grip.result(result(4), now))).toEqual(["released", "down"]);
});

test("Grip.raise() puts addresses back that left while the up script still runs", () => {
  const grip = rising();
  grip.lower();
  expect(told(grip.raise(now))).toEqual(["hold 3"]);
  expect(grip.waitsFor(3)).toBe(true);
  expect(told(grip.raise(now))).toEqual([]);
  expect(told(grip.result(result(3), now))).toEqual([]);
  expect(told(grip.result(result(2), now))).toEqual(["up"]);
});

test("Grip.result() says that what was put back beside the up script failed", () => {
  const grip = rising();
  grip.lower();
  grip.raise(now);
  const failed = told(grip.result(result(3, false), now));
  expect(failed).toEqual(["failed", "cannot put the addresses up: no interface"]);
});

test("Grip.lower() takes off what was just put back beside the up script", () => {
  const grip = rising();
  grip.lower();
  grip.raise(now);
  expect(told(grip.lower())).toEqual(["suspend"]);
  expect(told(grip.result(result(3, false), now))).toEqual([]);
  expect(told(grip.result(result(2), now))).toEqual(["drop 4"]);
});

test.each([
  ["in the turn in which it begins", [0.9, 1_000], [0.3, 1_000], 1.2],
  ["in a later one", [0.9, 1_000], [300, 1_302.5], 302.5],
  ["in slices, the last one in the turn of the next job", [40, 1_030], [0.5, 1_030], 40.5],
] as const)(
  "Grip.tookMs() of a way up that ends %s is no less than its jobs",
  (_, one, two, tookMs) => {
    const grip = gripOf();
    grip.raise(now);
    grip.result(result(1, true, one[0]), at(one[1]));
    grip.result(result(2, true, two[0]), at(two[1]));
    expect(grip.tookMs(at(two[1]))).toBe(tookMs);
  },
);

test("Grip.tookMs() counts a script once that ran before the way up began anew", () => {
  const grip = gripOf();
  grip.raise(now);
  grip.result(result(1), now);
  grip.lower();
  grip.raise(at(3_000));
  grip.result(result(3, true, 0.5), at(3_000));
  grip.result(result(2, true, 2_500), at(3_501));
  expect(grip.tookMs(at(3_501))).toBe(501);
});
