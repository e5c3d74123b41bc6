// How long ucarp 1.5.2 waits, and whom it takes for the better master: docs/protocol/carp.md 6 and 7, written
// down a second time. The model must not share a mistake with the program under test.

export interface Pace {
  readonly advbase: number;
  readonly advskew: number;
}

/** Microseconds are cut off, as ucarp does. */
function secondsMs(base: number, skew: number): number {
  return base * 1_000 + Math.floor((skew * 1_000_000) / 256) / 1_000;
}

/** Between two adverts. */
export function advertMs({ advbase, advskew }: Pace): number {
  return secondsMs(advbase, advskew);
}

/** Silence until a backup takes over. */
export function deadMs({ advbase, advskew }: Pace, deadratio: number): number {
  return secondsMs(advbase * deadratio, advskew);
}

/** What a backup sleeps at most: it looks at its deadline only then, or at a packet. */
export function sleepMs({ advbase, advskew }: Pace): number {
  return advbase * 1_000 + Math.floor((advskew * 1_000) / 256);
}

/** As one number: the smaller, the better. */
export function rank({ advbase, advskew }: Pace): number {
  return advbase * 256 + advskew;
}

/** Of equals, true for the address that stays master: its last octet counts most (little-endian). */
export function staysMaster(own: string, other: string): boolean {
  const asNumber = (address: string) =>
    address.split(".").reduceRight((sum, octet) => sum * 256 + Number(octet), 0);
  return asNumber(own) < asNumber(other);
}
