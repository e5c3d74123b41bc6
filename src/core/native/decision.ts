// The lines that say what a rule decided about groups, for people and for programs.

import type { Effect, Fields, Level } from "../effect.ts";
import type { GroupSet } from "../wish.ts";

/** Who shall hold a group from now on, and why. */
export interface Assignment extends Fields {
  readonly group: string;
  readonly to: string;
  readonly why: string;
  /** The set that this node gives, as Heartbeat names it: what is assigned is of it. */
  readonly set?: GroupSet;
}

export function assigned(level: Level, topic: string, assignment: Assignment): Effect {
  const { group, to, why } = assignment;
  return log(level, topic, `${group} is assigned to ${to}: ${why}`, assignment);
}

export function log(level: Level, topic: string, text: string, fields?: Fields): Effect {
  return { do: "log", level, text, topic, ...(fields && { fields }) };
}
