// Makes new inputs out of those that are known: some bytes are changed, moved, repeated, left out, taken
// from elsewhere. Deterministic: chance comes from a seed.

import type { Chance } from "../../src/sim/chance.ts";
import { textToBytes } from "../../src/wire/bytes.ts";

/** What numbers break at. */
const numbers = [
  ...[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "9",
    "10",
    "15",
    "16",
    "17",
    "31",
    "32",
    "99",
    "127",
    "128",
    "255",
    "256",
  ],
  ...["65535", "65536", "262143", "262144", "9999999", "10000000", "2147483647", "4294967295"],
  ...[
    "4294967296",
    "9007199254740993",
    "18446744073709551616",
    "999999999999999999999",
    "1e9",
    "0x10",
  ],
  ...["00", "007", "0.5", "NaN", "Infinity"],
].map(textToBytes);

const bytes = [0, 1, 9, 10, 13, 19, 20, 31, 32, 35, 44, 45, 58, 61, 127, 128, 160, 192, 255];

/** A usual input is at most so long: most laws are broken by few bytes, and short inputs are fast. */
const usualMax = 4_096;

export interface Dictionary {
  readonly tokens: readonly string[];
  readonly bytesMax: number;
}

type Change = (input: Uint8Array) => Uint8Array;

export class Mutator {
  readonly #chance: Chance;
  readonly #tokens: readonly Uint8Array[];
  readonly #bytesMax: number;
  readonly #changes: readonly Change[];

  constructor(chance: Chance, { tokens, bytesMax }: Dictionary) {
    this.#chance = chance;
    this.#tokens = tokens.map(textToBytes);
    this.#bytesMax = bytesMax;
    const general: readonly Change[] = [
      (input) => this.#flip(input),
      (input) => this.#set(input),
      (input) => this.#insert(input, this.#noise(1 + this.#below(8))),
      (input) => this.#remove(input),
      (input) => this.#duplicate(input),
      (input) => this.#move(input),
      (input) => this.#number(input),
      (input) => this.#fit(input),
      (input) => this.#truncate(input),
    ];
    const words: readonly Change[] = [
      (input) => this.#insert(input, this.#token()),
      (input) => this.#overwrite(input, this.#token()),
      (input) => this.#insertLine(input),
    ];
    this.#changes = tokens.length === 0 ? general : [...general, ...words, ...words];
  }

  /** A new input from one that is known and another one to borrow from. */
  mutate(known: Uint8Array, other: Uint8Array): Uint8Array {
    // Rarely, for it costs as much as hundreds of others: one as long as there can be.
    if (this.#below(400) === 0) return this.#inflate(known);
    let input = this.#below(8) === 0 ? this.#splice(known, other) : known;
    for (let left = 1 << this.#below(5); left > 0; left--) {
      input = this.#chance.pick(this.#changes)(input);
    }
    const most = Math.min(this.#bytesMax, Math.max(usualMax, known.length));
    return input.length > most ? input.slice(0, most) : input;
  }

  #below(limit: number): number {
    return this.#chance.below(limit);
  }

  #token(): Uint8Array {
    return this.#chance.pick(this.#tokens);
  }

