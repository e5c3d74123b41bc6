// What a command says that was called wrongly, where its declaration could not tell (command.ts).

import { type ExitCode, exit } from "./exit.ts";
import { say } from "./output.ts";

export function misuse(calledAs: string, ...reasons: readonly string[]): ExitCode {
  for (const reason of reasons) say(`${calledAs}: ${reason}`);
  say(`Try "${calledAs} --help"`);
  return exit.usage;
}
