// What a master has: in which order it comes and goes, and that the last order wins.

import { expect, test } from "bun:test";
import { type Grasp, Grip } from "../../../src/core/carp/grip.ts";
import { plainRouter } from "../../plainrouter.ts";

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

function result(job: number, ok = true) {
  return { on: "result", job, ok, text: ok ? "done" : "no interface", tookMs: 0 } as const;
}

/** Its up script, job 2, runs. */
function rising(): Grip {
  const grip = gripOf();
  expect(told(grip.raise())).toEqual(["hold 1"]);
  expect(told(grip.result(result(1)))).toEqual(["/up 2"]);
  return grip;
}

test("Grip.raise() puts addresses up, then runs the up script", () => {
  expect(told(rising().result(result(2)))).toEqual(["up"]);
});

test("Grip.lower() takes addresses off while the up script runs, and the rest when it has ended", () => {
  const grip = rising();
  expect(told(grip.lower())).toEqual(["suspend"]);
  expect(told(grip.result(result(2)))).toEqual(["drop 3"]);
  expect(told(grip.result(result(3)))).toEqual(["/down 4", "released"]);
  expect(told(grip.result(result(4)))).toEqual(["released", "down"]);
});

test("Grip.raise() puts addresses back that left while the up script still runs", () => {
  const grip = rising();
  grip.lower();
  expect(told(grip.raise())).toEqual(["hold 3"]);
  expect(grip.waitsFor(3)).toBe(true);
  expect(told(grip.raise())).toEqual([]);
  expect(told(grip.result(result(3)))).toEqual([]);
  expect(told(grip.result(result(2)))).toEqual(["up"]);
});

test("Grip.result() says that what was put back beside the up script failed", () => {
  const grip = rising();
  grip.lower();
  grip.raise();
  const failed = told(grip.result(result(3, false)));
  expect(failed).toEqual(["failed", "cannot put the addresses up: no interface"]);
});

test("Grip.lower() takes off what was just put back beside the up script", () => {
  const grip = rising();
  grip.lower();
  grip.raise();
  expect(told(grip.lower())).toEqual(["suspend"]);
  expect(told(grip.result(result(3, false)))).toEqual([]);
  expect(told(grip.result(result(2)))).toEqual(["drop 4"]);
});
