import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAuthkeys } from "../../src/config/authkeys.ts";
import { hb, hbCommand, run } from "./run.ts";

const dir = mkdtempSync(join(tmpdir(), "hb-keygen-"));
afterAll(() => rmSync(dir, { recursive: true }));

test.each([
  [[], /^auth 1\n1 sha1 [0-9a-f]{40}\n$/],
  [["--method", "sha1"], /^auth 1\n1 sha1 [0-9a-f]{40}\n$/],
  [["--method=md5"], /^auth 1\n1 md5 [0-9a-f]{32}\n$/],
  [["--method", "sha256"], /^auth 1\n1 sha256 [0-9a-f]{64}\n$/],
  [["--method", "crc"], /^auth 1\n1 crc\n$/],
])("hb keygen %j prints a whole authkeys file", (words, shape) => {
  const { code, stdout, stderr } = hb("keygen", ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(shape);
  const { keyring } = parseAuthkeys(stdout, "authkeys");
  expect(keyring?.active).toBe(1);
});

test("hb keygen never makes the same key twice", () => {
  const keys = new Set(Array.from({ length: 5 }, () => hb("keygen").stdout));
  expect(keys.size).toBe(5);
});

test("hb keygen refuses a method that it does not know", () => {
  const { code, stdout, stderr } = hb("keygen", "--method", "rot13");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain('Unknown value "rot13" for "--method"');
});

test.each([
  ["022", "644"],
  ["027", "640"],
])("hb keygen warns when its file is made with umask %s", (umask, mode) => {
  const file = join(dir, `open-${umask}`);
  const keygen = hbCommand("keygen").join(" ");
  const { code, stderr } = run(["sh", "-c", `umask ${umask}; ${keygen} > ${file}`]);
  expect(code).toBe(0);
  expect(stderr).toBe(
    `Others may read this file: its mode is ${mode}, it must be 600\n  chmod 600 ${file}\n`,
  );
  expect(readFileSync(file, "utf8")).toStartWith("auth 1\n1 sha1 ");
});

test("hb keygen is silent when nobody else may read its file", () => {
  const file = join(dir, "closed");
  const keygen = hbCommand("keygen").join(" ");
  expect(run(["sh", "-c", `umask 077; ${keygen} > ${file}`])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

test("hb keygen fails when the key cannot be written", () => {
  const keygen = hbCommand("keygen").join(" ");
  const { code, stderr } = run(["sh", "-c", `${keygen} > /dev/full`]);
  expect(stderr).toContain("Cannot write what was asked for: ENOSPC");
  expect(code).toBe(1);
});
