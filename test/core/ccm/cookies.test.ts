// Cookies of memberships.

import { expect, test } from "bun:test";
import { cookiesOf } from "../../../src/core/ccm/cookies.ts";

test("cookiesOf() gives no cookie twice, in this run or another, of this node or another", () => {
  const runs = [
    { uuid: "0123456789abcdef0123456789abcdef", generation: 1 },
    { uuid: "0123456789abcdef0123456789abcdef", generation: 2 },
    { uuid: "1123456789abcdef0123456789abcdef", generation: 1 },
  ];
  const cookies = runs.flatMap((run) => {
    const next = cookiesOf(run);
    return Array.from({ length: 300 }, () => next());
  });
  expect(new Set(cookies).size).toBe(900);
  for (const cookie of cookies) expect(cookie).toMatch(/^[!-~]{14}$/);
});
