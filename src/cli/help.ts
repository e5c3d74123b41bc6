// What a command says of itself, and its help: what it does, an example, then what it takes.

import type { ArgDef, ArgsDef } from "citty";
import type { Operands } from "./command.ts";
import type { ExitCode } from "./exit.ts";
import { aliases } from "./reading.ts";

/** Rows under a title, such as signals and what they do. */
export interface Listing {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}

/** What a command says of itself: its help, its manual page and its completion come of this. */
export interface Described {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly args: ArgsDef;
  readonly repeatable?: readonly string[];
  readonly operands?: Operands;
  readonly lists?: readonly Listing[];
  readonly notes?: string;
  readonly exits?: readonly (readonly [ExitCode, string])[];
}

/** The whole help of a command, as `--help` prints it. */
export function helpText(command: Described, calledAs: string): string {
  const rows = Object.entries(command.args).map(optionRow);
  rows.push(["--help, -h", "Show this"]);
  const parts = [
    `${command.summary}\n`,
    `Example:\n${command.examples.map((line) => `  ${line}\n`).join("")}`,
    `Usage: ${usageLine(command, calledAs)}\n`,
  ];
  if (command.operands !== undefined) {
    parts.push(`Arguments:\n${table([[command.operands.name, command.operands.description]])}`);
  }
  parts.push(`Options:\n${table(rows)}`);
  for (const { title, rows } of command.lists ?? []) parts.push(`${title}:\n${table(rows)}`);
  if (command.notes !== undefined) parts.push(`${command.notes}\n`);
  if (command.exits !== undefined) {
    parts.push(`Exit codes: ${command.exits.map((each) => each.join(" ")).join(", ")}\n`);
  }
  return parts.join("\n");
}

/** One line that shows the order of things. */
export function usageLine(command: Described, calledAs: string): string {
  const words = [calledAs];
  if (Object.keys(command.args).length > 0) words.push("[options]");
  if (command.operands !== undefined) {
    const { name, min = 0, max = Number.POSITIVE_INFINITY } = command.operands;
    const shown = max > 1 ? `${name}…` : name;
    words.push(min > 0 ? shown : `[${shown}]`);
  }
  return words.join(" ");
}

/** Two columns, the first as wide as it needs to be. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

function optionRow([name, def]: readonly [string, ArgDef]): [string, string] {
  const { flags, value, said } = optionOf(name, def);
  const [long = "", ...others] = flags;
  const tail = others.map((flag) => `, ${flag}`).join("");
  return [`${long}${value === undefined ? "" : ` ${value}`}${tail}`, said];
}

export interface Option {
  /** As typed, the long one first: `--dir`, `-d`. */
  readonly flags: readonly [string, ...string[]];
  /** What stands for its value; absent when it takes none. */
  readonly value?: string;
  /** What it does, and what holds without it. */
  readonly said: string;
}

/** An option as it is typed: one that is on by itself can only be switched off. */
export function optionOf(name: string, def: ArgDef): Option {
  if (def.type === "boolean" && def.default === true) {
    const said = ("negativeDescription" in def && def.negativeDescription) || "";
    return { flags: [`--no-${name}`], said };
  }
  const others = aliases(def).map((alias) => `${alias.length === 1 ? "-" : "--"}${alias}`);
  const description = def.description ?? "";
  const standard =
    typeof def.default === "string" && !description.includes(def.default)
      ? ` (default: ${def.default})`
      : "";
  return {
    flags: [`--${name}`, ...others],
    ...(def.type === "boolean" ? {} : { value: def.valueHint ?? name.toUpperCase() }),
    said: `${description}${standard}`,
  };
}
