import { expect, test } from "bun:test";
import { heldWord } from "../../../src/core/clients/directory.ts";

test.each([
  ["none", false, "none"],
  ["foreign", false, "foreign"],
  ["none", true, "local"],
  ["foreign", true, "all"],
  ["transition", true, "transition"],
] as const)("heldWord() of %s, where the node owns none: %p, is %s", (held, ownsNone, word) => {
  expect(heldWord(held, ownsNone)).toBe(word);
});
