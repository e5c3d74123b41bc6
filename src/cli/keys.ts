// Keys, out of what a terminal sends: a slow line delivers one in parts, and a key that is held down comes
// many times at once.

const esc = "\u001b";
/** A whole sequence of ECMA-48, or of a keypad in application mode; the begin of one; any other character. */
const one = new RegExp(
  `${esc}\\[[0-?]*[ -/]*[@-~]|${esc}O[A-Z]|${esc}(?:O|\\[[0-?]*[ -/]*)?$|[^]`,
  "g",
);
const begun = new RegExp(`^${esc}(?:O|\\[[0-?]*[ -/]*)?$`);

export class Keys {
  #begun = "";

  /** The keys that are whole now. What has only begun waits for its end. */
  take(text: string): string[] {
    const keys = (this.#begun + text).match(one) ?? [];
    this.#begun = begun.test(keys.at(-1) ?? "") ? (keys.pop() ?? "") : "";
    return keys.map((key) => (key.startsWith(`${esc}O`) ? `${esc}[${key.slice(2)}` : key));
  }
}
