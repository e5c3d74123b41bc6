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
    ["warning", 2, 25, 'This host has no user "ghost": it gives nobody a right'],
    ["warning", 2, 40, 'This host has no group "spectre": it gives nobody a right'],
  ]);
});

test("unknownAccounts() names the users of programs, for whom a number does not do", async () => {
  const text =
    "respawn root /bin/a\nfailfast nobdy /bin/b\nrespawn 0 /bin/c\nrespawn gone /usr/lib/heartbeat/ipfail\nrespawn\ncrm off\n";
  const problems = await unknownAccounts({ file: "ha.cf", text });
  const said = problems.map(({ level, line, message }) => `${level} ${line} ${message}`);
  expect(said).toEqual([
    'error 2 This host has no user "nobdy"',
    'error 3 This host has no user "0"',
    'warning 4 This host has no user "gone": hb does its work itself',
  ]);
});
