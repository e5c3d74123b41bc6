// What runs on a side that has lost quorum, where that is to stop (`quorum_policy stop`): its addresses leave
// at once, for the others may take them over now, and its services stop in order.

import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import type { Instant } from "../instant.ts";
import { isBusy } from "./activity.ts";
import type { NativeTable } from "./council.ts";
import { log } from "./decision.ts";

export class Forfeit {
  readonly #table: NativeTable;
  /** Groups that were told to stop, and are at it. */
  readonly #stopping = new Set<string>();

  constructor(table: NativeTable) {
    this.#table = table;
  }

  /** Undefined: quorum is no matter, or all is done about it. */
  judge({ key, state }: Group, now: Instant): Effect[] | undefined {
    const why = this.#table.franchise.forfeit();
    if (why === undefined || !isBusy(state)) {
      this.#stopping.delete(key);
      return undefined;
    }
    if (this.#stopping.has(key)) return undefined;
    this.#stopping.add(key);
    const { hand } = this.#table;
    return [
      log("warn", "quorum", `Giving up ${key}: ${why}`, { group: key, why }),
      ...hand.suspend([key]),
      ...hand.give([key], why, now),
    ];
  }
}
