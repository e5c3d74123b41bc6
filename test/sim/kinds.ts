// All kinds of seeded runs that there are.

import { carp } from "./carp/kind.ts";
import { heartbeat } from "./heartbeat.ts";
import type { Kind } from "./kind.ts";
import { mixed } from "./mixed/mixed.ts";

export const kinds: readonly Kind[] = [heartbeat, mixed, carp];

/** The kinds of that name; "all" is all of them. */
export function kindsOf(name: string): readonly Kind[] {
  const found = kinds.filter((kind) => name === "all" || kind.name === name);
  if (found.length === 0) {
    const names = kinds.map((kind) => kind.name).join(", ");
    throw new Error(`no kind "${name}"; there are ${names}, and all`);
  }
  return found;
}
