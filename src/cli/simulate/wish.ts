// What one call of `hb simulate` asks for, read against the files: a site, faults, lengths; or what is
// wrong with the words.

import { nearest } from "../../config/nearest.ts";
import type { Problem } from "../../config/problem.ts";
import { quote, type Read, readInteger, readPositiveTime } from "../../config/unit.ts";
import { defaultDirectories } from "../../desk/place.ts";
import type { Fault } from "../../sim/forecast/fault.ts";
import { type Assumed, type Site, survey } from "../../sim/forecast/site.ts";
import { faultOptions, readFault, readScriptTime } from "./faultword.ts";
import { type Files, readFiles } from "./files.ts";

export interface Words {
  readonly dir: string;
  readonly node?: string | undefined;
  readonly clients?: string | undefined;
  readonly length?: string | undefined;
  readonly seed?: string | undefined;
  readonly tries?: string | undefined;
  /** Every value of an option that may be given more than once. */
  every(option: string): readonly string[];
}

export interface Wish {
  readonly site: Site;
  /** In order of time. */
  readonly faults: readonly Fault[];
  readonly lengthMs?: number;
  readonly tries?: number;
  readonly unread: readonly string[];
  /** The beginning of a call that takes the same for granted. */
  readonly again: string;
}

export type WishRead =
  | { readonly kind: "good"; readonly wish: Wish; readonly problems: readonly Problem[] }
  | { readonly kind: "files"; readonly problems: readonly Problem[]; readonly files: Files }
  /** A usage error. */
  | { readonly kind: "words"; readonly reason: string };

const scriptMsPlain = 1_000;

/** Reads the files, then the words that may name what is in them. */
export function readWish(words: Words): WishRead {
  const files = readFiles(words.dir, words.node?.toLowerCase());
  const assumed: Assumed = {
    seed: 1,
    scriptMs: scriptMsPlain,
    scriptMsOf: new Map(),
    ...(words.clients !== undefined && { clients: words.clients }),
  };
  const stranger = words.node !== undefined && unknownNode(words.node, files.nodes);
  if (stranger) return { kind: "words", reason: stranger };
  const surveyed = survey(files.given, assumed);
  const { problems } = surveyed;
  if (!surveyed.good) return { kind: "files", problems, files };
  const { site } = surveyed;
  try {
    const lengthMs = words.length && value("length", readPositiveTime(words.length));
    const tries = words.tries === undefined ? undefined : readTries(words.tries);
    const wish = {
      site: { ...site, assumed: { ...assumed, ...chances(words), ...scriptTimes(words, site) } },
      faults: faults(words, site),
      unread: files.unread,
      again: callLike(words),
      ...(lengthMs && { lengthMs }),
      ...(tries !== undefined && { tries }),
    };
    return { kind: "good", wish, problems };
  } catch (error) {
    if (error instanceof Wrong) return { kind: "words", reason: error.message };
    throw error;
  }
}

/** Thrown and caught in this file alone. */
class Wrong extends Error {}

function faults(words: Words, site: Site): Fault[] {
  const read = faultOptions.flatMap((option) =>
    words.every(option).map((text) => {
      const fault = readFault(option, text, site);
      if (fault.ok) return fault.fault;
      throw new Wrong(`--${option}: ${fault.reason}`);
    }),
  );
  return read.toSorted((a, b) => a.at - b.at);
}

function chances({ seed = "1" }: Words): Pick<Assumed, "seed"> {
  return { seed: value("seed", readInteger(seed, 0, 2 ** 31)) };
}

function readTries(text: string): number {
  return value("tries", readInteger(text, 0, 1_000_000));
}

function scriptTimes(words: Words, site: Site): Pick<Assumed, "scriptMs" | "scriptMsOf"> {
  let scriptMs = scriptMsPlain;
  const scriptMsOf = new Map<string, number>();
  for (const text of words.every("script-time")) {
    const read = readScriptTime(text, site);
    if (!read.ok) throw new Wrong(`--script-time: ${read.reason}`);
    const { word, ms } = read.value;
    if (word === undefined) scriptMs = ms;
    else scriptMsOf.set(word, ms);
  }
  return { scriptMs, scriptMsOf };
}

function value<Value>(option: string, read: Read<Value>): Value {
  if (read.ok) return read.value;
  throw new Wrong(`--${option} must be ${read.want}: ${read.reason}`);
}

function callLike(words: Words): string {
  const { dir, node, clients, seed } = words;
  const given = [
    ...(dir === defaultDirectories.conf ? [] : ["--dir", dir]),
    ...Object.entries({ node, clients, seed }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    ),
    ...words.every("script-time").flatMap((value) => ["--script-time", value]),
  ];
  return ["hb simulate", ...given.map(shellWord)].join(" ");
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function unknownNode(name: string, nodes: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  if (nodes.length === 0 || nodes.includes(lower)) return undefined;
  const meant = nearest(lower, nodes);
  const hint = meant === undefined ? `there is ${nodes.join(", ")}` : `did you mean "${meant}"?`;
  return `--node: Unknown node ${quote(name)}: ${hint}`;
}
