// Cuts ha.cf into lines and words with their places (heartbeat-config 1). Not what they mean.
//
// `#` anywhere starts a comment: no quoting exists. A line ends at LF or CR.

import type { Report, Spot, Word } from "./report.ts";

/** The real daemon's buffer: a longer line is torn there. */
const lineBytesMax = 5119;

export interface Line {
  /** The directive's name. */
  readonly name: Word;
  /** The rest of the line without comment, split at blanks. */
  readonly words: readonly Word[];
}

/** The lines that say something, in order. */
export function lex(text: string, report: Report): Line[] {
  const lines: Line[] = [];
  const sources = text.split("\n");
  for (const [index, source] of sources.entries()) {
    const line = readLine(source, index + 1, report);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

function readLine(raw: string, line: number, report: Report): Line | undefined {
  const source = withoutReturns(raw);
  const cut = source.indexOf("\r");
  if (cut !== -1) {
    report.warning(
      { line, column: cut + 1, source },
      "Text after a carriage return is not read",
      "Save the file with line feeds at the ends of lines",
    );
  }
  if (source.length > lineBytesMax) {
    report.error(
      { line, column: 1, source },
      `The line is too long: ${source.length} characters, at most ${lineBytesMax} are read`,
      "Give the directive several times",
    );
    return undefined;
  }
  const readable = cut === -1 ? source : source.slice(0, cut);
  const [name, ...words] = split(withoutComment(readable), { line, column: 1, source });
  return name === undefined ? undefined : { name, words };
}

/** Without the carriage returns at the end. An expression would try its luck from each of thousands. */
function withoutReturns(raw: string): string {
  let end = raw.length;
  while (raw[end - 1] === "\r") end--;
  return raw.slice(0, end);
}

/** Splits at blanks; `start` is the place of the text's first character. */
export function split(text: string, start: Spot, separator = /[^ \t\v\f]+/g): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(separator)) {
    words.push({ ...start, text: match[0], column: start.column + match.index });
  }
  return words;
}

/** The line from a word on, as it stands there: for what somebody else splits. */
export function restFrom({ source, column }: Word): string {
  const [readable = ""] = source.slice(column - 1).split("\r", 1);
  return withoutComment(readable).trimEnd();
}

/** Splits a word further at commas, as list directives do. */
export function splitCommas(word: Word): Word[] {
  return split(word.text, word, /[^,]+/g);
}

function withoutComment(text: string): string {
  const hash = text.indexOf("#");
  return hash === -1 ? text : text.slice(0, hash);
}
