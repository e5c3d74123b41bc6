// What may be typed where the help says `NODE@TIME` or `auto|require|off`: a hint is a small grammar. Words
// in capitals stand for something, "|" is between alternatives, "[…]" may be left out, and the rest is
// typed as it stands.

/** A name whose values somebody knows: the running cluster, or this host. */
export type Kind = "NODE" | "GROUP" | "IF";

/** The values of a kind; none when nobody knows any. */
export type Names = (kind: Kind) => Promise<readonly string[]>;

/** A word, or its beginning. */
export interface Offer {
  readonly word: string;
  /** More must follow that nobody knows: a time, a number. */
  readonly open: boolean;
  readonly about?: string;
}

export interface Offers {
  readonly words: readonly Offer[];
  /** A path of the file system may be typed too. */
  readonly path?: "files" | "directories";
}

const kinds: readonly string[] = ["NODE", "GROUP", "IF"] satisfies Kind[];

/** What is left of an alternative that begins with something nobody knows. */
const nothing: Offer = { word: "", open: true };

/** Everything that the hint allows, as far as it is known. */
export async function offersOf(hint: string, names: Names): Promise<Offers> {
  const parts = alternatives(hint);
  const words: Offer[] = [];
  // The short forms first: with what may be left out there are many more.
  for (const form of ["short", "long"] as const) {
    for (const part of parts) words.push(...(await expand(tokensOf(part, form), names)));
  }
  const once = new Map(words.filter(({ word }) => word !== "").map((offer) => [offer.word, offer]));
  const path = parts.map(pathOf).find((each) => each !== undefined);
  return { words: [...once.values()], ...(path && { path }) };
}

/** At each "|" that is not in brackets. */
function alternatives(hint: string): string[] {
  return hint.split(/\|(?![^[]*\])/);
}

function pathOf(part: string): Offers["path"] {
  if (part === "DIR") return "directories";
  return part === "FILE" || part === "PATH" ? "files" : undefined;
}

/** Words in capitals, and what stands between them, without brackets. */
function tokensOf(part: string, form: "short" | "long"): string[] {
  const flat = part.replaceAll(/\[([^\]]*)\]/g, form === "short" ? "" : "$1");
  return flat.split(/([A-Z][A-Z0-9]*)/).filter((token) => token !== "");
}

async function expand(tokens: readonly string[], names: Names): Promise<readonly Offer[]> {
  let found: readonly Offer[] = [{ word: "", open: false }];
  for (const token of tokens) {
    if (kinds.includes(token)) {
      const values = await names(token as Kind);
      found = found.flatMap(({ word }) =>
        values.map((value) => ({ word: word + value, open: false })),
      );
    } else if (/^[A-Z]/.test(token)) {
      return found.map(({ word }) => (word === "" ? nothing : { word, open: true }));
    } else {
      found = found.map(({ word }) => ({ word: word + token, open: false }));
    }
  }
  return found;
}
