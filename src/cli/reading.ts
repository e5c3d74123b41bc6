// Reads the arguments of one command strictly: every word is a declared option, its value, or an operand
// that the command takes. Anything else is a usage error with a hint.

import type { ArgDef, ArgsDef } from "citty";
import { nearest } from "../config/nearest.ts";

export interface Takes {
  readonly args: ArgsDef;
  readonly repeatable?: readonly string[];
  readonly operands?: {
    readonly name: string;
    readonly min?: number;
    readonly max?: number;
  };
}

export type Reading =
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly reason: string }
  | {
      readonly kind: "good";
      /** The same words, each option as one word `--name=value`: no parser can misread them. */
      readonly rawArgs: string[];
      readonly operands: readonly string[];
      readonly repeated: ReadonlyMap<string, readonly string[]>;
    };

/** Reads the words after the command's name. */
export function read(argv: readonly string[], takes: Takes): Reading {
  const options: string[] = [];
  const operands: string[] = [];
  const repeated = new Map<string, string[]>();
  const seen = new Set<string>();

  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--") {
      operands.push(...argv.slice(at + 1));
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      operands.push(word);
      continue;
    }
    if (word === "--help" || word === "-h") return { kind: "help" };

    const equals = word.indexOf("=");
    const dashed = equals === -1 ? word : word.slice(0, equals);
    const option = find(dashed, takes.args);
    if (option === undefined) return wrong(unknownOption(dashed, takes.args));
    const { name, def, negated } = option;

    const mayRepeat = takes.repeatable?.includes(name) === true;
    if (seen.has(name) && !mayRepeat) return wrong(`Option "--${name}" is given twice`);
    seen.add(name);

    if (def.type === "boolean") {
      if (equals !== -1) return wrong(`Option "${dashed}" takes no value`);
      options.push(negated ? `--no-${name}` : `--${name}`);
      continue;
    }
    let value = equals === -1 ? undefined : word.slice(equals + 1);
    if (value === undefined) {
      value = argv[at + 1];
      // A dash alone is a value wherever it is one: it stands for stdin.
      if (value?.startsWith("-") && value !== "-") {
        return wrong(`Option "${dashed}" needs a value: write "${dashed}=${value}" if that is it`);
      }
      at++;
    }
    if (value === undefined || value === "") return wrong(`Option "${dashed}" needs a value`);
    if (def.type === "enum" && def.options !== undefined && !def.options.includes(value)) {
      return wrong(`Unknown value "${value}" for "${dashed}": ${def.options.join(", ")} are known`);
    }
    repeated.set(name, [...(repeated.get(name) ?? []), value]);
    options.push(`--${name}=${value}`);
  }

  const reason = wrongCount(operands, takes);
  if (reason !== undefined) return wrong(reason);
  const rawArgs = operands.length === 0 ? options : [...options, "--", ...operands];
  return { kind: "good", rawArgs, operands, repeated };
}

interface Found {
  readonly name: string;
  readonly def: ArgDef;
  readonly negated: boolean;
}

function find(dashed: string, args: ArgsDef): Found | undefined {
  for (const [name, def] of Object.entries(args)) {
    if (dashed === `--${name}`) return { name, def, negated: false };
    if (aliases(def).some((alias) => dashed === `${alias.length === 1 ? "-" : "--"}${alias}`)) {
      return { name, def, negated: false };
    }
    // Only what is on by default can be switched off.
    if (def.type === "boolean" && def.default === true && dashed === `--no-${name}`) {
      return { name, def, negated: true };
    }
  }
  return undefined;
}

/** The other names of an option. */
export function aliases(def: ArgDef): readonly string[] {
  if (def.type === "positional" || !("alias" in def) || def.alias === undefined) return [];
  return typeof def.alias === "string" ? [def.alias] : def.alias;
}

function unknownOption(dashed: string, args: ArgsDef): string {
  const names = Object.entries(args).map(([name, def]) =>
    def.type === "boolean" && def.default === true ? `--no-${name}` : `--${name}`,
  );
  const meant = nearest(dashed, [...names, "--help"]);
  const hint = meant === undefined ? "" : `: did you mean "${meant}"?`;
  return `Unknown option "${dashed}"${hint}`;
}

function wrongCount(operands: readonly string[], takes: Takes): string | undefined {
  const max = takes.operands === undefined ? 0 : (takes.operands.max ?? Number.POSITIVE_INFINITY);
  const min = takes.operands?.min ?? 0;
  if (operands.length > max) return `Spare argument "${operands[max]}"`;
  if (operands.length < min) return `Missing argument ${takes.operands?.name}`;
  return undefined;
}

function wrong(reason: string): Reading {
  return { kind: "wrong", reason };
}
