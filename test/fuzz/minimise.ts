// Makes an input that fails smaller, as long as it fails in the same way.

/** What two failures have in common: their words without numbers and quoted text. */
export function gist(why: string): string {
  return (why.split("\n")[0] ?? "").replace(/"[\s\S]*"|'[\s\S]*'|\[[\s\S]*\]|\d+/g, "");
}

/** The smallest input that was found within so many tries; `fails` says why one fails, undefined if it does
 *  not. */
export function minimise(
  input: Uint8Array,
  fails: (input: Uint8Array) => string | undefined,
  tries = 3_000,
): Uint8Array {
  const wanted = fails(input);
  if (wanted === undefined) return input;
  let best = input;
  let left = tries;
  const isSame = (candidate: Uint8Array) => {
    left--;
    const why = fails(candidate);
    return why !== undefined && gist(why) === gist(wanted);
  };
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && left > 0; ) {
      const candidate = without(best, at, size);
      if (isSame(candidate)) best = candidate;
      else at += size;
    }
  }
  return plainer(best, (candidate) => left > 0 && isSame(candidate));
}

function without(input: Uint8Array, at: number, size: number): Uint8Array {
  const tail = input.subarray(Math.min(input.length, at + size));
  const rest = new Uint8Array(at + tail.length);
  rest.set(input.subarray(0, at));
  rest.set(tail, at);
  return rest;
}

/** Bytes that do not matter become "a". */
function plainer(input: Uint8Array, isSame: (candidate: Uint8Array) => boolean): Uint8Array {
  let best = input;
  for (let at = 0; at < input.length; at++) {
    if (best[at] === 0x61) continue;
    const candidate = best.slice();
    candidate[at] = 0x61;
    if (isSame(candidate)) best = candidate;
  }
  return best;
}
