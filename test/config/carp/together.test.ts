// Virtual routers of ha.cf with everything around them: passwords, groups of haresources, this host.

import { expect, test } from "bun:test";
import type { Passfile } from "../../../src/config/carp/password.ts";
import { checkAll } from "../../../src/config/check.ts";

const facts = { mode: 0o100600, uid: 0, reader: 0 };

const passfiles: Readonly<Record<string, Omit<Passfile, "file">>> = {
  "/good": { text: "long enough\nmore", facts },
  "/open": { text: "long enough", facts: { ...facts, mode: 0o100644 } },
  "/group": { text: "long enough", facts: { ...facts, mode: 0o100620 } },
  "/foreign": { text: "long enough", facts: { ...facts, uid: 7 } },
  "/empty": { text: "", facts },
  "/blank": { text: "\nsecret", facts },
  "/short": { text: "love\n", facts },
  "/cr": { text: "long enough\r\n", facts },
  "/nineteen": { text: "1234567890123456789", facts },
  "/twenty": { text: "12345678901234567890\n", facts },
  "/nul": { text: "1234\x0056789\n", facts },
  "/bytes": { text: "\xc3\xbcber\xff\x80\n", facts },
};

function check(carp: string, haresources = "alice 10.0.0.1/24/eth0\n") {
  const read: string[] = [];
  const checked = checkAll({
    haCf: { file: "ha.cf", text: `bcast eth0\nauto_failback on\nnode alice bob\n${carp}` },
    authkeys: { file: "authkeys", text: "auth 1\n1 sha1 0123456789abcdef0123\n" },
    haresources: { file: "haresources", text: haresources },
    self: "alice",
    devices: ["lo", "eth0", "eth1"],
    passfile(file) {
      read.push(file);
      return { file, ...(passfiles[file] ?? { trouble: "ENOENT: no such file" }) };
    },
  });
  const problems = checked.problems.map(
    ({ level, file, line, column, message }) => `${level} ${file}:${line}:${column} ${message}`,
  );
  return { checked, problems, read };
}

test("checkAll() gives each virtual router its password, and reads a shared file once", () => {
  const { checked, problems, read } = check(
    "carp eth0 1 10.0.0.9 passfile=/good\ncarp eth0 2 10.0.0.10 passfile=/good\n" +
      "carp eth1 1 10.0.0.11 passfile=/nineteen",
  );
  expect(problems).toEqual([]);
  expect(read).toEqual(["/good", "/nineteen"]);
  expect(checked.cluster?.routers.map(({ name, password }) => [name, password])).toEqual([
    ["eth0/1", "long enough"],
    ["eth0/2", "long enough"],
    ["eth1/1", "1234567890123456789"],
  ]);
  for (const router of checked.cluster?.routers ?? [])
    expect(router).not.toHaveProperty("passfile");
  expect(JSON.stringify(checked.conf)).not.toContain("long enough");
});

test("checkAll() keeps a password as bytes", () => {
  const { checked } = check("carp eth0 1 10.0.0.9 passfile=/bytes");
  expect(checked.cluster?.routers[0]?.password).toBe("\xc3\xbcber\xff\x80");
});

test.each([
  ["/open", "error /open:0:0 Others may read the password: mode is 644, it must be 600"],
  ["/group", "warning /group:0:0 Others may change the password: mode is 620, it should be 600"],
  ["/foreign", "error /foreign:0:0 The owner must be root: it is user 7"],
  ["/empty", "error /empty:0:0 The password is empty"],
  ["/blank", "error /blank:0:0 The password is empty"],
  ["/short", "warning /short:0:0 The password is short: 4 bytes are found by trying"],
  ["/cr", "warning /cr:0:0 The password ends with a carriage return, which is part of it"],
  ["/twenty", "error /twenty:0:0 The password is too long: 20 bytes, at most 19 are possible"],
  ["/nul", "error /nul:0:0 The password contains a NUL, at which ucarp and BSD would cut it"],
  ["/none", "error /none:0:0 Cannot read the password: ENOENT: no such file"],
])("checkAll() says of the passfile %s: %s", (path, problem) => {
  const { checked, problems } = check(`carp eth0 1 10.0.0.9 passfile=${path}`);
  expect(problems).toEqual([problem]);
  expect(checked.cluster === undefined).toBe(problem.startsWith("error"));
});

test("checkAll() wants a passfile for every virtual router of ha.cf", () => {
  expect(check("carp eth0 1 10.0.0.9 passfile=/good\ncarp eth0 2 10.0.0.10").problems).toEqual([
    "error ha.cf:5:6 The virtual router eth0/2 has no password",
  ]);
});

test("checkAll() lets no address have two holders", () => {
  const { problems } = check(
    "carp eth0 1 10.0.0.9,10.0.0.1 passfile=/good # ours\ncarp eth1 7 10.0.0.8,10.0.0.9/24 passfile=/good",
  );
  expect(problems).toEqual([
    'error ha.cf:4:22 Address 10.0.0.1 is already one of group "10.0.0.1/24/eth0"',
    "error ha.cf:5:22 Address 10.0.0.9 is already one of the virtual router eth0/1",
  ]);
});

test("checkAll() warns of a virtual router on an interface that this host does not have", () => {
  const { problems } = check("carp eth2 1 10.0.0.9 passfile=/good");
  expect(problems).toEqual(['warning ha.cf:4:6 This host has no interface "eth2"']);
});
