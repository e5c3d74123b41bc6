import { expect, test } from "bun:test";
import { parseAuthkeys } from "../../src/config/authkeys.ts";

const file = "/etc/ha.d/authkeys";
const rootOnly = { mode: 0o100600, uid: 0, reader: 0 };
const key = "0123456789abcdef";

function said(text: string, facts = rootOnly): string[] {
  return parseAuthkeys(text, file, facts).problems.map(
    ({ level, line, column, message }) => `${level} ${line}:${column} ${message}`,
  );
}

test.each([
  [`auth 1\n1 sha1 ${key}\n`, { active: 1, keys: [{ number: 1, method: "sha1", key }] }],
  [`  auth   0\n\t0 md5 ${key}`, { active: 0, keys: [{ number: 0, method: "md5", key }] }],
  [
    `# keys\n\nauth 2\r\n15 md5 ${key}\r\n2 sha1 a#b"c'd,e\\\r\n`,
    {
      active: 2,
      keys: [
        { number: 2, method: "sha1", key: "a#b\"c'd,e\\" },
        { number: 15, method: "md5", key },
      ],
    },
  ],
  [
    `auth 1\n1 sha1 caf\u00e9\u00ff12345`,
    { active: 1, keys: [{ number: 1, method: "sha1", key: "caf\u00e9\u00ff12345" }] },
  ],
] as const)("parseAuthkeys() reads %j", (text, ring) => {
  const { keyring, problems } = parseAuthkeys(text, file, rootOnly);
  expect(problems).toEqual([]);
  expect(keyring).toEqual(ring as unknown as typeof keyring);
});

test.each([
  ["", 'error 0:0 No key is chosen to sign with: "auth" is not there'],
  [`1 sha1 ${key}`, 'error 0:0 No key is chosen to sign with: "auth" is not there'],
  ["auth", 'error 1:1 "auth" misses the number of a key'],
  [`auth 16\n1 sha1 ${key}`, "error 1:6 The number of a key must be a whole number from 0 to 15"],
  [`auth 2\n1 sha1 ${key}`, "error 1:6 Key 2 is chosen to sign with, but is not there"],
  [
    `1 sha1 ${key}\nauth 1`,
    'error 2:6 "auth 1" must stand before key 1: Heartbeat does not find it below',
  ],
  ["auth 1\n1", "error 2:1 Key 1 must have a method: crc, md5, sha1, sha256"],
  [`auth 1\n1 sha512 ${key}`, "error 2:3 Key 1 must have a method: crc, md5, sha1, sha256"],
  ["auth 1\n1 sha1", 'error 2:3 The method "sha1" needs a key: none is there'],
  ["auth 1\n1 md5", 'error 2:3 The method "md5" needs a key: none is there'],
  [`auth 1\n1 crc ${key}`, 'error 2:7 The method "crc" has no key: remove this word'],
  [
    `auth 1\n1 sha1 ${key}\njunk`,
    "error 3:1 The number of a key must be a whole number from 0 to 15",
  ],
  [
    `auth 1\n1 sha1 ${key} spare`,
    "warning 2:25 Text after the key is not read: a key has no blanks",
  ],
  [`auth 1\n1 md5 x${key}\n1 sha1 ${key}`, "warning 3:1 Key 1 is given twice, the last one counts"],
  [`auth 2\nauth 1\n1 sha1 ${key}`, 'warning 2:6 "auth" is given twice, the last one counts'],
  ["auth 1\n1 sha1 short", "warning 2:1 Key 1 is short: 5 characters, at least 8 are safe"],
  [
    `auth 1\n1 sha256 ${key}`,
    "warning 2:1 Heartbeat 3.0.6 does not know sha256: every node must run hb",
  ],
  [
    "auth 1\n1 crc",
    "warning 2:1 crc keeps nobody out: whoever reaches the network can move your services",
  ],
])("parseAuthkeys() says what is wrong with %j", (text, message) => {
  expect(said(text)).toContain(message);
});

test.each([
  [`auth 1\n1 sha1`, ['2:3 The method "sha1" needs a key: none is there']],
  [`auth 1\n1 rot13 ${key}`, ["2:3 Key 1 must have a method: crc, md5, sha1, sha256"]],
  [
    `auth 1\n16 sha1 ${key}`,
    [
      "1:6 Key 1 is chosen to sign with, but is not there",
      "2:1 The number of a key must be a whole number from 0 to 15",
    ],
  ],
  [`auth x\n1 sha1 ${key}`, ["1:6 The number of a key must be a whole number from 0 to 15"]],
  [`active 1\n1 sha1 ${key}`, ['1:1 A line must begin with "auth" or with the number of a key']],
  // Heartbeat reads these as well.
  [`auth1\n1 sha1 ${key}`, []],
  [`auth 1\n1 sha1 ${key}\nauth 1`, []],
])("parseAuthkeys() says what is wrong with %j once", (text, messages) => {
  const { problems } = parseAuthkeys(text, file, rootOnly);
  const errors = problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  expect(errors.toSorted()).toEqual([...messages]);
});

test.each([
  [0o644, 0, 0, ["error 0:0 Others may read the keys: mode is 644, it must be 600"]],
  [0o640, 0, 0, ["error 0:0 Others may read the keys: mode is 640, it must be 600"]],
  [0o604, 0, 0, ["error 0:0 Others may read the keys: mode is 604, it must be 600"]],
  [0o620, 0, 0, ["warning 0:0 Others may change the keys: mode is 620, it should be 600"]],
  [0o600, 0, 1000, []],
  [0o400, 0, 0, []],
  [0o600, 1000, 0, ["error 0:0 The owner must be root: it is user 1000"]],
  [0o600, 1000, 1000, []],
  [0o600, 1001, 1000, ["error 0:0 The owner must be root or user 1000: it is user 1001"]],
] as const)(
  "parseAuthkeys() judges mode %o of user %d read by %d",
  (mode, uid, reader, expected) => {
    const facts = { mode: 0o100000 | mode, uid, reader };
    expect(said(`auth 1\n1 sha1 ${key}`, facts)).toEqual([...expected]);
  },
);

test("parseAuthkeys() gives no keyring beside an error", () => {
  expect(parseAuthkeys(`auth 1\n1 sha1 ${key}\njunk`, file).keyring).toBeUndefined();
});

test.each([
  `auth 1\n1 sha1 ${key} spare`,
  `auth 1\n1 ${key}`,
  `auth 1\n1 #${key}`,
  `${key}`,
  `auth ${key}`,
  `auth 1\n1 crc ${key}`,
  `auth 1\n99 sha1 ${key}`,
  `auth 1\n1 sha1 ${key}\n1 sha1 ${key}`,
  `a${key}`,
])("parseAuthkeys() shows no key in the problems of %j", (text) => {
  const { problems } = parseAuthkeys(text, file);
  expect(problems.length).toBeGreaterThan(0);
  expect(JSON.stringify(problems)).not.toContain(key);
});
