// A moment, in milliseconds on the clock of this host's uptime (CLOCK_BOOTTIME).
//
// Not wall time: the administrator may set that at will. A length of time is a plain number whose
// name ends in Ms; the brand keeps the two apart.

declare const moment: unique symbol;

export type Instant = number & { readonly [moment]: true };

/** The moment `ms` milliseconds after boot. */
export function at(ms: number): Instant {
  return ms as Instant;
}

/** The moment `ms` milliseconds after `from`. */
export function after(from: Instant, ms: number): Instant {
  return (from + ms) as Instant;
}

/** The earliest of several moments; undefined when none is given. */
export function earliest(...moments: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const moment of moments) {
    if (moment !== undefined && (first === undefined || moment < first)) first = moment;
  }
  return first;
}

/** The earlier of two moments: what is asked after every input. */
export function earlier(one: Instant | undefined, other: Instant | undefined): Instant | undefined {
  if (one === undefined) return other;
  return other === undefined || one <= other ? one : other;
}

/** The earlier of `first` and `moment`, where a moment that is not after `now` does not count. */
export function firstAfter(
  now: Instant,
  first: Instant | undefined,
  moment: Instant | undefined,
): Instant | undefined {
  if (moment === undefined || moment <= now) return first;
  return first === undefined || moment < first ? moment : first;
}
