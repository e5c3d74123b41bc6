// How long CARP waits (carp.md 6), and whose advert is the better one (carp.md 7).
//
// A skew is in 1/256 s; both programs cut it to whole microseconds. All results are in milliseconds.

export interface Pace {
  /** Seconds, 0–255. */
  readonly advbase: number;
  /** 1/256 s, 0–255. */
  readonly advskew: number;
}

/** The pace of a farewell: nobody waits for one who says it (carp.md 7). */
export const BOW_OUT: Pace = { advbase: 255, advskew: 255 };

/** OpenBSD's dead ratio; ucarp's default (carp.md 6). */
export const BSD_DEADRATIO = 3;

function skewMs(units: number): number {
  return Math.floor((units * 1_000_000) / 256) / 1_000;
}

/** Between two adverts. OpenBSD sends every 1/256 s when told nothing: base and skew 0. */
export function advertIntervalMs({ advbase, advskew }: Pace): number {
  return advbase * 1_000 + skewMs(advbase === 0 ? Math.max(advskew, 1) : advskew);
}

/** Silence after which a backup takes over: advbase · deadratio + advskew/256. Without a base this is
 *  OpenBSD's 3 · advskew/256: with ucarp's advskew/256 every single lost advert would be a takeover. */
export function deadIntervalMs({ advbase, advskew }: Pace, deadratio: number): number {
  if (advbase === 0) return skewMs(BSD_DEADRATIO * Math.max(advskew, 1));
  return advbase * deadratio * 1_000 + skewMs(advskew);
}

/** Below zero when `a` is the faster pace, and so the better master; zero when they are equal. */
export function comparePace(a: Pace, b: Pace): number {
  return a.advbase - b.advbase || a.advskew - b.advskew;
}

/** True when adverts at the peer's pace come too late for us: he is going to time out anyway. OpenBSD does
 *  not ask this without a base of its own; we do, so that a farewell counts there too. */
export function willTimeOut(own: Pace, peer: Pace, deadratio: number): boolean {
  return deadIntervalMs(own, deadratio) < advertIntervalMs(peer);
}

/** Below zero when the master at `a` stays and the equally fast one at `b` yields: ucarp compares the octets
 *  from the last to the first (carp.md 7), for it reads the address as a little-endian number. */
export function compareReversed(a: Uint8Array, b: Uint8Array): number {
  for (let i = Math.min(a.length, b.length) - 1; i >= 0; i--) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
