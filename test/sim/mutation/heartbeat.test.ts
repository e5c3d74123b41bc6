// The judge of heartbeat clusters is judged: he catches every core that was broken on purpose, by the law that
// is broken, and says nothing of the same runs of the core as it is.

import { expect, test } from "bun:test";
import { heartbeat } from "../heartbeat.ts";
import { heartbeatMutations } from "./heartbeat.ts";
import { tryOn } from "./mutation.ts";
import { stories } from "./story.ts";

test.each(Object.entries(stories))("Judge finds nothing in the story of %s", (_name, plan) => {
  expect(heartbeat.play(plan).violations).toEqual([]);
});

test.each(heartbeatMutations.map((mutation) => [mutation.law, mutation.name, mutation] as const))(
  "Judge finds that law %s is broken by a core that %s",
  (law, _name, mutation) => {
    const { broken } = tryOn(mutation, ["heartbeat", mutation.story]);
    expect(broken).toStartWith(`${law}: `);
  },
);

test("heartbeatMutations break each of the eight laws, and the peace of the network", () => {
  const laws = new Set(heartbeatMutations.map(({ law }) => law));
  expect([...laws].toSorted()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "storm"]);
});
