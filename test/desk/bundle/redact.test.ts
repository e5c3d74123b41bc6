import { expect, test } from "bun:test";
import fc from "fast-check";
import { showAuthkeys, showHaCf, showHaresources } from "../../../src/desk/bundle/file.ts";
import { isHarmless } from "../../../src/desk/bundle/harmless.ts";
import { ownLines } from "../../../src/desk/bundle/log.ts";
import { Redactor } from "../../../src/desk/bundle/redactor.ts";

const known = new Set(["alice", "bob", "eth0"]);

test.each([
  ["10.0.0.1", true],
  ["10.0.0.1/24/eth0", true],
  ["fd00::1/64", true],
  ["/dev/sdb1", true],
  ["/usr/lib/x.so:/etc/y", true],
  ["alice", true],
  ["on", true],
  ["694", true],
  ["30s", true],
  ["deadbeef", false],
  ["1234", false],
  ["/hunter2", false],
  ["hunter2", false],
  ["10.0.0.1/x/hunter2", false],
  ["carol", false],
])("isHarmless() of %j is %p", (word, harmless) => {
  expect(isHarmless(word, known)).toBe(harmless);
});

test.each([
  ["auth 1\n1 sha1 hunter22\n", "auth 1\n1 sha1 [redacted]\n", ["hunter22"]],
  ["auth 2\n2 crc\n", "auth 2\n2 crc\n", []],
  ["#auth 1\n", "[redacted]\n", ["auth"]],
  ["#1 sha1 older222\n# a word\n", "[redacted]\n[redacted]\n", ["older222", "word", "a"]],
  ["hunter22\n", "[redacted]\n", ["hunter22"]],
  ["1 sha1 hunter22 more333\r\n", "1 sha1 [redacted]\n", ["hunter22", "more333"]],
  ["auth hunter22\n", "auth [redacted]\n", []],
  ["1 hunter22 sha1\n", "[redacted]\n", ["hunter22"]],
] as const)("showAuthkeys() of %j shows %j", (text, shown, secrets) => {
  const found = showAuthkeys(text);
  expect(found.text).toBe(shown);
  expect(found.secrets).toEqual(expect.arrayContaining([...secrets]));
});

test.each([
  ["keepalive 1 # was hunter22\n#deadtime 5\n", "keepalive 1\n", []],
  ["node alice bob\n", "node alice bob\n", []],
  ["env DB=hunter22\n", "env DB=[redacted]\n", ["hunter22"]],
  ["env LEVEL=on\n", "env LEVEL=on\n", []],
  [
    "stonith_host * external/ipmi bob 10.0.0.2 admin hunter22\n",
    "stonith_host [redacted] [redacted] bob 10.0.0.2 [redacted] [redacted]\n",
    ["hunter22", "admin"],
  ],
  ["notify /usr/bin/tell --to x@y.z\n", "notify /usr/bin/tell [redacted] [redacted]\n", ["x@y.z"]],
  ["hunter22 is wrong\n", "[redacted] [redacted] [redacted]\n", ["is", "wrong"]],
  [
    "carp eth0 1 10.0.0.9 passfile=/etc/p xparam=hunter22 pass=hunter33\n",
    "carp eth0 1 10.0.0.9 passfile=/etc/p xparam=[redacted] pass=[redacted]\n",
    ["hunter22", "hunter33"],
  ],
] as const)("showHaCf() of %j shows %j", (text, shown, secrets) => {
  const found = showHaCf(text, known);
  expect(found.text).toBe(shown);
  expect(found.secrets).toEqual(expect.arrayContaining([...secrets]));
});

test.each([
  ["alice 10.0.0.1/24/eth0 apache2\n", "alice 10.0.0.1/24/eth0 apache2\n"],
  ["alice mysql::root::hunter22 # hunter33\n", "alice mysql::root::[redacted]\n"],
  ["bob \\\n  Filesystem::/dev/sdb1::/srv::ext4\n", "bob \\\nFilesystem::/dev/sdb1::/srv::ext4\n"],
  ["bob ocf:x:db::password=hunter22::port=99\n", "bob ocf:x:db::password=[redacted]::port=99\n"],
])("showHaresources() of %j shows %j", (text, shown) => {
  expect(showHaresources(text, known).text).toBe(shown);
});

test.each([
  ["plain hunter22 here", "plain [redacted] here"],
  ["xhunter22y", "x[redacted]y"],
  // They overlap.
  ["hunter22-4abc2", "[redacted]"],
  ["secret=x,hunter22", "secret=[redacted],[redacted]"],
  // A short one is covered where it is a word.
  ["abc abcd -abc-", "[redacted] abcd -[redacted]-"],
  [String.raw`{"x":"a\"b\\c 1"}`, '{"x":"[redacted]"}'],
  [Buffer.from("hunter22").toString("base64"), "[redacted]="],
  ["a%22b%5Cc%201", "[redacted]"],
  ["db_password=unknown7", "db_password=[redacted]"],
  ['"token": "unknown7"', '"token": "[redacted]"'],
  ["--password unknown7", "--password [redacted]"],
  ["https://me:unknown7@host/", "https://me:[redacted]@host/"],
  ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "[redacted]"],
  ["The keys are for root alone", "The keys are for root alone"],
])("Redactor.clean() of %j is %j", (text, clean) => {
  const redactor = new Redactor(["hunter22", "22-4abc2", "abc", 'a"b\\c 1']);
  expect(redactor.clean(text)).toBe(clean);
});

test("Redactor.clean() leaves no secret, whatever it is and wherever it stands", () => {
  const secret = fc.string({ minLength: 6, maxLength: 30, unit: "binary-ascii" });
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1 }), fc.string(), (secrets, around) => {
      const text = secrets.map((each) => `${around}${each}${JSON.stringify(each)}`).join(" ");
      const redactor = new Redactor(secrets);
      const clean = redactor.clean(text);
      expect(redactor.isLeaking(text)).toBe(secrets.some((each) => !"[redacted]".includes(each)));
      expect(redactor.isLeaking(clean)).toBe(false);
      for (const each of secrets) {
        if (!"[redacted]".includes(each)) expect(clean).not.toContain(each);
      }
    }),
  );
});

test.each([
  ["Nov 27 12:31:12 alice hb: [33]: info: start: hb starts as alice", true],
  ["heartbeat[33]: 2026/11/27_12:31:12 info: Local status now set to: 'up'", true],
  ["2026-11-27 12:31:12.031 info  start        hb starts as alice", true],
  ['{"at":1,"level":"info","kind":"start","text":"x"}', true],
  ["Nov 27 12:31:12 alice hb: [33]: info: output: mysql start: hunter22", false],
  ["2026-11-27 12:31:12.031 info  output       mysql start: hunter22", false],
  ['{"at":1,"level":"info","kind":"output","text":"hunter22"}', false],
  ["Nov 27 12:31:12 alice mysql: [33]: info: hunter22", false],
  ["hunter22", false],
])("ownLines() of %j keeps it: %p", (line, isKept) => {
  const left = "(1 lines of scripts and other programs are left out)\n";
  expect(ownLines(line)).toBe(isKept ? `${line}\n` : left);
});
