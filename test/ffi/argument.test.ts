// What others see of a process's arguments and environment, after it overwrote its secrets.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const body = `
import { concealArgument, concealVariable } from "${import.meta.dir}/../../ffi/argument.ts";
import { readFileSync } from "node:fs";
const good = [concealArgument("love"), concealVariable("SECRET", "hate")];
const words = readFileSync("/proc/self/cmdline", "latin1").split("\\0").slice(2, -1);
const shown = readFileSync("/proc/self/environ", "latin1").split("\\0");
process.stdout.write(JSON.stringify({ good, words, secret: shown.filter((e) => /SECRET|OTHER/.test(e)) }));
`;

test("concealArgument() and concealVariable() overwrite a secret and nothing else", () => {
  const words = ["-p", "love", "-plove", "--pass=love", "glove", "lover", "love"];
  const file = join(mkdtempSync(join(tmpdir(), "hb-argument-")), "body.ts");
  writeFileSync(file, body);
  const { stdout, stderr } = Bun.spawnSync([process.execPath, file, ...words], {
    env: { ...process.env, SECRET: "hate", OTHER: "hate" },
  });
  rmSync(dirname(file), { recursive: true });
  expect(stderr.toString()).toBe("");
  const seen = JSON.parse(stdout.toString());
  expect(seen.good).toEqual([true, true]);
  expect(seen.words).toEqual(["-p", "xxxx", "-pxxxx", "--pass=xxxx", "glove", "lover", "xxxx"]);
  expect(seen.secret.toSorted()).toEqual(["OTHER=hate", "SECRET=xxxx"]);
});
