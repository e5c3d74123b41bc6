// A manual page as a value: sections of paragraphs, tagged items and examples. Not yet roff (roff.ts);
// it may come of Markdown (markdown.ts) or of a command's declaration (cli/manual.ts).

export interface Span {
  readonly text: string;
  /** bold: typed as it stands. italic: replaced by what it names. */
  readonly font?: "bold" | "italic";
}

export type Block =
  | { readonly kind: "paragraph"; readonly text: readonly Span[] }
  | { readonly kind: "item"; readonly tag: readonly Span[]; readonly text: readonly Span[] }
  | { readonly kind: "bullet"; readonly text: readonly Span[] }
  | { readonly kind: "example"; readonly lines: readonly string[] }
  | { readonly kind: "subheading"; readonly text: string };

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Page {
  /** As it is asked for: "hb-status". */
  readonly name: string;
  readonly section: 5 | 7 | 8;
  /** What stands behind the dash in NAME, and in the lists of apropos(1). */
  readonly summary: string;
  readonly sections: readonly Section[];
}

/** The order of man-pages(7); what is not named here stands between options and exit status. */
const before = ["synopsis", "description", "arguments", "options"];
const after = ["signals", "exit status", "environment", "files", "examples", "see also"];

/** Sections of several sources as one page has them: each title once, in the usual order. */
export function assemble(sources: readonly (readonly Section[])[]): Section[] {
  const byTitle = new Map<string, { title: string; blocks: Block[] }>();
  for (const { title, blocks } of sources.flat()) {
    const key = title.toLowerCase();
    const section = byTitle.get(key) ?? { title, blocks: [] };
    section.blocks.push(...blocks);
    byTitle.set(key, section);
  }
  const rank = ({ title }: Section) => {
    const key = title.toLowerCase();
    if (before.includes(key)) return before.indexOf(key) - before.length;
    return after.indexOf(key) + 1;
  };
  return [...byTitle.values()].toSorted((a, b) => rank(a) - rank(b));
}
