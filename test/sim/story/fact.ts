// Whether what a story expects is true: who holds what, what was said and done at which moment, what was
// answered, and what must not have happened.

import type { World } from "../../../src/sim/world.ts";
import type { Chronicle, Line } from "./chronicle.ts";
import { timeOf, wordsOf } from "./scene.ts";

/** What can be looked at: the world as it is, and what was seen of it since these moments. */
export interface View {
  readonly world: World;
  readonly chronicle: Chronicle;
  /** Number of the first line and the first answer of the scene. */
  readonly from: { readonly lines: number; readonly answers: number };
}

/** Which of the expected lines are not true, each with what is true instead. */
export function untrue(expected: readonly string[], view: View): string[] {
  const found = new Map<string, number>();
  return expected.flatMap((line) => {
    const why = timedProblem(line, view, found) ?? factProblem(line, view);
    return why === undefined || why === "" ? [] : [`${line}: ${why}`];
  });
}

/** "12.0s bob  text": of each node's lines in order. Empty: true; undefined: the line is another kind. */
function timedProblem(line: string, view: View, found: Map<string, number>): string | undefined {
  const [, at, node = "", text = ""] = /^([\d.]+)s (\S+)\s+(.*)$/.exec(line) ?? [];
  if (at === undefined) return undefined;
  const { lines } = view.chronicle;
  for (let n = found.get(node) ?? view.from.lines; n < lines.length; n += 1) {
    const said = lines[n];
    if (said?.node !== node || !says(said, text) || timeOf(said.at) !== at) continue;
    found.set(node, n + 1);
    return "";
  }
  return `not among\n${told(view)}`;
}

function factProblem(line: string, view: View): string | undefined {
  const facts: readonly (readonly [RegExp, (view: View, words: string[]) => string | undefined])[] =
    [
      [/^nothing moves(?: on (\S+))?$/, nothingMoves],
      [/^(\S+) answers: (.*)$/, (seen, [node, text]) => noAnswer(seen, { node, text, ok: true })],
      [/^(\S+) refuses: (.*)$/, (seen, [node, text]) => noAnswer(seen, { node, text, ok: false })],
      [/^(\S+) never says (.*)$/, neverSays],
      [/^(\S+) never ((?:sends|hears) .*)$/, neverSays],
      [/^(\S+) says (.*) once$/, saysOnce],
      [/^(\S+) (?:rejects) (\S+)$/, rejects],
      [/^(\S+) is (running|gone)$/, isThere],
      [/^(.*) holds? (.*)$/, holds],
    ];
  for (const [form, check] of facts) {
    const match = form.exec(line);
    if (match !== null) return check(view, match.slice(1));
  }
  return "nobody understands that";
}

function nothingMoves(view: View, [node]: string[]): string | undefined {
  const moves = since(view).filter(
    (line) => line.kind === "move" && (node ?? line.node) === line.node,
  );
  return moves.length === 0 ? undefined : moves.map(({ text }) => text).join(", ");
}

function noAnswer(
  view: View,
  wanted: { node: string | undefined; text: string | undefined; ok: boolean },
): string | undefined {
  const answers = view.chronicle.answers
    .slice(view.from.answers)
    .filter(({ node }) => node === wanted.node);
  const isGiven = answers.some(
    ({ ok, text }) => ok === wanted.ok && text.includes(wanted.text ?? ""),
  );
  if (isGiven) return undefined;
  const given = answers.map(({ ok, text }) => `it ${ok ? "answers" : "refuses"}: ${text}`);
  return given.length === 0 ? "it has not answered" : given.join("; ");
}

function neverSays(view: View, [node, text = ""]: string[]): string | undefined {
  const said = since(view).find((line) => line.node === node && says(line, text));
  return said === undefined ? undefined : `"${said.text}" at ${timeOf(said.at)}s`;
}

function saysOnce(view: View, [node, text = ""]: string[]): string | undefined {
  const said = since(view).filter((line) => line.node === node && says(line, text));
  return said.length === 1 ? undefined : `${said.length} times\n${told(view)}`;
}

function rejects(view: View, [node, reason]: string[]): string | undefined {
  const reasons = since(view)
    .filter((line) => line.node === node && line.kind === "refused")
    .map(({ text }) => text.slice(text.indexOf(":") + 2));
  const isTrue = reason === "nothing" ? reasons.length === 0 : reasons.includes(reason ?? "");
  return isTrue ? undefined : `it rejects ${[...new Set(reasons)].join(", ") || "nothing"}`;
}

function isThere({ world }: View, [node = "", what]: string[]): string | undefined {
  const isRunning = world.host(node).isRunning;
  return isRunning === (what === "running") ? undefined : `it is ${isRunning ? "running" : "gone"}`;
}

/** "alice and bob hold 10.0.0.10 httpd": there and nowhere else. */
function holds(view: View, [who = "", what = ""]: string[]): string | undefined {
  const nodes = who === "nobody" ? "" : who;
  const wrong = wordsOf(what)
    .map((word) => [word, view.world.holders(word).join(" and ")] as const)
    .filter(([, holders]) => holders !== nodes);
  if (wrong.length === 0) return undefined;
  const facts = wrong.map(([word, holders]) => `${word} is held by ${holders || "nobody"}`);
  return `${facts.join(", ")}\n${told(view)}`;
}

/** A packet is found by its words in any order, everything else by a piece of its text. */
function says({ kind, text }: Line, piece: string): boolean {
  const verb = kind === "wire" ? "sends " : kind === "client" ? "hears " : undefined;
  if (verb === undefined) return !/^(sends|hears) /.test(piece) && text.includes(piece);
  if (!piece.startsWith(verb)) return false;
  const words = wordsOf(text);
  return wordsOf(piece).every((word) => words.includes(word));
}

function since({ chronicle, from }: View): readonly Line[] {
  return chronicle.lines.slice(from.lines);
}

function told({ chronicle, from }: View): string {
  return chronicle.told(from.lines);
}
