// An event for people: a line, and under it the steps of what took several.

import type { Event } from "../desk/journal/event.ts";
import { plain, stampOf } from "../desk/line.ts";
import type { Paint } from "./column.ts";

const kindWidth = 12;

/** One event, perhaps in several lines. */
export function eventLines(event: Event, paint: Paint): string {
  const { at, kind, level, text } = event;
  const head = `${plain(kind).padEnd(kindWidth)}  ${plain(text)}`;
  const line = `${paint("dim", stampOf(new Date(at)))}  ${coloured(level, head, paint)}`;
  return [line, ...accountOf(event, paint)].join("\n");
}

/** What stands between the events of two boots of the host. */
export function bootLine(paint: Paint): string {
  return paint("dim", "-- the host booted --");
}

export function coloured(level: Event["level"], text: string, paint: Paint): string {
  if (level === "error") return paint("red", text);
  return level === "warn" ? paint("yellow", text) : text;
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The account of an order (core/group/account.ts): why, and what took how long. */
function accountOf({ cause, steps, untold }: Event, paint: Paint): string[] {
  const indent = " ".repeat(25);
  const lines: string[] = [];
  if (typeof cause === "string") lines.push(`${indent}because ${plain(cause)}`);
  if (!Array.isArray(steps)) return lines;
  for (const step of steps.filter(isRecord)) {
    const tookMs = typeof step.tookMs === "number" ? step.tookMs : 0;
    const result = step.ok === false ? " failed" : "";
    const said = typeof step.text === "string" ? `: ${step.text}` : "";
    const words = plain(`${String(step.what)}${result}${said}`);
    const length = `${tookMs.toFixed(1)} ms`.padStart(12);
    lines.push(`${indent}${length}  ${step.ok === false ? paint("red", words) : words}`);
  }
  if (typeof untold === "number") lines.push(`${indent}${" ".repeat(14)}and ${untold} more`);
  return lines;
}
