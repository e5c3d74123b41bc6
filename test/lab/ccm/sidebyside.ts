// The same story in four villages at once: on 3.0.6, with its `ccm` on hb, on hb alone, and with all of them mixed.

import { inVillage, type Manner, type Village } from "./village.ts";

export type Told = Village["told"];

export interface Versions {
  readonly heartbeat: Told;
  readonly program: Told;
  readonly builtIn: Told;
  readonly mixed: Told;
}

const MIXED = { 2: ["heartbeat", "built in"], 3: ["heartbeat", "program", "built in"] } as const;

export async function sideBySide(
  nodes: 2 | 3,
  story: (village: Village) => Promise<void>,
): Promise<Versions> {
  const all = (manner: Manner) => Array.from({ length: nodes }, () => manner);
  const play = (manners: readonly Manner[]) => inVillage(manners, story);
  const villages = [all("heartbeat"), all("program"), all("built in"), MIXED[nodes]];
  const [heartbeat = {}, program = {}, builtIn = {}, mixed = {}] = await Promise.all(
    villages.map(play),
  );
  return { heartbeat, program, builtIn, mixed };
}

/** What is told otherwise, part by part. */
export function differences(
  theirs: Told,
  own: Told,
): Record<string, { theirs: string; own: string }> {
  const parts = [...new Set([...Object.keys(theirs), ...Object.keys(own)])];
  return Object.fromEntries(
    parts.flatMap((part) => {
      const pair = { theirs: theirs[part]?.join("; ") ?? "", own: own[part]?.join("; ") ?? "" };
      return pair.theirs === pair.own ? [] : [[part, pair]];
    }),
  );
}

/** How each part ended, without what was told on the way: where nodes differ, that depends on who leads. */
export function endings(told: Told): Told {
  return Object.fromEntries(Object.entries(told).map(([part, words]) => [part, words.slice(-1)]));
}
