// What one step of membership leads to, gathered while it happens.

import type { Message } from "../../wire/message.ts";
import type { Audience } from "../clients/audience.ts";
import type { Filter } from "../clients/filter.ts";
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
  readonly #audience: Audience;
  /** What time it is for people. */
  readonly unixSeconds: number;

  constructor(audience: Audience, unixSeconds: number) {
    this.#audience = audience;
    this.unixSeconds = unixSeconds;
  }

  /** Local clients hear this, if they want messages of its class. */
  give(message: Message, as: Filter): void {
    this.do(this.#audience.given(message, as));
  }

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
