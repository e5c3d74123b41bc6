// Problems as people read them: where, what, the line with a caret under the place, and what to do.
//
//   /etc/ha.d/ha.cf:12:10: "deadtime" must exceed "warntime": 5 s is less than 10 s
//       deadtime 5
//                ^
//     Raise deadtime above 10 s, or lower warntime (line 11)

import type { Problem } from "./problem.ts";

/** Colours a piece of the text; the plain terminal passes none. */
export type Paint = (part: "place" | "error" | "warning" | "caret", text: string) => string;

/** A source line longer than this is cut around the caret. */
const sourceLengthMax = 160;

/** One problem in one line, for logs: an event is a line there, and the level stands elsewhere. */
export function problemLine(problem: Problem): string {
  const { message, hint } = problem;
  return printable(`${placeOf(problem)}: ${message}${hint === undefined ? "" : `; ${hint}`}`);
}

/** One problem, several lines, no line end after the last. */
export function renderProblem(problem: Problem, paint: Paint = (_, text) => text): string {
  const place = placeOf(problem);
  const level = problem.level === "warning" ? `${paint("warning", "warning:")} ` : "";
  const lines = [`${paint("place", `${place}:`)} ${level}${printable(problem.message)}`];
  if (problem.line > 0 && problem.source !== undefined) {
    const from = Math.max(0, Math.min(problem.column - 1, problem.source.length) - 80);
    const shown = problem.source.slice(from, from + sourceLengthMax);
    lines.push(`    ${printable(shown).trimEnd()}`);
    if (problem.column > 0) {
      // Tabs are kept, so that the caret stands under its column whatever a tab is worth.
      const lead = shown.slice(0, problem.column - 1 - from).replace(/[^\t]/g, " ");
      lines.push(`    ${lead}${paint("caret", "^")}`);
    }
  }
  if (problem.hint !== undefined) lines.push(`  ${printable(problem.hint)}`);
  return lines.join("\n");
}

/** All problems in the order given, errors and warnings counted in a last line. */
export function renderProblems(problems: readonly Problem[], paint?: Paint): string {
  if (problems.length === 0) return "";
  const errors = problems.filter((problem) => problem.level === "error").length;
  const count = [counted(errors, "error"), counted(problems.length - errors, "warning")];
  const blocks = problems.map((problem) => renderProblem(problem, paint));
  return `${blocks.join("\n\n")}\n\n${count.filter((part) => part !== "").join(", ")}`;
}

function placeOf({ file, line, column }: Problem): string {
  return [file, line, column].filter((part) => part !== 0).join(":");
}

function counted(count: number, word: string): string {
  if (count === 0) return "";
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Control characters of a damaged file must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, "?");
}
