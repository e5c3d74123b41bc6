// The line of haresources that a group follows, and the one that counts as soon as everything of the
// old one is down.

import type { GroupSpec } from "../../config/resource.ts";
import { Ladder } from "./ladder.ts";
import { sameSpec } from "./stage.ts";

export class Charter {
  readonly #timeoutMs: () => number;
  #ladder: Ladder;
  #next: GroupSpec | undefined;

  constructor(spec: GroupSpec, timeoutMs: () => number) {
    this.#timeoutMs = timeoutMs;
    this.#ladder = new Ladder(spec, timeoutMs);
  }

  /** The stages by which the group goes up and down now. */
  get ladder(): Ladder {
    return this.#ladder;
  }

  /** The line has changed, and the group still goes by the old one. */
  get isStale(): boolean {
    return this.#next !== undefined;
  }

  /** The files are read again. A line that only names another owner counts at once. */
  amend(spec: GroupSpec): "same" | "owner" | "other" {
    if (sameSpec(spec, this.#next ?? this.#ladder.spec)) return "same";
    const hasReturned = sameSpec(spec, this.#ladder.spec);
    const isOwners = !hasReturned && this.#ladder.reown(spec);
    this.#next = hasReturned || isOwners ? undefined : spec;
    if (hasReturned) return "same";
    return isOwners ? "owner" : "other";
  }

  /** Everything is down: the changed line counts from now on. False: there is none. */
  renew(): boolean {
    if (this.#next === undefined) return false;
    this.#ladder = new Ladder(this.#next, this.#timeoutMs);
    this.#next = undefined;
    return true;
  }
}
