// Every manual page of hb, by name. The page of a command comes of its declaration, as its help does, and
// of what docs/man says besides.

import hb from "../../docs/man/hb.8.md" with { type: "text" };
import carp from "../../docs/man/hb-carp.8" with { type: "text" };
import { filePages, topicPages } from "../text/manual/file.ts";
import { placeholders, sectionsOf } from "../text/manual/markdown.ts";
import { assemble, type Block, type Page, type Section, type Span } from "../text/manual/page.ts";
import { prose } from "../text/manual/prose.ts";
import { roff } from "../text/manual/roff.ts";
import { catalogue } from "./catalogue.ts";
import { release } from "./edition.ts";
import { type Described, optionOf, usageLine } from "./help.ts";

const listed = catalogue.filter((entry) => !entry.hidden);

/** A page as `man` knows it. */
export interface Manual {
  readonly name: string;
  readonly section: 5 | 7 | 8;
}

export const manuals: readonly Manual[] = [
  { name: "hb", section: 8 },
  ...listed.map(({ name }) => ({ name: `hb-${name}`, section: 8 as const })),
  ...[...topicPages, ...filePages].map(({ name, section }) => ({ name, section })),
];

/** The page of that name as roff; what follows hb- will do. Undefined when there is none. */
export async function manualText(name: string): Promise<string | undefined> {
  // Written by hand: it tells of ucarp's options too.
  if (name === "hb-carp" || name === "carp") return carp;
  const page = await pageOf(name);
  const { date, version } = release;
  return page && roff(page, { date, source: `hb ${version}` });
}

async function pageOf(name: string): Promise<Page | undefined> {
  if (name === "hb") return overviewPage();
  const command = listed.find((entry) => name === entry.name || name === `hb-${entry.name}`);
  if (command !== undefined) return commandPage((await command.load()).described);
  const pages = [...topicPages, ...filePages];
  return pages.find((page) => name === page.name || `hb-${name}` === page.name);
}

function overviewPage(): Page {
  const blocks = listed.map(
    ({ name, summary }): Block => ({
      kind: "item",
      tag: [{ text: `hb ${name}`, font: "bold" }],
      text: [{ text: `${summary}. See ` }, { text: `hb-${name}`, font: "bold" }, { text: "(8)." }],
    }),
  );
  const pages = manuals.filter((each) => each.name !== "hb");
  const see = pages.flatMap(({ name, section }, at): Span[] => [
    { text: at === 0 ? "" : ", " },
    { text: name, font: "bold" },
    { text: `(${section})` },
  ]);
  return {
    name: "hb",
    section: 8,
    summary: "keeps addresses and services alive when hosts die",
    sections: assemble([
      [synopsis("hb COMMAND [options]"), { title: "Commands", blocks }],
      sectionsOf(hb),
      [{ title: "See also", blocks: [{ kind: "paragraph", text: see }] }],
    ]),
  };
}

const seeAlso = "## See also\n\nhb(8)";

/** What there is to know of a command. */
export function commandPage(described: Described): Page {
  const { name, summary, args, operands, lists = [], notes, exits = [], examples } = described;
  const own = sectionsOf(prose[name] ?? "");
  const said = own.some(({ title }) => title === "Description");
  const options = Object.entries(args).map(([option, def]): Block => {
    const { flags, value, said } = optionOf(option, def);
    return { kind: "item", tag: optionTag(flags, value), text: plain(sentence(said)) };
  });
  const help: Block = {
    kind: "item",
    tag: optionTag(["--help", "-h"]),
    text: plain("Shows the options."),
  };
  const declared: Section[] = [
    synopsis(usageLine(described, `hb ${name}`)),
    {
      title: "Description",
      blocks: said ? [] : [{ kind: "paragraph", text: plain(`${summary}.`) }],
    },
    { title: "Description", blocks: paragraphs(notes) },
    { title: "Options", blocks: [...options, help] },
    ...lists.map(({ title, rows }) => ({ title, blocks: rows.map((each) => row(each, typed)) })),
    { title: "Examples", blocks: [{ kind: "example", lines: examples }] },
  ];
  if (operands !== undefined) {
    const blocks = [row([operands.name, operands.description])];
    declared.push({ title: "Arguments", blocks });
  }
  if (exits.length > 0) {
    const blocks = exits.map(([code, meaning]) => row([`${code}`, meaning]));
    declared.push({ title: "Exit status", blocks });
  }
  if (!own.some(({ title }) => title === "See also")) declared.push(...sectionsOf(seeAlso));
  const sections = assemble([
    own.filter(({ title }) => title === "Description"),
    declared,
    own.filter(({ title }) => title !== "Description"),
  ]);
  return { name: `hb-${name}`, section: 8, summary: lowered(summary), sections };
}

function synopsis(usage: string): Section {
  const text = usage
    .split(/(\[options\])/)
    .flatMap((part): Span[] => (part === "[options]" ? [{ text: part }] : placeholders(part)));
  return { title: "Synopsis", blocks: [{ kind: "paragraph", text }] };
}

/** "-h, --help": the short one first, as manual pages have it. */
function optionTag(flags: readonly string[], value?: string): Span[] {
  const tag = flags
    .toReversed()
    .flatMap((flag, at): Span[] => [{ text: at === 0 ? "" : ", " }, { text: flag, font: "bold" }]);
  return value === undefined ? tag : [...tag, { text: " " }, ...placeholders(value)];
}

function row([left, right]: readonly [string, string], shown = placeholders): Block {
  return { kind: "item", tag: shown(left), text: plain(sentence(right)) };
}

/** Words that are meant as they stand, such as the name of a signal. */
function typed(text: string): Span[] {
  return [{ text, font: "bold" }];
}

function paragraphs(notes = ""): Block[] {
  return notes
    .split(/\n/)
    .flatMap((text) => (text === "" ? [] : [{ kind: "paragraph", text: plain(sentence(text)) }]));
}

function plain(text: string): Span[] {
  return [{ text }];
}

function sentence(text: string): string {
  const whole = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?:]$/.test(whole) ? whole : `${whole}.`;
}

/** NAME has no capital: "hb-status - shows every node…". A name of its own keeps it. */
function lowered(summary: string): string {
  return `${summary.slice(0, 1).toLowerCase()}${summary.slice(1)}`;
}
