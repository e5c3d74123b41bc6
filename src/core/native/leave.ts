// The graceful end of this node's part among hb nodes: refuse new work, stop everything, say goodbye.
//
// Heartbeat 3 nodes beside it read the same words (heartbeat-resources 5.5).

import { text } from "../../wire/message.ts";
import { reportDraft } from "../classic/draft.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { NativeTable } from "./council.ts";
import { log } from "./decision.ts";

export class Leave {
  readonly #requests: number[] = [];
  #said = false;

  readonly #table: NativeTable;

  constructor(table: NativeTable) {
    this.#table = table;
  }

  get begun(): boolean {
    return this.#requests.length > 0;
  }

  /** Begin to leave; a second request is answered together with the first. */
  begin(request: number, now: Instant): Effect[] {
    this.#requests.push(request);
    if (this.#requests.length > 1) return [];
    const { hand } = this.#table;
    const goodbye = reportDraft({
      claim: { local: false, foreign: false },
      stable: false,
      info: "shutdown",
    });
    const keys = hand.groups.map(({ key }) => key).reverse();
    return [
      log("info", "leave", "Leaving the cluster: releasing all groups", { groups: keys }),
      ...this.#table.send(goodbye, now),
      ...keys.flatMap((key) => hand.give([key], "this node is leaving the cluster", now)),
    ];
  }

  /** Everything is down: the other nodes hear it, and the process may end. */
  check(now: Instant): Effect[] {
    if (!this.begun || this.#said || !this.#table.hand.resting) return [];
    this.#said = true;
    const replies = this.#requests.map(
      (request): Effect => ({ do: "reply", request, ok: true, text: "Left the cluster" }),
    );
    return [
      ...this.#table.send(text({ t: "shutdone", st: "dead" }), now),
      log("info", "leave", "Left the cluster: all groups are released", {}),
      ...replies,
      { do: "exit", reason: "left the cluster" },
    ];
  }
}
