// What every law has in common: it is shown each sight after the picture and the contacts know of it,
// and reports what was broken, in words for people.

import type { Sight } from "../../../src/sim/sight.ts";

export interface Law {
  /** It does not look at packets, which are nearly all that there is to see. */
  readonly ignoresPackets?: true;
  see(sight: Sight, now: number): void;
  /** The run is over: everything is mended and had its time. */
  verdict?(now: number): void;
}

export type Report = (law: string, text: string) => void;
