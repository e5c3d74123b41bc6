// The lines with which a story opens: which rows it tells, and the sentence that it proves.
//
//   # resources 4.6, 5.6, design vacancy: A silent peer is declared dead, and its group moves.

export interface Header {
  /** Names of rows (row.ts), each with its page. */
  readonly rows: readonly string[];
  readonly sentence: string;
}

const pages = "resources|design|carp";

export function headerOf(story: string): Header {
  const lines = story.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const text = lines
    .slice(0, end)
    .map((line) => line.slice(1).trim())
    .join(" ");
  const [, tags, sentence] = new RegExp(`^((?:${pages}) [^:]*): (.*)$`).exec(text) ?? [];
  if (tags === undefined || sentence === undefined) return { rows: [], sentence: text };
  let page = "";
  const rows = tags.split(", ").map((tag) => {
    const [, own, row] = new RegExp(`^(${pages}) (.*)$`).exec(tag) ?? [];
    page = own ?? page;
    return `${page} ${row ?? tag}`;
  });
  return { rows, sentence };
}
