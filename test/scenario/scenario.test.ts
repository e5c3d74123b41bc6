// Every story of this folder and of mixed/ (beside Heartbeat 3.0.6), played in a made-up cluster. README.md here says how they are written.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { play } from "../sim/transcript.ts";

const stories = readdirSync(import.meta.dir, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".txt") && !name.startsWith("carp/"))
  .sort();

/** A second of work at most; a busy machine may take its time. */
const limitMs = 60_000;

test.each(stories)(
  "play() finds that all of %s comes true",
  (name) => {
    expect(play(readFileSync(join(import.meta.dir, name), "utf8")).join("\n")).toBe("");
  },
  limitMs,
);

test("play() notices what does not come true", () => {
  const story = `
cluster alice bob
group alice 10.0.0.10
----
bob holds 10.0.0.10
0.0s alice  a line that nobody logs
nobody understands`;
  expect(play(story)).toHaveLength(3);
});
