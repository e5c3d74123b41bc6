// An event: something that happened, as it stands in the journal and is given to programs (docs/events.md).
// Every log line that tells more than a line is one, and so is every warning and every error.

import type { Level } from "../../core/effect.ts";
import type { Line } from "../line.ts";

export interface Event {
  readonly v: 1;
  /** Milliseconds of unix time. */
  readonly at: number;
  /** The kernel's boot id: clocks of different boots do not compare. */
  readonly boot: string;
  /** The node that wrote it. */
  readonly node: string;
  /** What it is about: the topic of the log line. */
  readonly kind: string;
  readonly level: Level;
  readonly text: string;
  /** More, by kind. */
  readonly [name: string]: unknown;
}

export interface Origin {
  readonly boot: string;
  readonly node: string;
}

/** The journal's own troubles: an event of them would make more of them. */
export const journalTopic = "journal";

/** The event that a log line is; undefined for those that are none. */
export function eventOf(line: Line, { boot, node }: Origin): Event | undefined {
  const { at, level, topic, text, fields } = line;
  const isEvent = fields !== undefined || level === "warn" || level === "error";
  if (!isEvent || level === "debug" || topic === journalTopic) return undefined;
  const kind = topic === "" ? "log" : topic.replace(/ /g, "-");
  return { v: 1, at: at.getTime(), boot, node, kind, level, text, ...fields };
}

/** The last moment of ECMAScript's calendar; the first is as far before 1970. */
const atMax = 8.64e15;

/** What a line of the journal says; undefined when it is torn or of another version. */
export function parseEvent(line: string): Event | undefined {
  try {
    const event = JSON.parse(line) as Partial<Event> | null;
    const isWhole =
      event?.v === 1 &&
      typeof event.at === "number" &&
      Math.abs(event.at) <= atMax &&
      [event.boot, event.node, event.kind, event.level, event.text].every(isText);
    return isWhole ? (event as Event) : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
