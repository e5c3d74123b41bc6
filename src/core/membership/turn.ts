// What one step of membership leads to, gathered while it happens.

import type { Effect, Fields, Level } from "../effect.ts";
import type { MemberEvent } from "../member.ts";

/** Effects for the host of the core, and news for the floors above, each in order. */
export interface Outcome {
  readonly effects: Effect[];
  readonly events: MemberEvent[];
  /** Why an operator's command was not carried out; absent when it was. */
  readonly refused?: string;
}

export class Turn implements Outcome {
  readonly effects: Effect[] = [];
  readonly events: MemberEvent[] = [];

  /** One line that says what was decided and why. */
  log(level: Level, topic: string, text: string, fields?: Fields): void {
    this.effects.push({ do: "log", level, topic, text, ...(fields && { fields }) });
  }

  event(event: MemberEvent): void {
    this.events.push(event);
  }

  do(effects: readonly Effect[]): void {
    this.effects.push(...effects);
  }
}
