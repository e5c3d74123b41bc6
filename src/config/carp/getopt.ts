// Cuts arguments into options as getopt_long(3) of glibc does, for programs that must take every
// command line that another program takes: permutation, clusters of short options, abbreviated long
// ones, and its words when something is wrong. hb's own commands are read by cli/reading.ts.

export interface LongOption {
  readonly name: string;
  /** The short option that it stands for; one that has no letter has a name here. */
  readonly is: string;
}

export interface Accepted {
  /** Short options as getopt's optstring: a letter, and ":" behind it when it takes an argument. */
  readonly short: string;
  /** In the order in which possibilities are listed. */
  readonly long: readonly LongOption[];
  /** Those without a letter that take an argument. */
  readonly longArguments?: readonly string[];
}

export type Option =
  | { readonly is: string; readonly argument?: string }
  /** Not an option of the program; `complaint` is what getopt prints behind "PROGRAM: ". */
  | { readonly complaint: string };

/** The options in order. Operands are left out: a program that wants them has another reader.
 *  `posix`: options end at the first operand (POSIXLY_CORRECT). */
export function* getopt(
  argv: readonly string[],
  accepted: Accepted,
  posix = false,
): Generator<Option> {
  for (let at = 0; at < argv.length; ) {
    const word = argv[at++] ?? "";
    if (word === "--") return;
    if (word === "-" || !word.startsWith("-")) {
      if (posix) return;
      continue;
    }
    const next = () => argv[at++];
    if (word.startsWith("--")) yield readLong(word.slice(2), accepted, next);
    else yield* readCluster(word.slice(1), accepted, next);
  }
}

type Next = () => string | undefined;

function readLong(text: string, accepted: Accepted, next: Next): Option {
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  const found = find(name, accepted.long);
  if (found.length === 0) return { complaint: `unrecognized option '--${text}'` };
  const [option] = found;
  if (option === undefined || found.length > 1) {
    const possible = found.map((each) => ` '--${each.name}'`).join("");
    return { complaint: `option '--${text}' is ambiguous; possibilities:${possible}` };
  }
  if (!takesArgument(option.is, accepted)) {
    if (equals === -1) return { is: option.is };
    return { complaint: `option '--${option.name}' doesn't allow an argument` };
  }
  const argument = equals === -1 ? next() : text.slice(equals + 1);
  if (argument !== undefined) return { is: option.is, argument };
  return { complaint: `option '--${option.name}' requires an argument` };
}

/** The one that is meant, or all that could be. */
function find(name: string, long: readonly LongOption[]): readonly LongOption[] {
  const exact = long.find((option) => option.name === name);
  if (exact !== undefined) return [exact];
  return long.filter((option) => option.name.startsWith(name));
}

/** `-Pv42`: letters without arguments, then perhaps one whose argument is the rest or the next word. */
function* readCluster(letters: string, accepted: Accepted, next: Next): Generator<Option> {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at);
    if (letter === ":" || !accepted.short.includes(letter)) {
      yield { complaint: `invalid option -- '${letter}'` };
      continue;
    }
    if (!takesArgument(letter, accepted)) {
      yield { is: letter };
      continue;
    }
    const rest = letters.slice(at + 1);
    const argument = rest === "" ? next() : rest;
    if (argument !== undefined) yield { is: letter, argument };
    else yield { complaint: `option requires an argument -- '${letter}'` };
    return;
  }
}

function takesArgument(is: string, { short, longArguments = [] }: Accepted): boolean {
  return longArguments.includes(is) || (is.length === 1 && short.includes(`${is}:`));
}
