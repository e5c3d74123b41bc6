// Reads the values that directives take: times, booleans, whole numbers, words of a choice
// (heartbeat-config 1). The other way, times as ha.cf writes them.

/** A value, or why the text is none. The reason continues `"deadtime" must be …: `. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly want: string; readonly reason: string; readonly hint?: string };

/** Longer than any sane time, and far below what arithmetic in milliseconds loses. */
const timeMsMax = 365 * 24 * 3600 * 1000;

const timeHint = "A time is a number of seconds, or has a unit: 500ms, 2s, 1m";

/** A time in whole milliseconds. Seconds without a unit; `ms…` and `us…` as Heartbeat reads them; hb
 *  reads `s` and `m` as well. */
export function readTime(text: string): Read<number> {
  const match = /^(\d+(?:\.\d*)?|\.\d+)([a-zA-Z]*)$/.exec(text);
  const factor = match === null ? undefined : msPerUnit(match[2] ?? "");
  if (match === null || factor === undefined) {
    return { ok: false, want: "a time", reason: `${quote(text)} is none`, hint: timeHint };
  }
  const value = Math.round(Number(match[1]) * factor);
  if (!(value <= timeMsMax)) {
    return { ok: false, want: "a time", reason: `${quote(text)} is longer than a year` };
  }
  return { ok: true, value };
}

function msPerUnit(unit: string): number | undefined {
  const lower = unit.toLowerCase();
  if (lower === "" || lower === "s") return 1000;
  // The real daemon looks at two letters only: "msec" is as good.
  if (lower.startsWith("ms")) return 1;
  if (lower.startsWith("us")) return 0.001;
  if (lower === "m") return 60_000;
  return undefined;
}

/** A time that is not zero. */
export function readPositiveTime(text: string): Read<number> {
  const time = readTime(text);
  if (!time.ok || time.value > 0) return time;
  return { ok: false, want: "at least 1 ms", reason: `${quote(text)} is zero` };
}

/** yes, no and their kind, in any case. */
export function readBoolean(text: string): Read<boolean> {
  switch (text.toLowerCase()) {
    case "true":
    case "on":
    case "yes":
    case "y":
    case "1":
      return { ok: true, value: true };
    case "false":
    case "off":
    case "no":
    case "n":
    case "0":
      return { ok: true, value: false };
    default:
      return { ok: false, want: '"on" or "off"', reason: `${quote(text)} is neither` };
  }
}

/** A whole number between two limits. */
export function readInteger(text: string, min: number, max: number): Read<number> {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return { ok: true, value };
  const want = `a whole number from ${min} to ${max}`;
  return { ok: false, want, reason: `${quote(text)} is none` };
}

/** One of a few words. */
export function readChoice<const Choice extends string>(
  text: string,
  choices: readonly Choice[],
): Read<Choice> {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return { ok: true, value: found };
  const want = choices.map(quote).join(" or ");
  return { ok: false, want, reason: `${quote(text)} is not` };
}

/** A time as ha.cf has it, readable for Heartbeat too: whole seconds without a unit, else `ms`. */
export function writeTime(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}` : `${ms}ms`;
}

/** A time as people read it. */
export function sayTime(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

/** A piece of the user's text inside a message. */
export function quote(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 57)}…` : text}"`;
}
