// Keeps the directory: says it when something in it is another, and not else.

import type { Effect } from "../effect.ts";
import type { Directory } from "./directory.ts";

export class Register {
  #resources: Directory["resources"] | undefined;
  #said = "";

  /** The directory, if it differs from what was said last. What follows from `effects` comes after it: whoever
   *  hears of a change may ask at once. */
  tell(
    effects: Effect[],
    resources: Directory["resources"],
    nodes: () => Directory["nodes"],
  ): void {
    const isSame = resources === this.#resources;
    if (isSame && !effects.some(({ do: what }) => what === "publish")) return;
    this.#resources = resources;
    const directory = { nodes: nodes(), resources };
    const said = JSON.stringify(directory);
    if (said === this.#said) return;
    this.#said = said;
    effects.unshift({ do: "directory", directory });
  }

  /** Somebody new listens: it is said again. */
  forget(): void {
    this.#resources = undefined;
    this.#said = "";
  }
}
