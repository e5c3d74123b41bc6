// Every story of this folder, played on a made-up segment. README.md here says how they are written.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { play } from "../../sim/carp/transcript.ts";

const stories = readdirSync(import.meta.dir).filter((name) => name.endsWith(".txt"));

test.each(stories)("play() finds that all of %s comes true", (name) => {
  expect(play(readFileSync(join(import.meta.dir, name), "utf8")).join("\n")).toBe("");
});

test("play() notices what does not come true", () => {
  const story = `
alice 10.77.0.1

start alice
advance 10s
----
alice is backup
nobody holds it
0.0s alice  a line that nobody logs
alice never says advert
alice refused 3 replay
nobody understands`;
  expect(play(story)).toHaveLength(6);
});
