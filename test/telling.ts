// What the program logs, as its source says it: each call that writes a line, with the words of its arguments.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SRC = join(import.meta.dir, "../src");

export interface Telling {
  /** Below src. */
  readonly file: string;
  /** What is called: "turn.log", "log.write", "assigned" … */
  readonly call: string;
  /** The source of each argument, on one line. */
  readonly words: readonly string[];
  /** The source before the call. */
  readonly before: string;
}

/** The files of src; the simulator tells of its own world. */
export function sourceFiles(): string[] {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".ts") && !file.startsWith("sim/"));
}

/** The calls whose first argument is a level. */
export function tellings(): Telling[] {
  return sourceFiles().flatMap((file) => {
    const text = sourceOf(file);
    return [...text.matchAll(/((?:[\w#]+\.)*#?\w+)\(/g)].flatMap((found) => {
      const words = wordsFrom(text, found.index + found[0].length);
      const isLevel = /"(?:info|warn|error)"|^(?:effect\.)?level$/.test(words[0] ?? "");
      const call = (found[1] ?? "").replaceAll("#", "").replace(/^this\./, "");
      return isLevel && words.length > 1
        ? [{ file, call, words, before: text.slice(0, found.index) }]
        : [];
    });
  });
}

/** A file of src without the comments that have lines of their own. */
export function sourceOf(file: string): string {
  return readFileSync(join(SRC, file), "utf8").replace(/^\s*(?:\/\*\*.*?\*\/|\/\/.*?$)/gms, "");
}

/** What stands between commas until the bracket closes in which `at` is. */
export function wordsFrom(text: string, at: number): string[] {
  const words: string[] = [];
  let begun = at;
  for (let i = at; i < text.length; i += 1) {
    const sign = text[i] ?? "";
    if (sign === "," || isClosing(sign)) {
      words.push(text.slice(begun, i).replace(/\s+/g, " ").trim());
      begun = i + 1;
      if (isClosing(sign)) break;
    } else i = skipped(text, i);
  }
  return words.filter((word) => word !== "");
}

function isClosing(sign: string): boolean {
  return ")]}".includes(sign);
}

/** The end of what begins at a quote or an opening bracket; anything else ends where it is. */
function skipped(text: string, at: number): number {
  const opening = text[at] ?? "";
  if ("([{".includes(opening)) {
    for (let i = at + 1; i < text.length; i = skipped(text, i) + 1) {
      if (isClosing(text[i] ?? "")) return i;
    }
  }
  if (!"\"'`".includes(opening)) return at;
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === opening) return i;
    if (text[i] === "\\") i += 1;
    else if (opening === "`" && text.startsWith("${", i)) i = skipped(text, i + 1);
  }
  return text.length;
}
