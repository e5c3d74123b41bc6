// Keys as terminals and slow lines deliver them.

import { expect, test } from "bun:test";
import { Keys } from "../../src/cli/keys.ts";

const [up, down, home] = ["\u001b[A", "\u001b[B", "\u001b[H"];

test.each([
  ["one", ["j"], ["j"]],
  ["a held one", [down.repeat(3)], [down, down, down]],
  ["several", [`${down}q`], [down, "q"]],
  ["one in parts", ["\u001b", "[", "5", "~"], ["\u001b[5~"]],
  ["the end of one and another", ["j\u001b[", `A${up}`], ["j", up, up]],
  ["those of a keypad in application mode", ["\u001bOA\u001bO", "H"], [up, home]],
  ["Escape and then another one", ["\u001b", "q"], ["\u001b", "q"]],
  ["Ctrl-C after half a sequence", ["\u001b[", "\u0003"], ["\u001b", "[", "\u0003"]],
  ["none", [""], []],
])("Keys.take() finds %s", (_, parts, found) => {
  const keys = new Keys();
  expect(parts.flatMap((part) => keys.take(part))).toEqual(found);
});
