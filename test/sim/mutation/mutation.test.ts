// The judge is judged: he catches every core that was broken on purpose, by the law that is broken, and says
// nothing of the same runs of the core as it is.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { heartbeat } from "../heartbeat.ts";
import { type Mutation, mutations } from "./mutation.ts";
import { stories } from "./story.ts";

const preload = join(import.meta.dir, "preload.ts");
const trial = join(import.meta.dir, "trial.ts");

test.each(Object.entries(stories))("Judge finds nothing in the story of %s", (_name, plan) => {
  expect(heartbeat.play(plan).violations).toEqual([]);
});

test.each(mutations.map((mutation) => [mutation.law, mutation.name, mutation] as const))(
  "Judge finds that law %s is broken by a core that %s",
  (law, _name, mutation) => {
    expect(brokenBy(mutation)).toContain(law);
  },
);

test("mutations break each of the seven laws, and the peace of the network", () => {
  const laws = new Set(mutations.map(({ law }) => law));
  expect([...laws].toSorted()).toEqual(["1", "2", "3", "4", "5", "6", "7", "storm"]);
  expect(mutations.length).toBeGreaterThanOrEqual(20);
});

/** The laws that a broken core breaks. What is to be replaced must be found, or the process fails. */
function brokenBy({ name, story, law }: Mutation): string[] {
  const { stdout, stderr, success } = Bun.spawnSync(
    [process.execPath, "--preload", preload, trial, story, law],
    { env: { ...process.env, HB_MUTATION: name } },
  );
  if (!success) throw new Error(stderr.toString());
  const violations: { readonly law: string }[] = JSON.parse(stdout.toString());
  return violations.map((violation) => violation.law);
}
