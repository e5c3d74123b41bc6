// What a script of rc.d finds of its message in its environment: HA_<field> for each string (heartbeat-config 9).
//
// Where 3.0.6 lets a field replace every variable, so that whoever may send a message chooses the file that
// root's script reads (HA_DIR), hb lets none replace what the cluster or the scripts set themselves.

import type { Message } from "../../wire/message.ts";
import { textIn } from "../bytestring.ts";

/** More than any message of 3.0.6 has; what is longer is left out. */
const valueBytesMax = 32 * 1024;
const allBytesMax = 128 * 1024;
const countMax = 256;

/** What a script says to a shell: other names are in no shell's variables. */
const shellName = /^[A-Za-z0-9_]{1,64}$/;

/** The variables of a message; a field that comes twice has its last value, as in 3.0.6. */
export function variablesOf(
  { fields }: Message,
  isReserved: (variable: string) => boolean,
): Readonly<Record<string, string>> {
  const variables = new Map<string, string>();
  let bytes = 0;
  for (const { name, type, value } of fields) {
    if (type !== "string" || !isGiven(name, value)) continue;
    const variable = `HA_${name}`;
    bytes += variable.length + value.length + 2;
    const isFull = bytes > allBytesMax || variables.size === countMax;
    if (isFull) break;
    if (!isReserved(variable)) variables.set(variable, textIn(value));
  }
  return Object.fromEntries(variables);
}

/** Capitals alone are Heartbeat's own: HA_DIR, HA_BIN, HA_RCDIR say what is executed. */
function isGiven(name: string, value: string): boolean {
  if (!shellName.test(name) || !/[a-z]/.test(name)) return false;
  return value.length <= valueBytesMax && !value.includes("\0");
}
