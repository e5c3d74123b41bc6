// What the fuzzer is given for one parser: bytes to begin with, words that it knows, and what must hold
// for all bytes whatsoever.

export interface Target {
  /** One word; found inputs are filed under it. */
  readonly name: string;
  /** What it covers, as a reader of the table looks for it: files or names of functions. */
  readonly covers: string;
  /** The inputs to begin with; files are read when this is called. */
  corpus(): readonly Uint8Array[];
  /** Byte strings that mean something to the parser. */
  readonly tokens: readonly string[];
  /** The longest input that the program would ever give it. */
  readonly bytesMax: number;
  /** How many times the usual share of the time it has: whose inputs take long would have few. Absent: 1. */
  readonly share?: number;
  /** Runs one input through the parser and judges the result: throws when a law is broken. Gives what kind
   *  of result it was; inputs of a new kind are kept. */
  run(input: Uint8Array): string;
}

/** Throws unless it holds; `law` says what was broken. */
export function must(holds: boolean, law: string): asserts holds {
  if (!holds) throw new Error(`Broken: ${law}`);
}

/** Throws unless both are deeply the same. */
export function mustEqual(have: unknown, want: unknown, law: string): void {
  if (Bun.deepEquals(have, want, true)) return;
  throw new Error(`Broken: ${law}\n  have ${told(have)}\n  want ${told(want)}`);
}

function told(value: unknown): string {
  const text = Bun.inspect(value, { depth: 8, colors: false });
  return text.length > 1_500 ? `${text.slice(0, 1_500)}…` : text;
}
