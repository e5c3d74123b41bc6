import { expect, test } from "bun:test";
import { accountNumber } from "../../src/desk/account.ts";
import { unknownAccounts } from "../../src/desk/unknownaccount.ts";

test.each([
  ["user", "root", 0],
  ["group", "root", 0],
  ["user", "4711", 4711],
  ["user", "nobody-of-that-name", undefined],
  ["group", "nobody-of-that-name", undefined],
  ["user", "-h", undefined],
  ["user", "", undefined],
] as const)("accountNumber() of the %s %j is %p", async (kind, name, number) => {
  expect(await accountNumber(kind, name)).toBe(number);
});

test("unknownAccounts() names each that this host does not have, with its place", async () => {
  const text = [
    "node alice",
    "apiauth ipfail uid=root,ghost gid=root,spectre # uid=comment",
    "apiauth ping gid=0",
    "#apiauth x uid=wraith",
  ].join("\n");
  const problems = await unknownAccounts({ file: "ha.cf", text });
  expect(
    problems.map(({ level, line, column, message }) => [level, line, column, message]),
  ).toEqual([
    ["error", 2, 25, 'This host has no user "ghost"'],
    ["error", 2, 40, 'This host has no group "spectre"'],
  ]);
});
