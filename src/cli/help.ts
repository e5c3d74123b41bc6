// The help of one command: what it does, an example, then what it takes.

import type { ArgDef, ArgsDef } from "citty";
import { aliases } from "./reading.ts";

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly args: ArgsDef;
  readonly operands?: {
    readonly name: string;
    readonly description: string;
    readonly min?: number;
    readonly max?: number;
  };
  readonly notes?: string;
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
  if (command.notes !== undefined) parts.push(`${command.notes}\n`);
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
  if (def.type === "boolean" && def.default === true) {
    return [`--no-${name}`, ("negativeDescription" in def && def.negativeDescription) || ""];
  }
  const value = def.type === "boolean" ? "" : ` ${def.valueHint ?? name.toUpperCase()}`;
  const shorts = aliases(def).map((alias) => `, ${alias.length === 1 ? "-" : "--"}${alias}`);
  const description = def.description ?? "";
  const standard =
    typeof def.default === "string" && !description.includes(def.default)
      ? ` (default: ${def.default})`
      : "";
  return [`--${name}${value}${shorts.join("")}`, `${description}${standard}`];
}