  #noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, () =>
      this.#below(2) === 0 ? this.#chance.pick(bytes) : this.#below(256),
    );
  }

  /** A part of the input: from and to, mostly short. */
  #part(input: Uint8Array): readonly [number, number] {
    const from = this.#below(input.length + 1);
    const most = this.#below(4) === 0 ? input.length : 16;
    return [from, Math.min(input.length, from + 1 + this.#below(most + 1))];
  }

  #replace(input: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
    const whole = new Uint8Array(input.length - (to - from) + by.length);
    whole.set(input.subarray(0, from));
    whole.set(by, from);
    whole.set(input.subarray(to), from + by.length);
    return whole;
  }

  #flip(input: Uint8Array): Uint8Array {
    const changed = input.slice();
    const at = this.#below(input.length);
    changed[at] = (input[at] ?? 0) ^ (1 << this.#below(8));
    return changed;
  }

  #set(input: Uint8Array): Uint8Array {
    const changed = input.slice();
    changed[this.#below(input.length)] = this.#chance.pick(bytes);
    return changed;
  }

  #insert(input: Uint8Array, what: Uint8Array): Uint8Array {
    const at = this.#below(input.length + 1);
    return this.#replace(input, at, at, what);
  }

  #overwrite(input: Uint8Array, what: Uint8Array): Uint8Array {
    const at = this.#below(input.length + 1);
    return this.#replace(input, at, Math.min(input.length, at + what.length), what);
  }

  /** A token as a line of its own, or behind the first word of one. */
  #insertLine(input: Uint8Array): Uint8Array {
    const at = this.#lineStart(input);
    const parts = [...this.#token(), ...(this.#below(2) === 0 ? [32, ...this.#token()] : []), 10];
    return this.#replace(input, at, at, Uint8Array.from(parts));
  }

  #lineStart(input: Uint8Array): number {
    return input.lastIndexOf(10, this.#below(input.length + 1)) + 1;
  }

  #remove(input: Uint8Array): Uint8Array {
    const [from, to] = this.#part(input);
    return this.#replace(input, from, to, new Uint8Array(0));
  }

  #duplicate(input: Uint8Array): Uint8Array {
    const [from, to] = this.#part(input);
    return this.#insert(input, input.slice(from, to));
  }

  #move(input: Uint8Array): Uint8Array {
    const [from, to] = this.#part(input);
    const part = input.slice(from, to);
    return this.#insert(this.#replace(input, from, to, new Uint8Array(0)), part);
  }

  #truncate(input: Uint8Array): Uint8Array {
    if (this.#below(4) > 0) return input;
    const at = this.#below(input.length + 1);
    return this.#below(2) === 0 ? input.slice(0, at) : input.slice(at);
  }

  #splice(input: Uint8Array, other: Uint8Array): Uint8Array {
    const from = this.#below(other.length + 1);
    return this.#replace(input, this.#below(input.length + 1), input.length, other.slice(from));
  }

  /** Another number where there is one in decimal digits. */
  #number(input: Uint8Array): Uint8Array {
    const [from, to] = digits(input, this.#below(input.length + 1));
    return from === to ? input : this.#replace(input, from, to, this.#chance.pick(numbers));
  }

  /** The number before a colon becomes the distance to a comma behind it: netstrings and lists. */
  #fit(input: Uint8Array): Uint8Array {
    const colon = input.indexOf(0x3a, this.#below(input.length + 1));
    if (colon < 0) return input;
    let comma = colon;
    for (let more = this.#below(4); more >= 0; more--) {
      const next = input.indexOf(0x2c, comma + 1);
      if (next >= 0) comma = next;
    }
    let from = colon;
    while (isDigit(input[from - 1])) from--;
    return this.#replace(input, from, colon, textToBytes(String(Math.max(0, comma - colon - 1))));
  }

  /** A part of it many times over: what is not linear shows itself. */
  #inflate(input: Uint8Array): Uint8Array {
    const [from, to] = this.#part(input);
    const part =
      this.#tokens.length > 0 && this.#below(2) === 0 ? this.#token() : input.slice(from, to);
    if (part.length === 0) return input;
    const most = Math.floor(this.#bytesMax / 2 ** this.#below(6));
    const count = Math.max(0, Math.floor((most - input.length) / part.length));
    const many = new Uint8Array(count * part.length);
    for (let at = 0; at < many.length; at += part.length) many.set(part, at);
    return this.#replace(input, from, this.#below(2) === 0 ? from : to, many);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** The run of digits at or behind a place. */
function digits(input: Uint8Array, at: number): readonly [number, number] {
  let from = at;
  while (from < input.length && !isDigit(input[from])) from++;
  while (isDigit(input[from - 1])) from--;
  let to = from;
  while (isDigit(input[to])) to++;
  return [from, to];
}
