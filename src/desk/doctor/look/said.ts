// What the agent said last about something, from its journal.

import { Tail } from "../../journal/tail.ts";
import { eventsIn } from "../../place.ts";

/** The text of the last event of this kind; undefined without one, or without the right to read it. */
export function lastSaid(state: string, kind: string): string | undefined {
  const tail = new Tail(eventsIn(state));
  try {
    return tail.read().findLast((event) => event.kind === kind)?.text;
  } catch {
    return undefined;
  } finally {
    tail.close();
  }
}
