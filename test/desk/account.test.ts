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

test("unknownAccounts() names the users of programs, for whom a number does not do", async () => {
  const text = "respawn root /bin/a\nfailfast nobdy /bin/b\nrespawn 0 /bin/c\nrespawn\ncrm off\n";
  const problems = await unknownAccounts({ file: "ha.cf", text });
  const said = problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  expect(said).toEqual(['2:10 This host has no user "nobdy"', '3:9 This host has no user "0"']);
});
