// Reads the Markdown that our own pages are written in: headings, paragraphs, tables, lists, examples;
// `code`, **strong**, *emphasis* and links within a line. Not Markdown at large, and no HTML.
//
// A table is a list of what stands in its first column: the other cells are said about it. A cell below
// "default" says so.

import type { Block, Section, Span } from "./page.ts";

/** The sections of a text. What stands above the first "##" is its description. */
export function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = [];
  let title = "Description";
  let lines: string[] = [];
  const close = () => {
    const blocks = blocksOf(lines);
    if (blocks.length > 0) sections.push({ title, blocks });
    lines = [];
  };
  let fenced = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    const heading = fenced ? undefined : /^(##?) (.*)/.exec(line);
    if (heading == null) {
      lines.push(line);
      continue;
    }
    if (heading[1] === "#") continue;
    close();
    title = heading[2] ?? "";
  }
  close();
  return sections;
}

/** The blocks of lines without headings of sections. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    const take = (goesOn: (line: string) => boolean) => {
      const from = at;
      do at++;
      while (at < lines.length && goesOn(lines[at] ?? ""));
      return lines.slice(from, at);
    };
    if (line.trim() === "") at++;
    else if (line.startsWith("```")) {
      const [, ...code] = take((each) => !each.startsWith("```"));
      at++;
      blocks.push({ kind: "example", lines: code });
    } else if (line.startsWith("    ")) {
      blocks.push(indented(take((each) => each.startsWith("    ") || each.trim() === "")));
    } else if (line.startsWith("### ")) {
      at++;
      blocks.push({ kind: "subheading", text: line.slice(4) });
    } else if (line.startsWith("|")) {
      blocks.push(...rows(take((each) => each.startsWith("|"))));
    } else if (bullet.test(line)) {
      const text = take((each) => each.startsWith("  ") && each.trim() !== "");
      blocks.push({ kind: "bullet", text: spansOf(joined(text).replace(bullet, "")) });
    } else {
      const text = take(
        (each) => each.trim() !== "" && !/^(```|\||### )/.test(each) && !bullet.test(each),
      );
      blocks.push({ kind: "paragraph", text: spansOf(joined(text)) });
    }
  }
  return blocks;
}

const bullet = /^(?:\*|\d+\.) +/;

function joined(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(" ");
}

function indented(lines: readonly string[]): Block {
  const text = lines.map((line) => line.slice(4)).join("\n");
  return { kind: "example", lines: text.trimEnd().split("\n") };
}

function rows([head = "", , ...body]: readonly string[]): Block[] {
  const titles = cellsOf(head);
  return body.map((line) => {
    const [tag = "", ...rest] = cellsOf(line);
    const said = rest.flatMap((cell, at) => {
      if (cell === "") return [];
      return titles[at + 1] === "default" ? [`Default: ${cell}.`] : [sentence(cell)];
    });
    // What it does comes first, whatever the order of the columns.
    const text = said.toSorted(
      (a, b) => Number(a.startsWith("Default: ")) - Number(b.startsWith("Default: ")),
    );
    return { kind: "item", tag: spansOf(tag, placeholders), text: spansOf(text.join(" ")) };
  });
}

function cellsOf(row: string): string[] {
  const inner = row.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** A cell needs no full stop in a table; in a list it does. */
function sentence(cell: string): string {
  const text = /^hb\b/.test(cell) ? cell : `${cell.slice(0, 1).toUpperCase()}${cell.slice(1)}`;
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

/** Code, strong, stressed, a link, or another page as in "hb(8)". */
const inline =
  /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]*\)|([a-z][\w.-]*)(?=\(\d\))/g;

/** One line of text. `code` says how a piece of code is shown. */
function spansOf(text: string, code: (code: string) => readonly Span[] = literal): Span[] {
  const spans: Span[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) spans.push({ text: text.slice(from, to) });
  };
  for (const match of text.matchAll(inline)) {
    plain(match.index);
    const [whole, typed, heavy, stressed, link, page] = match;
    const strong = heavy ?? page;
    if (typed !== undefined) spans.push(...code(typed));
    else if (strong !== undefined) spans.push({ text: strong, font: "bold" });
    else if (stressed !== undefined) spans.push({ text: stressed, font: "italic" });
    else spans.push(...spansOf(link ?? "", code));
    from = match.index + whole.length;
  }
  plain(text.length);
  return spans;
}

function literal(code: string): Span[] {
  return [{ text: code, font: "bold" }];
}

/** A call with its placeholders: words in capitals stand for something else. */
export function placeholders(code: string): Span[] {
  return code
    .split(/((?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?![A-Za-z0-9_]))/)
    .map((text, at): Span => ({ text, font: at % 2 === 1 ? "italic" : "bold" }))
    .filter(({ text }) => text !== "");
}
