// How one group stands from a moment on, and what a row of such moments says: when nobody answered, and
// when something was up twice.

/** How things stand from a moment on. */
export interface Moment {
  readonly at: number;
  /** Hosts on which everything of the group is up. */
  readonly holders: readonly string[];
  /** Hosts on which some of it is. */
  readonly partly: readonly string[];
  /** A client that asks now is answered. */
  readonly answers: boolean;
  /** What is up on more than one host that works. */
  readonly twice: readonly string[];
  /** The hosts that have it. */
  readonly rivals: readonly string[];
}

/** A stretch of time; without an end it lasted when the run was over. */
export interface Stretch {
  readonly from: number;
  readonly to?: number;
}

export interface Twice extends Stretch {
  readonly words: readonly string[];
  readonly nodes: readonly string[];
}

/** When clients were not answered; the first one is the start. */
export function waitsIn(moments: readonly Moment[]): Stretch[] {
  return stretchesOf(moments, ({ answers }) => !answers);
}

/** Two that hand over, or find each other, may both seem to hold for as long as a packet takes. */
const negligibleMs = 1;

/** When one of these words, or any, was up on more than one host. */
export function doublesIn(
  moments: readonly Moment[],
  among: (word: string) => boolean = () => true,
): Twice[] {
  const isLong = ({ from, to }: Stretch) => to === undefined || to - from > negligibleMs;
  const stretches = stretchesOf(moments, ({ twice }) => twice.some(among)).filter(isLong);
  return stretches.map((stretch) => {
    const { from, to = Number.POSITIVE_INFINITY } = stretch;
    const during = moments.filter(({ at }) => at >= from && at < to);
    const words = new Set(during.flatMap(({ twice }) => twice.filter(among)));
    const nodes = new Set(during.flatMap(({ rivals }) => rivals));
    return { ...stretch, words: [...words], nodes: [...nodes].toSorted() };
  });
}

function stretchesOf(moments: readonly Moment[], holds: (moment: Moment) => boolean): Stretch[] {
  const stretches: { from: number; to?: number }[] = [];
  let open: { from: number; to?: number } | undefined;
  for (const moment of moments) {
    if (holds(moment) === (open !== undefined)) continue;
    if (open === undefined) {
      open = { from: moment.at };
      stretches.push(open);
    } else {
      open.to = moment.at;
      open = undefined;
    }
  }
  return stretches;
}
