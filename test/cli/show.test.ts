// `hb show`: everything that is embedded comes out as a user needs it.

import { expect, test } from "bun:test";
import { catalogue } from "../../src/cli/catalogue.ts";
import { manuals, manualText } from "../../src/cli/manual.ts";
import { oldName } from "../../src/cli/names.ts";
import { completions } from "../../src/text/completion.ts";
import { samples } from "../../src/text/sample.ts";
import { unitTexts } from "../../src/text/unit.ts";
import { readPage } from "../page.ts";
import { hb, hbCommand, run } from "./run.ts";

async function pageOf(name: string): Promise<string> {
  return (await manualText(name)) ?? "";
}

/** A checker that reads a page from its standard input; what it complains of. */
function complaints(command: readonly string[], page: string): string {
  const { stdout, stderr } = Bun.spawnSync([...command], {
    stdin: new TextEncoder().encode(page),
    env: { ...process.env, MANWIDTH: "80" },
  });
  return `${command.includes("-Tlint") ? stdout : ""}${stderr}`;
}

test.each(manuals.map(({ name }) => name))(
  "the page %s has no fault for mandoc, groff and man",
  async (name) => {
    const page = await pageOf(name);
    expect(page).toStartWith(name === "hb-carp" ? '.\\"' : ".TH ");
    expect(page).toContain("\n.SH SEE ALSO\n");
    expect(complaints(["mandoc", "-Tlint"], page)).toBe("");
    expect(complaints(["groff", "-man", "-ww", "-z", "-Tutf8"], page)).toBe("");
    expect(complaints(["man", "--warnings", "-l", "-"], page)).toBe("");
  },
);

const commands = catalogue.filter((entry) => !entry.hidden && entry.name !== "carp");

test.each(commands.map((entry) => entry.name))(
  "the page of hb %s says what its help says",
  async (name) => {
    const entry = catalogue.find((each) => each.name === name);
    const { described } = (await entry?.load()) ?? {};
    const page = (await pageOf(name))
      .replaceAll("\\-", "-")
      .replaceAll("\\(dq", '"')
      .replaceAll("\n", " ");
    for (const [option, { type, default: standard }] of Object.entries(described?.args ?? {})) {
      const off = type === "boolean" && standard === true;
      expect(page).toContain(`\\fB--${off ? "no-" : ""}${option}\\fR`);
    }
    for (const [code, meaning] of described?.exits ?? []) {
      expect(page).toContain(`.TP \\fB${code}\\fR ${meaning.slice(0, 1).toUpperCase()}`);
    }
    for (const example of described?.examples ?? []) {
      expect(page).toContain(` ${example.replaceAll("'", "\\(aq")} `);
    }
  },
);

test("hb(8) names every command and every page", async () => {
  const page = (await pageOf("hb")).replaceAll("\\-", "-");
  for (const { name } of commands) expect(page).toContain(`\n\\fBhb ${name}\\fR\n`);
  const others = manuals.filter(({ name }) => name !== "hb");
  for (const { name } of others) expect(page).toContain(`\\fB${name}\\fR`);
});

test.each(["hb-status", "ha.cf", "hb-carp"])("hb show man %s prints the page", async (name) => {
  expect(hb("show", "man", name)).toEqual({ code: 0, stdout: await pageOf(name), stderr: "" });
});

test("hb show man takes each page of hb by what follows hb- as well", async () => {
  const own = manuals.filter(({ name }) => name.startsWith("hb-"));
  expect(own.map(({ name }) => name)).toContain("hb-api");
  for (const { name } of own) expect(await manualText(name.slice(3))).toBe(await pageOf(name));
  expect(hb("show", "man", "api").stdout).toBe(await pageOf("hb-api"));
});

test("hb show man prints hb(8)", async () => {
  expect(hb("show", "man").stdout).toBe(await pageOf("hb"));
});

test.each([
  ...Object.entries(completions).map(([name, text]) => ["completion", name, text] as const),
  ...Object.entries(samples).map(([name, text]) => ["sample", name, text] as const),
])("hb show %s %s prints it", (kind, name, text) => {
  expect(hb("show", kind, name)).toEqual({ code: 0, stdout: text, stderr: "" });
});

