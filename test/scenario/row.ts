// The rows that stories must tell: of the protocol pages and of docs/design.md, found in the pages
// themselves, so that a row which is added there asks for its story.
//
// A row is called by its page, its section and its number: "resources 4.3", "carp 7.2", "design carp 5".
// README.md here says how they are counted.

export interface Row {
  readonly name: string;
  /** What it says, as far as needed to recognize it. */
  readonly says: string;
}

interface Section {
  /** Text of the heading after its hashes. */
  readonly heading: string;
  readonly lines: readonly string[];
}

/** Rows of the tables of one section of a page: the n-th is "NAME.n", or "NAME n" after a word. */
export function tableRows(page: string, heading: string, name: string): Row[] {
  const dot = /\d$/.test(name) ? "." : " ";
  return cellsOf(sectionOf(page, heading)).map((cells, n) => ({
    name: `${name}${dot}${n + 1}`,
    says: shown(cells),
  }));
}

/** Rows of a table whose first column numbers them. A line without a number and with a condition of
 *  its own is the same row with a letter: 4.3, 4.3b, 4.3c. */
export function numberedRows(page: string, heading: string, name: string): Row[] {
  const rows: Row[] = [];
  let number = "";
  let letter = 0;
  for (const cells of cellsOf(sectionOf(page, heading))) {
    const [own = "", , condition = ""] = cells;
    if (own === "" && condition === "") continue;
    letter = own === "" ? letter + 1 : 0;
    if (own !== "") number = own;
    const suffix = letter === 0 ? "" : "abcdefgh".charAt(letter);
    rows.push({ name: `${name}.${number}${suffix}`, says: shown(cells) });
  }
  return rows;
}

/** The subsections "5.1 Both start" of section 5, and rows of the tables within them. */
export function subsectionRows(page: string, section: string, name: string): Row[] {
  return sectionsOf(page)
    .filter(({ heading }) => heading.startsWith(`${section}.`))
    .flatMap((found) => {
      const [number = "", ...words] = found.heading.split(" ");
      const own = { name: `${name}${number.slice(section.length)}`, says: words.join(" ") };
      const rows = cellsOf(found).map((cells, n) => ({
        name: `${own.name}.${n + 1}`,
        says: shown(cells),
      }));
      return [own, ...rows];
    });
}

/** Rows of the tables of a section that are called by their first word. */
export function namedRows(page: string, heading: string, header: string, name: string): Row[] {
  const { lines } = sectionOf(page, heading);
  const from = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  const to = lines.findIndex((line, n) => n > from && !line.startsWith("|"));
  return cellsOf({ heading, lines: lines.slice(from, to) }).map((cells) => ({
    name: `${name} ${cells[0]}`,
    says: shown(cells),
  }));
}

/** Points "1. …" of the list that follows a paragraph which begins with these words. */
export function listRows(page: string, heading: string, opening: string, name: string): Row[] {
  const { lines } = sectionOf(page, heading);
  const from = lines.findIndex((line) => line.startsWith(opening));
  const rows: Row[] = [];
  for (const line of lines.slice(from + 1)) {
    if (line.startsWith("**")) break;
    const [, number, says] = /^(\d+)\. (.*)$/.exec(line) ?? [];
    if (number !== undefined && says !== undefined) rows.push({ name: `${name} ${number}`, says });
  }
  return rows;
}

/** Paragraphs of a section that begin with bold words: "**Adoption.** …" is "adoption". */
export function paragraphRows(page: string, heading: string, name: string): Row[] {
  return sectionOf(page, heading).lines.flatMap((line) => {
    const [, words, says] = /^\*\*(.+?)\.?\*\*[,:]?(.*)$/.exec(line) ?? [];
    if (words === undefined || says === undefined) return [];
    return [{ name: `${name} ${words.toLowerCase().replace(/^the /, "")}`, says: says.trim() }];
  });
}

function sectionOf(page: string, heading: string): Section {
  const found = sectionsOf(page).find((section) => section.heading === heading);
  if (found === undefined) throw new Error(`no section "${heading}"`);
  return found;
}

function sectionsOf(page: string): Section[] {
  const sections: { heading: string; lines: string[] }[] = [];
  for (const line of page.split("\n")) {
    const [, heading] = /^##+ (.*)$/.exec(line) ?? [];
    if (heading !== undefined) sections.push({ heading, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

/** Cells of all table rows of a section but for the heads of the tables. */
function cellsOf({ lines }: Section): string[][] {
  const rules = lines.flatMap((line, n) => (/^\|[-|\s:]+\|$/.test(line) ? [n] : []));
  const heads = new Set(rules.flatMap((n) => [n - 1, n]));
  return lines
    .filter((line, n) => line.startsWith("|") && !heads.has(n))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

function shown(cells: readonly string[]): string {
  const words = cells.filter((cell) => cell !== "").join(" | ");
  return words.length > 70 ? `${words.slice(0, 69)}…` : words;
}
