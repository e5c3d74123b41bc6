// The guides as a program reads them: the files that they show, and the commands with what these print.
//
// A block tells by its language what it is. `ha.cf`, `haresources` and others are files, words behind are
// directories; `console` is a session: after a prompt a command, then what it prints, "…" for what is left out.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface File {
  readonly kind: "file";
  /** "ha.cf", "haresources", "sh" … */
  readonly language: string;
  /** What stands behind the language: directories, a path. */
  readonly places: readonly string[];
  readonly text: string;
}

export interface Command {
  readonly kind: "command";
  /** Whose prompt it is: "" for "$", where any host will do. */
  readonly host: string;
  readonly line: string;
  /** Nothing when the page does not show it. */
  readonly output: string;
}

export function readPage(name: string): string {
  return readFileSync(join(import.meta.dir, "..", name), "utf8");
}

/** What stands below a heading of the second degree. */
export function sectionOf(page: string, title: string): string {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`The page has no section "${title}"`);
  return section;
}

/** Files and commands, in the order of the page. */
export function stepsOf(page: string): (File | Command)[] {
  const steps: (File | Command)[] = [];
  for (const [, language = "", behind = "", text = ""] of page.matchAll(fence)) {
    if (language === "console") steps.push(...commandsOf(text));
    else steps.push({ kind: "file", language, places: behind.split(" ").filter(Boolean), text });
  }
  return steps;
}

const fence = /^```(\S+)(?: (.+?))?\n(.*?)^```$/gms;

/** The commands of a session; a line that ends in a backslash goes on. */
function commandsOf(session: string): Command[] {
  const parts = session.replaceAll("\\\n", "").split(/^(?=(?:\w+#|\$) )/m);
  return parts.map((part) => {
    const [, host = "", line = "", output = ""] =
      /^(?:(\w+)#|\$) ([^\n]*)\n(.*)$/s.exec(part) ?? [];
    if (line === "") throw new Error(`A session must begin with a prompt: ${part}`);
    return { kind: "command", host, line: line.replace(/ +# .*$/, ""), output };
  });
}

/** What an output must be: "…" alone on a line is any lines, within a line any text. */
export function patternOf(output: string): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) =>
      line === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(literal).join(".*?")} *\\n`,
    );
  return new RegExp(`^${lines.join("")}$`);
}
