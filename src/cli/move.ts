// What `hb standby` and `hb takeover` have in common: a set of groups by its word, and waiting.

import { setOf } from "../desk/request.ts";
import { carryOut } from "./asking.ts";
import { runDirOption } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { say } from "./output.ts";

export const moveOptions = {
  ...runDirOption,
  wait: {
    type: "boolean",
    default: true,
    description: "Wait for the end",
    negativeDescription: "Ask only, do not wait for the end",
  },
} as const;

export const moveOperands = {
  name: "all|local|foreign|failback",
  description: "Which groups (default: all)",
  max: 1,
} as const;

interface Move {
  readonly what: "standby" | "takeover";
  readonly word: string | undefined;
  readonly wait: boolean;
  readonly run: string;
  readonly calledAs: string;
}

/** Asks the agent to move a set; a word that is none is a usage error. */
export async function moveGroups({ what, word, wait, run, calledAs }: Move): Promise<ExitCode> {
  const set = setOf(what, word ?? "all");
  if (set === undefined) {
    say(`${calledAs}: Unknown set "${word}": all, local, foreign and failback are known`);
    say(`Usage: ${calledAs} [all|local|foreign|failback]`);
    // The programs of the old names knew only success and failure.
    return calledAs.startsWith("hb ") ? exit.usage : exit.failed;
  }
  return await carryOut(run, { ask: what, set, wait });
}
