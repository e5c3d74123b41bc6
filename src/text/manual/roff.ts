// Writes a manual page as roff, in the man(7) macros that groff and mandoc share. Every byte of a text
// comes out as itself: no text can become a request, an escape or another character.

import type { Block, Page, Span } from "./page.ts";

export interface Imprint {
  /** ISO, the day of the release: the same page is the same bytes whenever it is made. */
  readonly date: string;
  /** "hb 1.0.0". */
  readonly source: string;
}

const manuals = { 5: "File formats", 7: "Miscellaneous", 8: "System administration" } as const;

/** mandoc calls longer lines bad style. */
const widest = 78;

/** The whole page, with a line end after the last line. */
export function roff(page: Page, { date, source }: Imprint): string {
  const { name, section, summary, sections } = page;
  const title = `${escaped(name.toUpperCase())} ${section}`;
  const lines = [
    // The date is plain: mandoc reads it.
    `.TH ${title} ${date} "${escaped(source)}" "${manuals[section]}"`,
    ".SH NAME",
    ...filled([{ text: `${name} - ${summary}` }]),
  ];
  for (const { title, blocks } of sections) {
    lines.push(`.SH ${escaped(title.toUpperCase())}`);
    let opening = true;
    for (const block of blocks) {
      lines.push(...blockLines(block, opening));
      opening = block.kind === "subheading";
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Right below a heading a paragraph needs no macro, and mandoc does not want one. */
function blockLines(block: Block, opening: boolean): string[] {
  switch (block.kind) {
    case "paragraph":
      return [...(opening ? [] : [".PP"]), ...filled(block.text)];
    case "item":
      return [".TP", spans(block.tag), ...filled(block.text)];
    case "bullet":
      return [".IP \\(bu 2", ...filled(block.text)];
    case "example":
      return [
        ...(opening ? [] : [".PP"]),
        ".RS 4",
        ".EX",
        ...block.lines.map((line) => guarded(escaped(line))),
        ".EE",
        ".RE",
      ];
    case "subheading":
      return [`.SS ${escaped(block.text)}`];
  }
}

/** Text in lines: a sentence begins a line, as roff likes it, and no line is too long. */
function filled(text: readonly Span[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of spans(text).split(" ")) {
    if (line !== "" && (line.length + 1 + word.length > widest || /[.!?]$/.test(line))) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].filter((each) => each !== "").map(guarded);
}

const fonts = { bold: "\\fB", italic: "\\fI" } as const;

function spans(text: readonly Span[]): string {
  const all = text.map(({ text: word, font }) => {
    const safe = escaped(word.replaceAll(/\s+/g, " "));
    return font === undefined ? safe : `${fonts[font]}${safe}\\fR`;
  });
  return all.join("").trim();
}

/** A line that begins with a control character is a request: not ours. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** What roff takes otherwise than as itself. A plain "-" may be shown as another dash, which nobody could
 *  copy and type again; likewise quotes, "^" and "~". */
const names: Readonly<Record<string, string>> = {
  "\\": "\\(rs",
  "-": "\\-",
  '"': "\\(dq",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

function escaped(text: string): string {
  return text.replace(/[\\\-"'`^~]|[^\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return names[character] ?? `\\[u${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}
