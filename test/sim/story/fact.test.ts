import { expect, test } from "bun:test";
import { play } from "../transcript.ts";

/** Alice leaves 2 s after the start of both; carol's packets are nobody's. */
const story = `
cluster alice bob deadtime=10s
group alice 10.0.0.10 httpd

leave alice
takeover bob foreign
advance 1s
----
`;

test.each([
  "bob holds 10.0.0.10 httpd",
  "nobody holds 10.0.0.11",
  "2.0s alice  Leaving the cluster",
  "2.0s alice  stop httpd",
  "2.0s alice  sends shutdone st=dead",
  "alice answers: Left the cluster",
  "bob never says stop",
  "bob never sends shutdone",
  "alice says Left the cluster once",
  "bob rejects nothing",
  "alice is gone",
  "bob is running",
])("untrue() finds nothing wrong with: %s", (line) => {
  expect(play(story + line)).toEqual([]);
});

test.each([
  ["alice holds 10.0.0.10", "10.0.0.10 is held by bob"],
  ["alice and bob hold httpd", "httpd is held by bob"],
  ["nobody holds httpd", "httpd is held by bob"],
  ["2.5s alice  Leaving the cluster", "2.0s alice Leaving the cluster"],
  ["2.0s bob  Leaving the cluster", "2.0s alice Leaving the cluster"],
  ["2.0s alice  sends shutdone st=alive", "not among"],
  ["alice refuses: Left the cluster", "it answers: Left the cluster"],
  ["bob answers: nonsense", "Moved in"],
  ["alice never says stop httpd", '"stop httpd" at 2.0s'],
  ["alice never sends shutdone", "shutdone"],
  ["alice says nonsense once", "0 times"],
  ["bob rejects signature", "it rejects nothing"],
  ["alice is running", "it is gone"],
  ["bob is gone", "it is running"],
  ["nothing moves", "stop httpd, drop 10.0.0.10"],
  ["nothing moves on bob", "hold 10.0.0.10, start httpd"],
  ["bob sings", "nobody understands that"],
])("untrue() finds that %s is untrue, and says what is true", (line, truth) => {
  const [problem = ""] = play(story + line);
  expect(problem).toStartWith(`${line}: `);
  expect(problem).toContain(truth);
});
