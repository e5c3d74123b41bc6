// A rule of a packet filter in words, for the line that says which one drops heartbeats.

import { isRecord } from "../record.ts";
import type { Expression } from "./rule.ts";

/** A rule as a person recognizes it: not nft's own words, but its conditions and its end. */
export function ruleText(expressions: readonly Expression[]): string {
  const words = expressions.map((expression) => {
    const [[kind, value] = ["", undefined]] = Object.entries(expression);
    if (kind !== "match" || !isRecord(value)) return kind;
    const sign = value.op === "!=" ? "!= " : "";
    return `${nameOf(value.left)} ${sign}${valueText(value.right)}`;
  });
  return words.join(" ");
}

function nameOf(left: unknown): string {
  if (!isRecord(left)) return "?";
  if (isRecord(left.payload)) return `${left.payload.protocol} ${left.payload.field}`;
  if (isRecord(left.ct)) return `ct ${left.ct.key}`;
  return isRecord(left.meta) ? String(left.meta.key) : Object.keys(left).join(" ");
}

function valueText(right: unknown): string {
  if (Array.isArray(right)) return right.map(valueText).join(",");
  if (!isRecord(right)) return String(right);
  if (Array.isArray(right.set)) return `{ ${right.set.map(valueText).join(", ")} }`;
  if (Array.isArray(right.range)) return right.range.map(String).join("-");
  if (isRecord(right.prefix)) return `${right.prefix.addr}/${right.prefix.len}`;
  return Object.keys(right).join(" ");
}
