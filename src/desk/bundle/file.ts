// The three files as a bundle shows them: what a secret may stand in is covered, comments are left out.
// What is covered is told as well, so that it is taken out of everything else.

import { settingName } from "../../config/carp/setting.ts";
import { directives } from "../../config/hacf.ts";
import { isHarmless } from "./harmless.ts";
import { covered } from "./redactor.ts";

/** Text and secrets are bytes, one character each. */
export interface Shown {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** Directives whose words may be secrets: parameters of programs that hb does not know. */
const closed: readonly string[] = [
  "stonith",
  "stonith_host",
  "env",
  "notify",
  "respawn",
  "failfast",
  "apiauth",
  "quorum_server",
];
/** Settings of `carp` that are given to scripts as they are. */
const closedSettings: readonly string[] = ["xparam"];

export function showHaCf(text: string, known: ReadonlySet<string>): Shown {
  const secrets = inComments(text);
  const cover = (word: string) => coverWord(word, known, secrets);
  const lines = linesOf(text).map((words) => {
    const [name = "", ...rest] = words;
    if (!Object.hasOwn(directives, name)) return [covered, ...rest.map(cover)].join(" ");
    if (closed.includes(name)) return [name, ...rest.map(cover)].join(" ");
    if (name !== "carp") return words.join(" ");
    return [name, ...rest.map((word, at) => (at < 3 || isOpen(word) ? word : cover(word)))].join(
      " ",
    );
  });
  return { text: `${lines.join("\n")}\n`, secrets };
}

function isOpen(word: string): boolean {
  const name = settingName(word.replace(/=.*$/s, ""));
  return name !== undefined && !closedSettings.includes(name);
}

export function showHaresources(text: string, known: ReadonlySet<string>): Shown {
  const secrets = inComments(text);
  const lines = linesOf(text).map((words) =>
    words.map((word) => (word === "\\" ? word : coverResource(word, known, secrets))).join(" "),
  );
  return { text: `${lines.join("\n")}\n`, secrets };
}

/** Numbers and methods alone. */
export function showAuthkeys(text: string): Shown {
  const secrets: string[] = [];
  const lines = text.split(/[\r\n]+/).flatMap((line) => {
    const [first = "", second = "", ...keys] = line.trim().split(/\s+/);
    if (first === "") return [];
    if (/^auth\d*$/.test(first)) {
      secrets.push(...keys);
      return [`${first} ${/^\d*$/.test(second) ? second : covered}`.trim()];
    }
    // What stands on any other line may be a key: also an old one that was made a comment.
    const isEntry = /^\d{1,2}$/.test(first) && /^(?:crc|md5|sha1|sha256)$/.test(second);
    secrets.push(...(isEntry ? keys : [first.replace(/^#+/, ""), second, ...keys]));
    return [isEntry ? `${first} ${second}${keys.length > 0 ? ` ${covered}` : ""}` : covered];
  });
  return { text: `${lines.join("\n")}\n`, secrets: secrets.filter((word) => !isHarmless(word)) };
}

/** Lines without comments, as words. */
function linesOf(text: string): string[][] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}

/** Words of comments that are no words of a language: a password that was noted there. */
function inComments(text: string): string[] {
  const comments = text.split(/[\r\n]+/).map((line) => /#(.*)/.exec(line)?.[1] ?? "");
  const isStrange = (word: string) =>
    word.length >= 6 && /[a-z]/i.test(word) && /\d/.test(word) && !isHarmless(word);
  return comments.flatMap((comment) => comment.split(/[\s,;"'()]+/).filter(isStrange));
}

/** "mysql::root::x": the script's name, and its arguments. The word as a whole names a group. */
function coverResource(word: string, known: ReadonlySet<string>, secrets: string[]): string {
  const [name = "", ...args] = word.split("::");
  return [name, ...args.map((argument) => coverWord(argument, known, secrets))].join("::");
}

/** "name=x": the name stays. */
function coverWord(word: string, known: ReadonlySet<string>, secrets: string[]): string {
  if (isHarmless(word, known)) return word;
  const equals = word.indexOf("=");
  const value = word.slice(equals + 1);
  if (equals > 0 && isHarmless(value, known)) return word;
  secrets.push(word, value);
  return equals > 0 ? `${word.slice(0, equals + 1)}${covered}` : covered;
}
