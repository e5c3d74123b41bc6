// The words that may stand where a shell's cursor is, in the order in which they should be shown: by what
// the command declares, read as reading.ts will read it.

import { type Described, type Option, optionOf } from "../help.ts";
import { type Names, type Offer, type Offers, offersOf } from "./hint.ts";

const none: Offers = { words: [] };

/** For the arguments of a command, of which the last one is being typed. */
export async function candidates(
  described: Described,
  argv: readonly string[],
  names: Names,
): Promise<Offers> {
  const { operands, given, waiting, ended } = taken(described, argv.slice(0, -1));
  const word = argv.at(-1) ?? "";
  if (waiting !== undefined) return matching(word, await valuesOf(waiting, names));
  const inOne = /^(--[^=]+)=(.*)$/s.exec(word);
  if (inOne !== null && !ended) {
    const [, flag = "", value = ""] = inOne;
    const option = optionsOf(described).find(({ flags }) => flags.includes(flag));
    if (option?.value === undefined) return none;
    const offers = matching(value, await valuesOf(option, names));
    return {
      ...offers,
      words: offers.words.map((offer) => ({ ...offer, word: `${flag}=${offer.word}` })),
    };
  }
  const fresh = optionsOf(described).filter(({ name }) => !given.has(name));
  const flags = { words: fresh.flatMap((option) => flagsOf(option, word)) };
  if (word.startsWith("-") && !ended) return matching(word, flags);
  const offers = await operandOffers(described, operands, names);
  const left = { ...offers, words: offers.words.filter((each) => !operands.includes(each.word)) };
  const empty = left.words.length === 0 && left.path === undefined;
  return matching(word, empty && word === "" && !ended ? flags : left);
}

interface Declared extends Option {
  readonly name: string;
  /** The words that an option of a few words takes. */
  readonly choices?: readonly string[];
  readonly mayRepeat: boolean;
}

function optionsOf({ args, repeatable = [] }: Described): readonly Declared[] {
  const own = Object.entries(args).map(([name, def]) => ({
    ...optionOf(name, def),
    name,
    ...(def.type === "enum" && { choices: def.options ?? [] }),
    mayRepeat: repeatable.includes(name),
  }));
  const help = {
    name: "help",
    flags: ["--help", "-h"] as const,
    said: "Show the help",
    mayRepeat: false,
  };
  return [...own, help];
}

/** What the words before the cursor have said. */
function taken(described: Described, argv: readonly string[]) {
  const operands: string[] = [];
  const given = new Set<string>();
  let waiting: Declared | undefined;
  let ended = false;
  for (const word of argv) {
    if (waiting !== undefined) waiting = undefined;
    else if (word === "--" && !ended) ended = true;
    else if (ended || !word.startsWith("-") || word === "-") operands.push(word);
    else {
      const [flag = ""] = word.split("=", 1);
      const option = optionsOf(described).find(({ flags }) => flags.includes(flag));
      if (option === undefined) continue;
      if (!option.mayRepeat) given.add(option.name);
      if (option.value !== undefined && flag === word) waiting = option;
    }
  }
  return { operands, given, waiting, ended };
}

async function valuesOf({ value = "", choices }: Declared, names: Names): Promise<Offers> {
  if (choices === undefined) return await offersOf(value, names);
  return { words: choices.map((word) => ({ word, open: false })) };
}

/** The long one; the short ones only to who types one dash. */
function flagsOf({ flags, said }: Declared, word: string): Offer[] {
  const [long, ...short] = flags;
  const shown = word === "-" || /^-[^-]/.test(word) ? [long, ...short] : [long];
  return shown.map((flag) => ({ word: flag, open: false, about: said }));
}

async function operandOffers(
  { operands }: Described,
  before: readonly string[],
  names: Names,
): Promise<Offers> {
  if (operands === undefined || before.length >= (operands.max ?? Number.POSITIVE_INFINITY)) {
    return none;
  }
  const own = operands.offers?.(before) ?? [];
  if (own.length > 0) return { words: own.map((word) => ({ word, open: false })) };
  const hints = operands.name.split(" ");
  return await offersOf(hints[Math.min(before.length, hints.length - 1)] ?? "", names);
}

function matching(word: string, offers: Offers): Offers {
  return { ...offers, words: offers.words.filter((offer) => offer.word.startsWith(word)) };
}