test("hb show unit prints the units with the usual path where hb is no binary", () => {
  const units = unitTexts("/usr/local/sbin/hb");
  expect(hb("show", "unit").stdout).toBe(units.hb);
  for (const [name, text] of Object.entries(units))
    expect(hb("show", "unit", name).stdout).toBe(text);
});

test.each([
  [["man", "ha.cd"], 'hb show: Unknown manual page "ha.cd": did you mean "ha.cf"?'],
  [["unti"], 'hb show: Unknown word "unti": did you mean "unit"?'],
  [["unit", "x"], 'hb show: Unknown unit "x": hb, hb-release are known'],
  [["completion"], 'hb show: "completion" needs a name: bash, zsh, fish are known'],
  [["completion", "csh"], 'hb show: Unknown shell "csh": did you mean "zsh"?'],
  [["sample", "authkeys"], 'hb show: Unknown sample "authkeys": "hb keygen" makes one'],
  [["sample", "constructor"], /^hb show: Unknown sample "constructor": ha.cf, .* are known$/],
  [["constructor"], /^hb show: Unknown word "constructor": unit, man.* are known$/],
  [[], /^hb show: Missing argument/],
])("hb show %j is a usage error", (words, message) => {
  const { code, stdout, stderr } = hb("show", ...words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  const [first = ""] = stderr.split("\n");
  if (typeof message === "string") expect(first).toBe(message);
  else expect(first).toMatch(message);
});

/** Types a line on this machine with a layer of its own over /etc and /usr/local; then asks. */
function typed(line: string, question: string) {
  const words = hbCommand().map((word) => `'${word}'`);
  const script = `mount -t tmpfs layer /mnt
    for top in etc usr/local; do
      mkdir -p /mnt/$top/upper /mnt/$top/work
      mount -t overlay layer -o lowerdir=/$top,upperdir=/mnt/$top/upper,workdir=/mnt/$top/work /$top
    done
    mkdir -p /etc/ppp /etc/bash_completion.d /etc/fish/completions /usr/local/share/zsh/site-functions
    hb() { ${words.join(" ")} "$@"; }
    ${line}
    ${question}`;
  return run(["unshare", "--mount", "--propagation", "private", "sh", "-euc", script]);
}

/** The lines of a page that begin so. */
function linesOf(page: string, start: string): string[] {
  const lines = readPage(page).split("\n");
  return lines.map((line) => line.trim()).filter((line) => line.startsWith(start));
}

test("docs/getting-started.md puts completions where it says", () => {
  const lines = linesOf("docs/getting-started.md", "hb show completion ");
  expect(lines.length).toBe(Object.keys(completions).length);
  for (const line of lines) {
    const [, shell = "", path = ""] = /^hb show completion (\S+) > (\S+)$/.exec(line) ?? [];
    const { code, stdout, stderr } = typed(line, `cat ${path}`);
    expect([stderr, code]).toEqual(["", 0]);
    expect(stdout).toBe(completions[shell as keyof typeof completions] ?? "");
  }
});

test("docs/upgrade-from-heartbeat.md links Heartbeat's names to hb", () => {
  const [line = "", ...more] = linesOf("docs/upgrade-from-heartbeat.md", "for name in ");
  expect(more).toEqual([]);
  const { stdout, stderr } = typed(line, "cd /usr/local/sbin; readlink hb_standby ha_propagate");
  expect([stderr, stdout]).toEqual(["", "hb\nhb\n"]);
});

test("docs/ppp.md links pppd's hooks to hb, by names that tell it what happened", () => {
  const hooks = linesOf("docs/ppp.md", "ln -s ").map((line) => {
    const [, path = ""] = /^ln -s \S+ \S+ \S+ (\S+)/.exec(line) ?? [];
    const { stdout, stderr } = typed(`rm -f ${path}; ${line}`, `readlink ${path}`);
    expect([stderr, stdout]).toEqual(["", "hb\n"]);
    return [path, oldName(path)] as const;
  });
  expect(hooks).toEqual([
    ["/etc/ppp/ip-up.local", ["ip-up"]],
    ["/etc/ppp/ip-down.local", ["ip-down"]],
  ]);
});
