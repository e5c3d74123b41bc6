// Every command that a page shows is one that can be typed: those of hb are read by the very reader that will read
// them, the others are known by name, with where they are run or why they are not.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../src/cli/catalogue.ts";
import { read } from "../../src/cli/reading.ts";
import { directives, parseHaCf } from "../../src/config/hacf.ts";
import { readPage, stepsOf } from "../page.ts";
import { run } from "./run.ts";

/** For those who work on hb: their commands are scripts of the tree. */
const forDevelopers = ["design", "style", "testing", "carp-seal"];
const pages = ["README.md"].concat(
  readdirSync(join(import.meta.dir, "../../docs"))
    .filter((name) => name.endsWith(".md") && !forDevelopers.includes(name.replace(".md", "")))
    .map((name) => `docs/${name}`),
);

/** What no test types as it stands there. */
const elsewhere: Record<string, string> = {
  apt: "test/lab/install installs, upgrades and removes the packages; test/lab/guide types it",
  dnf: "no Fedora is at hand; test/packaging looks into the RPM",
  npm: "scripts of this tree",
  bash: "scripts of this tree",
  "bench/failover": "test/lab/demo.test.ts runs it once",
  "bench/serial": "measures",
  "bench/carp": "measures",
  "bench/clients": "measures",
  "test/lab/lab": "every lab runs it",
  sha256sum: "test/packaging reads the sums",
  xz: "test/packaging unpacks them",
  install: "puts the binary in place",
};

/** Commands run by a lab beside hb's: what sets the stage. */
const plain =
  /^(systemctl|chmod|cd|cp|sed|ip|stat|grep|echo|true|curl|for|do|done|ssh|ssh-keygen|cat|mkdir|useradd|chown|dpkg-divert|ln|ifup|ifdown|printf|umask|rm)$/;

/** The lines of indented blocks, and those of sessions. */
function commandsOf(page: string): string[] {
  const text = page.replace(/^```.*?^```$/gms, "");
  const blocks = text.split(/\n(?= {0,3}\S)|\n\n/).filter((block) => /^ {4}/.test(block));
  const indented = blocks.flatMap((block) => block.split("\n").map((line) => line.trim()));
  const typed = stepsOf(page).flatMap((step) => (step.kind === "command" ? [step.line] : []));
  return [...indented.filter((line) => /^[a-z(]/.test(line)), ...typed];
}

/** What stands between backquotes and is no pattern of a command. */
function quotedOf(page: string): string[] {
  const quoted = [...page.replace(/^```.*?^```$/gms, "").matchAll(/`(hb [a-z][^`]*)`/g)];
  return quoted
    .map(([, line = ""]) => line)
    .filter((line) => !/[…|]|[A-Z]{3}|^hb does /.test(line));
}

/** The simple commands of a line, as words; what a word in quotes contains divides nothing. */
function simple(line: string): string[][] {
  const kept: string[] = [];
  const bare = line
    .replace(/ +# .*$/, "")
    .replace(
      /'([^']*)'|"([^"]*)"/g,
      (_, one?: string, two?: string) => `\0${kept.push(one ?? two ?? "") - 1}\0`,
    )
    .replace(/ >>? ?\S+/g, "");
  return bare
    .split(/&&|\|\|?|;|<?[()]/)
    .map((part) => part.trim().split(/\s+/))
    .map((words) =>
      words.map((word) => word.replace(/\0(\d+)\0/g, (_, at) => kept[Number(at)] ?? "")),
    );
}

/** Lines of ha.cf and haresources are shown in such blocks too. */
function isConfiguration(word: string): boolean {
  return word in directives || word === "alice";
}

const strange = pages.flatMap((name) =>
  commandsOf(readPage(name)).flatMap((line) =>
    simple(line).flatMap(([word = ""]) =>
      word === "" || word === "hb" || plain.test(word) || isConfiguration(word)
        ? []
        : [[word, name, line] as const],
    ),
  ),
);

test.each(strange)("%s is known (%s: %s)", (word) => {
  expect(Object.keys(elsewhere)).toContain(word);
});

test.each(Object.keys(elsewhere))("%s is shown somewhere", (word) => {
  expect(strange.map(([first]) => first)).toContain(word);
});

const shown = pages.flatMap((name) => {
  const page = readPage(name);
  return [...commandsOf(page), ...quotedOf(page)].flatMap((line) =>
    simple(line)
      .filter(([word]) => word === "hb")
      .map((words) => [name, words.join(" "), words] as const),
  );
});

test.each(shown)("%s: %s can be typed", async (_, __, [, name = "", ...words]) => {
  const entry = catalogue.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`There is no command "${name}"`);
  const { described } = await entry.load();
  const reading = read(words, { ...described, args: described.args ?? {} });
  expect(reading).not.toMatchObject({ kind: "wrong" });
});

test("The pages show commands of hb", () => {
  expect(shown.length).toBeGreaterThan(60);
});

test("docs/status-page.md forwards the place that its line of ha.cf serves to where the browser asks", () => {
  const page = readPage("docs/status-page.md");
  const [, line = "", url = ""] = /`(ssh -L [^`]+)` and a browser at `([^`]+)`/.exec(page) ?? [];
  const [file] = stepsOf(page);
  const { conf } = parseHaCf(file?.kind === "file" ? file.text : "", "ha.cf");
  const [place] = conf.statusPage ?? [];
  if (place?.kind !== "tcp") throw new Error("The page does not begin with a port");
  // With -G ssh reads its arguments, and prints what it understood.
  const { code, stdout } = run(line.replace("ssh", "ssh -G").split(" "));
  const told = stdout.split("\n");
  expect([code, told.find((each) => each.startsWith("host "))]).toEqual([0, "host alice"]);
  const { hostname, port } = new URL(url);
  expect(hostname).toBe("localhost");
  expect(told).toContain(`localforward ${port} [${place.address}]:${place.port}`);
});
