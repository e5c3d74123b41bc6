// docs/simulate.md, word for word: its files, its commands, what they print.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulateOptions } from "../../src/cli/simulate/option.ts";
import { hbCommand, run } from "./run.ts";

setDefaultTimeout(90_000);
const page = readFileSync(join(import.meta.dir, "../../docs/simulate.md"), "utf8");
const dir = mkdtempSync(join(tmpdir(), "hb-page-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function blocks(language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...page.matchAll(fence)].map(([, text = ""]) => text);
}

mkdirSync(join(dir, "ha.d"));
writeFileSync(join(dir, "ha.d/ha.cf"), blocks("ha\\.cf")[0] ?? "");
writeFileSync(join(dir, "ha.d/haresources"), blocks("haresources")[0] ?? "");
writeFileSync(join(dir, "ha.d/authkeys"), "auth 1\n1 sha1 0123456789abcdef\n");

const consoles = blocks("console").map((block) => {
  const [prompt = "", ...output] = block.trimEnd().split("\n");
  return [prompt.replace("$ ", ""), output.join("\n")] as const;
});

/** Where the lines left out may be anything. */
function pattern(output: string): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const lines = output
    .split("\n")
    .map((line) => (line === "…" ? "(?:.*\\n)*?" : `${literal(line)}\\n`));
  return new RegExp(`^${lines.join("")}$`);
}

test("docs/simulate.md shows commands", () => {
  expect(consoles.length).toBeGreaterThanOrEqual(5);
});

test.each(consoles)("docs/simulate.md: %s prints what it shows", (command, output) => {
  const hb = hbCommand()
    .map((word) => `'${word}'`)
    .join(" ");
  const { stdout, code } = run(["sh", "-c", `cd '${dir}'; hb() { ${hb} "$@"; }; ${command}`]);
  expect(stdout).toMatch(pattern(output));
  expect(code).toBe(0);
});

test.each(Object.keys(simulateOptions))("docs/simulate.md names --%s", (option) => {
  if (option === "dir") return expect(page).toContain("--dir ha.d");
  expect(page).toMatch(new RegExp(`\`--${option}[ \`]`));
});
