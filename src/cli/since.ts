// A moment as people type it: so long ago, a time of day, a date, both. Local time where no zone is given.

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

export const sinceForms =
  '"10m" ago (ms, s, m, h, d, w), "03:00", "2026-11-27", "2026-11-27T03:00", with "Z" or "+01:00"';

/** Milliseconds of unix time; undefined when the text means no moment. */
export function sinceOf(text: string, now: Date): number | undefined {
  const ago = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text);
  if (ago !== null) {
    const unit = unitMs[ago[2] ?? ""];
    return unit === undefined ? undefined : now.getTime() - Number(ago[1]) * unit;
  }
  return clockOf(text, now) ?? dateOf(text);
}

/** The last time that the clock showed this. */
function clockOf(text: string, now: Date): number | undefined {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock === null) return undefined;
  const [hours, minutes, seconds] = clock.slice(1).map((each) => Number(each ?? 0));
  if (hours === undefined || hours > 23 || (minutes ?? 0) > 59 || (seconds ?? 0) > 59) {
    return undefined;
  }
  const at = new Date(now);
  at.setHours(hours, minutes, seconds, 0);
  if (at > now) at.setDate(at.getDate() - 1);
  return at.getTime();
}

function dateOf(text: string): number | undefined {
  const date =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      text,
    );
  if (date === null) return undefined;
  const [, year, month, day, clock = "00:00", zone = ""] = date;
  // A day that the month has not would become another one.
  const midnight = new Date(Number(year), Number(month) - 1, Number(day));
  if (midnight.getMonth() !== Number(month) - 1 || midnight.getDate() !== Number(day)) {
    return undefined;
  }
  const at = Date.parse(`${year}-${month}-${day}T${clock}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}
