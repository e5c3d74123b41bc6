// Passwords on their way in: what stood where others can see it is overwritten (ffi/argument.ts), and
// what runs from here does not inherit it.

import { concealArgument, concealVariable } from "../../ffi/argument.ts";

/** The variable from which `hb carp` takes its password. */
export const passwordVariable = "HB_CARP_PASSWORD";

/** Takes a password that came as an argument out of the process list, as far as the system allows. */
export function concealPassword(text: string): boolean {
  return concealArgument(text);
}

/** The password in the environment, which holds it no longer; undefined when there is none. */
export function takePasswordVariable(): string | undefined {
  const text = process.env[passwordVariable];
  if (text === undefined) return undefined;
  delete process.env[passwordVariable];
  concealVariable(passwordVariable, text);
  return text;
}
