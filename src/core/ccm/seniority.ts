// Who leads among some nodes (ccm 4): whoever joined first; who never did comes last; of equals the one whose
// name is the greatest.

/** `uptimes`: the number at which each joined, 0 for never. */
export function eldest(uptimes: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  for (const name of uptimes.keys()) {
    if (best === undefined || isElder(uptimes, name, best)) best = name;
  }
  return best;
}

function isElder(uptimes: ReadonlyMap<string, number>, name: string, other: string): boolean {
  const mine = uptimes.get(name) || Number.POSITIVE_INFINITY;
  const its = uptimes.get(other) || Number.POSITIVE_INFINITY;
  return mine === its ? name > other : mine < its;
}
