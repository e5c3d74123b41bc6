// One command of hb: what it is called, what it takes, what it does. A strict wrapper around citty,
// which parses, types the values and runs, but would let unknown options and spare operands pass.
//
//   export const status = command({
//     name: "status",
//     summary: "Shows every node, link and group",
//     examples: ["hb status --watch"],
//     args: { json: { type: "boolean", description: "Print JSON" } },
//     run: ({ args }) => exit.done,
//   });
//
// Options are declared as citty's `string`, `boolean` and `enum`; operands by `operands`. A boolean
// whose default is true is switched off by `--no-NAME`.

import { type ArgsDef, defineCommand, type ParsedArgs, runCommand } from "citty";
import { type ExitCode, exit } from "./exit.ts";
import { type Described, helpText, type Listing, usageLine } from "./help.ts";
import { print, say } from "./output.ts";
import { type Reading, read } from "./reading.ts";

export interface Operands {
  /** As shown in the help, one word for each: `NODE`, `add|remove NODE`. */
  readonly name: string;
  readonly description: string;
  /** 0 when absent. */
  readonly min?: number;
  /** No limit when absent. */
  readonly max?: number;
  /** What a shell may offer after these operands, where the name does not say it. */
  readonly offers?: (before: readonly string[]) => readonly string[];
}

/** One call of a command: its values, all checked against the definition. */
export interface Call<Args extends ArgsDef> {
  readonly args: ParsedArgs<Args>;
  readonly operands: readonly string[];
  /** Every value of an option named in `repeatable`, in order. */
  every(option: string): readonly string[];
  /** The name it was called by: "hb status", or an old name such as "hb_standby". */
  readonly calledAs: string;
}

export interface Definition<Args extends ArgsDef> {
  readonly name: string;
  /** One line for the overview: a verb in the third person, no full stop. */
  readonly summary: string;
  /** Lines that can be typed as they are; the first is the usual call. */
  readonly examples: readonly [string, ...string[]];
  readonly args?: Args;
  /** String options that may be given more than once. */
  readonly repeatable?: readonly (keyof Args & string)[];
  readonly operands?: Operands;
  /** Tables after the options. */
  readonly lists?: readonly Listing[];
  /** Paragraphs after them. */
  readonly notes?: string;
  /** What its exit codes mean, where there is more to say than "0 done, 1 failed, 2 usage". */
  readonly exits?: readonly (readonly [ExitCode, string])[];
  /** Not for users: works, but is not listed. */
  readonly hidden?: boolean;
  run(call: Call<Args>): ExitCode | Promise<ExitCode>;
}

/** Another name of a command, which stands for its first operands too. */
export interface Alias {
  readonly name: string;
  readonly words: readonly string[];
}

/** A command ready to be called with its arguments. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly hidden: boolean;
  readonly described: Described;
  /** Runs with these arguments; a usage error is said and becomes its exit code. */
  invoke(argv: readonly string[], as?: Alias): Promise<ExitCode>;
}

/** Makes a command of its definition. */
export function command<const Args extends ArgsDef = Record<never, never>>(
  definition: Definition<Args>,
): Command {
  const args: ArgsDef = definition.args ?? {};
  return {
    name: definition.name,
    summary: definition.summary,
    hidden: definition.hidden ?? false,
    described: { ...definition, args },
    async invoke(argv, as = { name: `hb ${definition.name}`, words: [] }) {
      const calledAs = as.name;
      const { operands, ...rest } = definition;
      const takes = { ...rest, args, ...(operands && { operands: after(as.words, operands) }) };
      const reading = read(argv, takes);
      if (reading.kind === "help") {
        print(helpText(takes, calledAs));
        return exit.done;
      }
      if (reading.kind === "wrong") {
        say(`${calledAs}: ${reading.reason}`);
        say(`Usage: ${usageLine(takes, calledAs)}`);
        say(`Try "${calledAs} --help"`);
        // The programs of the old names knew only success and failure.
        return calledAs.startsWith("hb ") ? exit.usage : exit.failed;
      }
      const whole = { ...reading, operands: [...as.words, ...reading.operands] };
      return await carryOut(definition, whole, calledAs);
    },
  };
}

/** What is left to be given after the first operands. */
function after(words: readonly string[], operands: Operands): Operands {
  const count = words.length;
  const { name, description, min = 0, max } = operands;
  return {
    name: name.split(" ").slice(count).join(" ") || name,
    description,
    min: Math.max(0, min - count),
    ...(max === undefined ? {} : { max: max - count }),
  };
}

async function carryOut<const Args extends ArgsDef>(
  definition: Definition<Args>,
  reading: Extract<Reading, { kind: "good" }>,
  calledAs: string,
): Promise<ExitCode> {
  let code: ExitCode = exit.failed;
  const runnable = defineCommand({
    ...(definition.args === undefined ? {} : { args: definition.args }),
    async run({ args }) {
      code = await definition.run({
        args: args as ParsedArgs<Args>,
        operands: reading.operands,
        every: (option) => reading.repeated.get(option) ?? [],
        calledAs,
      });
    },
  });
  try {
    await runCommand(runnable, { rawArgs: reading.rawArgs });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    say(`${calledAs}: ${error.message}`);
    return error.code === "EACCES" || error.code === "EPERM" ? exit.notPermitted : exit.failed;
  }
  return code;
}

/** What the system refuses (a directory in the place of a file, a disk that fails) is no fault of hb: the reason
 *  says it, and a stack would hide it. */
function isRefusal(thrown: unknown): thrown is Error & { readonly code: string } {
  if (!(thrown instanceof Error && "code" in thrown)) return false;
  return typeof thrown.code === "string" && /^E[A-Z0-9]+$/.test(thrown.code);
}
