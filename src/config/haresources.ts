// Reads haresources: one group per line, its owner first (heartbeat-config 4). What a resource word
// means is in word.ts; whether owners are nodes is asked in check.ts.
//
// The order of the steps is the shell scripts' that Heartbeat uses: comments go first, then a backslash at
// the end of the line joins it with the next without a blank between them.

import type { Problem } from "./problem.ts";
import { Report, type Spot, type Word } from "./report.ts";
import type { GroupSpec, Resource } from "./resource.ts";
import { quote } from "./unit.ts";
import { readResource } from "./word.ts";

export interface HaResources {
  readonly groups: readonly GroupSpec[];
  readonly problems: readonly Problem[];
  /** The owner's word of each group, in the order of the groups. */
  readonly owners: readonly Word[];
}

/** Reads a whole file. */
export function parseHaresources(text: string, file: string): HaResources {
  const report = new Report(file);
  const groups: GroupSpec[] = [];
  const owners: Word[] = [];
  const keys = new Map<string, Word>();
  const held = new Map<string, Word>();

  for (const words of logicalLines(text, report)) {
    const [owner, ...rest] = words;
    const [first] = rest;
    if (owner === undefined) continue;
    if (first === undefined) {
      const message = `${quote(owner.text)} has no resource: the line has no effect`;
      report.warning(owner, message, "Write: NODE RESOURCE…");
      continue;
    }
    const before = keys.get(first.text);
    if (before !== undefined) {
      report.error(
        first,
        `Two groups begin with ${quote(first.text)}: line ${before.line} is the other`,
        "The first resource names its group, so it must be the only one of its name",
      );
      continue;
    }
    keys.set(first.text, first);
    const resources: Resource[] = [];
    for (const word of rest) {
      const resource = readResource(word, report);
      if (resource === undefined) continue;
      sayTwice(word, resource, held, report);
      resources.push(resource);
    }
    groups.push({ key: first.text, owner: owner.text.toLowerCase(), resources });
    owners.push(owner);
  }
  sayDragged(groups, keys, report);
  return { groups, problems: report.problems, owners };
}

/** One address in two places would be taken down by one group while the other needs it. */
function sayTwice(word: Word, resource: Resource, held: Map<string, Word>, report: Report): void {
  if (resource.kind !== "address") return;
  const before = held.get(resource.address);
  if (before !== undefined) {
    report.error(word, `Address ${resource.address} is given twice: line ${before.line} has it`);
  }
  held.set(resource.address, word);
}

/** Heartbeat's scripts look a group up by its key anywhere in a line (heartbeat-config 4, step 5). */
function sayDragged(groups: readonly GroupSpec[], keys: Map<string, Word>, report: Report): void {
  for (const group of groups) {
    for (const { word } of group.resources.slice(1)) {
      const key = keys.get(word);
      if (key === undefined) continue;
      report.warning(
        key,
        `Group ${quote(word)} is also a resource of group ${quote(group.key)}`,
        "A Heartbeat 3.0.6 node would start and stop both groups together",
      );
    }
  }
}

/** A character of a joined line: where it came from. */
interface Piece {
  readonly start: number;
  readonly spot: Spot;
}

function logicalLines(text: string, report: Report): Word[][] {
  const lines: Word[][] = [];
  let joined = "";
  let pieces: Piece[] = [];
  const sources = text.split("\n");
  for (const [index, raw] of sources.entries()) {
    const source = raw.replace(/\r$/, "");
    const spot = { line: index + 1, column: 1, source };
    pieces.push({ start: joined.length, spot });
    const readable = source.replace(/#.*$/s, "");
    const goesOn = readable.endsWith("\\");
    joined += goesOn ? readable.slice(0, -1) : readable;
    if (goesOn && index + 1 < sources.length) continue;
    if (goesOn) {
      const column = readable.length;
      report.warning({ ...spot, column }, 'Nothing follows the "\\" at the end of the file');
    }
    const words = wordsOf(joined, pieces);
    sayLostJoin(words, report);
    if (words.length > 0) lines.push(words);
    joined = "";
    pieces = [];
  }
  return lines;
}

function wordsOf(joined: string, pieces: readonly Piece[]): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (const match of joined.matchAll(/[^ \t\r\v\f]+/g)) {
    while ((pieces[at + 1]?.start ?? Number.POSITIVE_INFINITY) <= match.index) at++;
    const piece = pieces[at];
    if (piece === undefined) break;
    words.push({ ...piece.spot, text: match[0], column: match.index - piece.start + 1 });
  }
  return words;
}

/** A blank or a comment behind the backslash: it joins nothing and becomes a word, or the end of one. */
function sayLostJoin(words: readonly Word[], report: Report): void {
  const last = words.at(-1);
  if (!last?.text.endsWith("\\")) return;
  // A word may be joined out of several lines: then it is shown where it begins.
  const end = last.column + last.text.length - 1;
  const column = end <= last.source.length ? end : last.column;
  report.error(
    { ...last, column },
    'The "\\" joins nothing: it is not the last character of its line',
  );
}
