// Whether another host calls itself as this one, or was cloned from it.

import { about, type Finding } from "../finding.ts";

export interface NameFacts {
  readonly self: string;
  /** Messages under this node's name or uuid that are not its own, since the agent started. */
  readonly clones: number;
  /** The same a moment later. */
  readonly clonesNow: number;
  /** What the agent said of the last one, if it did. */
  readonly said?: string;
  /** Where this node's uuid is kept. */
  readonly uuidFile: string;
}

export function judgeName({ self, clones, clonesNow, said, uuidFile }: NameFacts): Finding[] {
  const { ok, warn, fail } = about("name");
  if (clonesNow === 0) return [ok(`Nobody else calls himself "${self}"`)];
  const text = said ?? `Another host calls itself ${self}, or has its uuid`;
  const isUuid = said?.includes("has the uuid of") === true;
  const remedy = isUuid
    ? { hint: `On the host that is the copy: rm ${uuidFile} && systemctl restart hb` }
    : { hint: "On the other host: hostnamectl set-hostname ANOTHER && systemctl restart hb" };
  // Counted since the start: what was repaired since then is history.
  return [clonesNow > clones ? fail(text, remedy) : warn(`${text} (some time ago)`, remedy)];
}
