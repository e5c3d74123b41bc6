// What Heartbeat 3 knows of who holds what: two bits, "local" and "foreign", from the view of whoever
// speaks (heartbeat-resources 1).

export interface Holding {
  readonly local: boolean;
  readonly foreign: boolean;
}

export const NONE: Holding = { local: false, foreign: false };
export const ALL: Holding = { local: true, foreign: true };

const WORDS: Readonly<Record<string, Holding>> = {
  none: NONE,
  local: { local: true, foreign: false },
  foreign: { local: false, foreign: true },
  all: ALL,
};

/** What a word of a message means; undefined for words that nobody knows. */
export function holdingOf(word: string): Holding | undefined {
  return WORDS[word];
}

export function wordOf({ local, foreign }: Holding): "all" | "local" | "foreign" | "none" {
  if (local) return foreign ? "all" : "local";
  return foreign ? "foreign" : "none";
}

export function plus(one: Holding, other: Holding): Holding {
  return { local: one.local || other.local, foreign: one.foreign || other.foreign };
}

export function minus(one: Holding, other: Holding): Holding {
  return { local: one.local && !other.local, foreign: one.foreign && !other.foreign };
}

/** The same groups in the words of the other node. */
export function mirrored({ local, foreign }: Holding): Holding {
  return { local: foreign, foreign: local };
}

/** What a `resource` message makes of what was known: one with `rtype=full` replaces it. */
export function told(known: Holding, word: string, isFull: boolean): Holding {
  const said = holdingOf(word) ?? NONE;
  return isFull || word === "none" ? said : plus(known, said);
}
