// Manual pages: our Markdown is understood, and whatever a text contains comes out of groff and mandoc
// as it went in.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placeholders, sectionsOf } from "../../src/text/manual/markdown.ts";
import { assemble, type Page } from "../../src/text/manual/page.ts";
import { roff } from "../../src/text/manual/roff.ts";
import { run } from "../cli/run.ts";

const imprint = { date: "2026-01-02", source: "hb 1.2.3" };

function page(markdown: string): Page {
  return { name: "x-y", section: 8, summary: "tests", sections: sectionsOf(markdown) };
}

test("roff() opens with a title of name, section, date, source and manual", () => {
  expect(roff(page("Text."), imprint)).toBe(
    [
      '.TH X\\-Y 8 2026-01-02 "hb 1.2.3" "System administration"',
      ".SH NAME",
      "x\\-y \\- tests",
      ".SH DESCRIPTION",
      "Text.",
      "",
    ].join("\n"),
  );
});

test("roff() begins a line with each sentence and keeps lines below 80 columns", () => {
  const lines = roff(page(`One. Two! ${"word ".repeat(40)}`), imprint).split("\n");
  expect(lines).toContain("One.");
  expect(lines).toContain("Two!");
  expect(lines.filter((line) => line.length > 79)).toEqual([]);
});

test.each([
  [
    "a\nb\n\nc",
    [
      { kind: "paragraph", text: [{ text: "a b" }] },
      { kind: "paragraph", text: [{ text: "c" }] },
    ],
  ],
  [
    "* one\n  more\n* two",
    [
      { kind: "bullet", text: [{ text: "one more" }] },
      { kind: "bullet", text: [{ text: "two" }] },
    ],
  ],
  ["1. one", [{ kind: "bullet", text: [{ text: "one" }] }]],
  [
    "text:\n\n    hb  x\n\n    y\n",
    [
      { kind: "paragraph", text: [{ text: "text:" }] },
      { kind: "example", lines: ["hb  x", "", "y"] },
    ],
  ],
  ["```ha.cf\n## not a heading\n```", [{ kind: "example", lines: ["## not a heading"] }]],
  ["### Under", [{ kind: "subheading", text: "Under" }]],
  [
    "`a` and **b** and *c* and [d](e.md), f(5)",
    [
      {
        kind: "paragraph",
        text: [
          { text: "a", font: "bold" },
          { text: " and " },
          { text: "b", font: "bold" },
          { text: " and " },
          { text: "c", font: "italic" },
          { text: " and " },
          { text: "d" },
          { text: ", " },
          { text: "f", font: "bold" },
          { text: "(5)" },
        ],
      },
    ],
  ],
  [
    "| directive | default | what |\n|---|---|---|\n| `dir on\\|off NAME` | `off` | a thing |",
    [
      {
        kind: "item",
        tag: [
          { text: "dir on|off ", font: "bold" },
          { text: "NAME", font: "italic" },
        ],
        text: [{ text: "A thing. Default: " }, { text: "off", font: "bold" }, { text: "." }],
      },
    ],
  ],
])("sectionsOf() reads %j", (markdown, blocks) => {
  expect(sectionsOf(markdown)).toEqual([{ title: "Description", blocks: blocks as never }]);
});

test.each([
  [
    "N METHOD",
    [
      ["N", "italic"],
      [" ", "bold"],
      ["METHOD", "italic"],
    ],
  ],
  ["NO_COLOR", [["NO_COLOR", "bold"]]],
  [
    "dir=PATH[,…]",
    [
      ["dir=", "bold"],
      ["PATH", "italic"],
      ["[,…]", "bold"],
    ],
  ],
])("placeholders() of %j are its words in capitals", (code, spans) => {
  expect(placeholders(code).map(({ text, font }) => [text, font])).toEqual(spans as never);
});

test("sectionsOf() has a section for each ## and none for what is empty", () => {
  expect(sectionsOf("# Title\n\n## A\n\n## B\n\nb").map(({ title }) => title)).toEqual(["B"]);
});

test("assemble() keeps the usual order and has each section once", () => {
  const of = (title: string) => sectionsOf(`## ${title}\n\n${title}`);
  const sections = assemble([
    of("See also"),
    of("Nodes"),
    of("Files"),
    of("Options"),
    of("See Also"),
    of("Synopsis"),
  ]);
  expect(sections.map(({ title }) => title)).toEqual([
    "Synopsis",
    "Options",
    "Nodes",
    "Files",
    "See also",
  ]);
  expect(sections.at(-1)?.blocks.length).toBe(2);
});

const backspace = String.fromCharCode(8);
/** Bold and underlined letters are printed twice, or over a line. */
const overstruck = new RegExp(`.${backspace}`, "gu");

/** What roff could take otherwise, at every place where it could. */
const nasty = [
  ".TH",
  "'br",
  "\\fB",
  "\\",
  "\\(em",
  '"',
  '\\"',
  "--dir",
  "-",
  "`x`",
  "^~",
  "a\\&",
  "…",
  "·",
  "é",
  "日本",
  "😀",
  "%",
  "$1",
  "\\n(.k",
];

test.each([
  ["groff", ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=300n"]],
  ["mandoc", ["mandoc", "-Tutf8", "-Owidth=300"]],
])("roff() writes texts that %s shows as they are", async (_, command) => {
  const blocks = nasty.flatMap((text) => [
    { kind: "paragraph", text: [{ text: `${text} ${text}` }] } as const,
    {
      kind: "item",
      tag: [{ text, font: "bold" }],
      text: [{ text: `${text} is ${text}` }],
    } as const,
    { kind: "bullet", text: [{ text, font: "italic" }] } as const,
    { kind: "example", lines: [text, ` ${text}`] } as const,
  ]);
  const source = roff({ ...page(""), sections: [{ title: "Nasty", blocks }] }, imprint);
  const directory = mkdtempSync(join(tmpdir(), "hb-manual-"));
  const file = join(directory, "x.8");
  try {
    await Bun.write(file, source);
    const { code, stdout, stderr } = run([...command, file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const shown = stdout.replaceAll(overstruck, "");
    const body = shown.split("\n").slice(3, -2);
    const wanted = nasty.flatMap((text) => [
      `${text} ${text}`,
      text,
      `${text} is ${text}`,
      text,
      text,
      text,
    ]);
    const squeezed = (lines: readonly string[]) => lines.join("").replaceAll(/[\s•·]/g, "");
    expect(squeezed(body)).toContain(squeezed(wanted));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
