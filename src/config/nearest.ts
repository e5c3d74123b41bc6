// The known word that a mistyped word most likely meant, for "did you mean" hints.

/** The nearest of `words` by edit distance, or undefined when none is near enough to be meant. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const typed = word.slice(0, 40);
  let best: string | undefined;
  // A third of the letters may be wrong: more than that is another word.
  let bestDistance = Math.floor(typed.length / 3) + 1;
  for (const candidate of words) {
    // Each letter that one has more is an insertion at least: most words need no closer look.
    if (Math.abs(candidate.length - typed.length) >= bestDistance) continue;
    const distance = editDistance(typed, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word the other; `limit` when
 *  there are so many or more. */
function editDistance(a: string, b: string, limit: number): number {
  const width = b.length + 1;
  let before = new Uint16Array(width);
  let above = Uint16Array.from({ length: width }, (_, j) => j);
  let row = new Uint16Array(width);
  let leastAbove = 0;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let leastHere = i;
    for (let j = 1; j < width; j++) {
      let least = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      least = Math.min(least, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row[j] = least;
      if (least < leastHere) leastHere = least;
    }
    // A swap reaches two rows back: beyond two rows without hope there is none.
    if (leastHere >= limit && leastAbove >= limit) return limit;
    leastAbove = leastHere;
    [before, above, row] = [above, row, before];
  }
  return above[b.length] ?? 0;
}
