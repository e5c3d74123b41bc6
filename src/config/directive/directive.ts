// What a directive of ha.cf is, and the plain kinds of it: a value that a later line replaces.
// The tables beside this file say which there are.

import type { Draft } from "../haconf.ts";
import type { Report, Word } from "../report.ts";
import {
  quote,
  type Read,
  readBoolean,
  readChoice,
  readInteger,
  readPositiveTime,
} from "../unit.ts";

/** What a directive may touch while it is read. */
export interface Reader {
  readonly draft: Draft;
  readonly report: Report;
}

/** Every value, split at blanks and commas, is a setting of its own. */
export interface ListDirective {
  readonly shape: "list";
  /** Scalars: a second value replaces the first. "never": a second one is an error. */
  readonly repeats?: "replaces" | "never";
  set(name: Word, value: Word, reader: Reader): void;
}

/** The rest of the line is one argument. */
export interface LineDirective {
  readonly shape: "line";
  set(name: Word, words: readonly Word[], reader: Reader): void;
}

export type Directive = ListDirective | LineDirective;

export type Directives = Readonly<Record<string, Directive>>;

type Scalar<Value> = { [Key in keyof Draft]-?: Draft[Key] extends Value | undefined ? Key : never };

/** The keys of the configuration that hold a value of this kind. */
export type KeyFor<Value> = Scalar<Value>[keyof Draft];

/** A scalar that is read by `read` into one key. */
export function scalar<Key extends keyof Draft>(
  key: Key,
  read: (text: string) => Read<NonNullable<Draft[Key]>>,
): ListDirective {
  return {
    shape: "list",
    repeats: "replaces",
    set(name, value, { draft, report }) {
      const result = read(value.text);
      if (result.ok) draft[key] = result.value;
      else sayWrong(name, value, result, report);
    },
  };
}

/** A time that is not zero. */
export function time(key: KeyFor<number>): ListDirective {
  return scalar(key, readPositiveTime);
}

/** on or off. */
export function flag(key: KeyFor<boolean>): ListDirective {
  return scalar(key, readBoolean);
}

/** A whole number between limits. */
export function integer(key: KeyFor<number>, min: number, max: number): ListDirective {
  return scalar(key, (text) => readInteger(text, min, max));
}

/** One of a few words. */
export function choice<Key extends keyof Draft>(
  key: Key,
  choices: readonly (NonNullable<Draft[Key]> & string)[],
): ListDirective {
  return scalar(key, (text) => readChoice(text, choices));
}

/** Any word. */
export function text(key: KeyFor<string>): ListDirective {
  return scalar(key, (value) => ({ ok: true, value }));
}

/** An absolute path. */
export function path(key: KeyFor<string>): ListDirective {
  return scalar(key, (value) =>
    value.startsWith("/")
      ? { ok: true, value }
      : { ok: false, want: "an absolute path", reason: `${quote(value)} does not begin with "/"` },
  );
}

/** The same directive with a warning whenever it is used. */
export function withWarning(
  directive: ListDirective,
  warn: (name: Word, value: string) => readonly [message: string, hint?: string] | undefined,
): ListDirective {
  return {
    ...directive,
    set(name, value, reader) {
      const warning = warn(name, value.text);
      if (warning !== undefined) reader.report.warning(name, ...warning);
      directive.set(name, value, reader);
    },
  };
}

/** Says that a value is not what the directive wants. */
export function sayWrong(
  name: Word,
  value: Word,
  wrong: Extract<Read<unknown>, { ok: false }>,
  report: Report,
): void {
  report.error(value, `"${name.text}" must be ${wrong.want}: ${wrong.reason}`, wrong.hint);
}
