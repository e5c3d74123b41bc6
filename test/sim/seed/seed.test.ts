// Plans that once broke a law and cannot be told as a story (test/scenario): each was shrunk from a seed,
// and says in its file's name what was wrong.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kindsOf } from "../kinds.ts";

const names = readdirSync(import.meta.dir).filter((name) => name.endsWith(".json"));

test.each(names)("play() of the plan %s, which once broke a law, breaks none", (name) => {
  const { kind, ...plan } = JSON.parse(readFileSync(join(import.meta.dir, name), "utf8"));
  for (const each of kindsOf(kind)) expect(each.play(plan).violations).toEqual([]);
});
