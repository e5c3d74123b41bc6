// The graceful leave of a node beside a Heartbeat 3 partner (heartbeat-resources 4 row 11 and 5.5): give
// up everything, say `shutdone`, go. The partner takes over when it hears that.
//
// 3.0.6 puts its leave off until nothing moves any more, for an hour if need be. Here it waits for the
// scripts of this host as long as they run, but for the partner only a while: whatever it is busy with,
// `shutdone` makes it take over.

import { after, type Instant } from "../instant.ts";
import { reportDraft, shutdoneDraft } from "./draft.ts";
import type { Ended } from "./errand.ts";
import { everything, nothing } from "./ownership.ts";
import { listed, type Pair, type Purpose, troubles } from "./pair.ts";

/** Longer than a standby request waits for its answer (10 s). */
export const leavePatienceMs = 15_000;

export class Farewell {
  readonly #pair: Pair;
  /** Legacy mode knows no reports: there the release is not announced. */
  readonly #reports: boolean;
  #request: number | undefined;
  #since: Instant | undefined;

  constructor(pair: Pair, reports: boolean) {
    this.#pair = pair;
    this.#reports = reports;
  }

  get wanted(): boolean {
    return this.#since !== undefined;
  }

  command(request: number, now: Instant): void {
    if (this.#since !== undefined) {
      this.#pair.reply(request, false, "Refused leave: this node is leaving already");
      return;
    }
    this.#request = request;
    this.#since = now;
    this.#pair.alarms.set("leave", after(now, leavePatienceMs));
  }

  /** Begins to give up, unless something must end first. `flux`: what the partner is busy with. */
  attempt(flux: string | undefined, now: Instant): void {
    const { state, errands, alarms } = this.#pair;
    if (this.#since === undefined || state === "leaving" || state === "overslept") return;
    const waited = now - this.#since;
    const why = errands.busy ? "scripts are running here" : flux;
    if (why !== undefined && (errands.busy || waited < leavePatienceMs)) {
      if (waited === 0) {
        const text = "Shutdown delayed until current resource activity finishes";
        this.#pair.log("warn", "leave", `${text}: ${why}`);
      }
      return;
    }
    alarms.clear("leave");
    this.#pair.log("info", "leave", "Shutdown in progress: giving up all resources");
    // Before the cluster agreed nobody waits for a report of ours.
    if (state !== "init" && this.#reports) {
      const report = { claim: nothing, stable: false, info: "shutdown" } as const;
      this.#pair.say(reportDraft(report), now);
    }
    this.#pair.state = "leaving";
    this.#pair.claim = nothing;
    const keys = this.#pair.keys(everything);
    this.#pair.work("give", keys, "given up: this node leaves", { for: "leave" }, now);
  }

  /** Everything was released for another reason, by a run that must not be heard any more. */
  unheard(): void {
    this.#pair.reply(this.#request, true, "All resources relinquished");
    this.#pair.add({ do: "exit", reason: "left after oversleeping" });
  }

  /** Everything is released. */
  ended(ended: Ended<Purpose>, now: Instant): void {
    const wrong = troubles("give", ended.outcomes);
    const tookMs = Math.round(now - ended.errand.since);
    const released = `All resources relinquished in ${tookMs} ms`;
    const text = wrong.length === 0 ? released : `${released}, but ${listed(wrong)}`;
    this.#pair.log(wrong.length === 0 ? "info" : "error", "leave", text);
    this.#pair.say(shutdoneDraft(), now);
    this.#pair.reply(this.#request, wrong.length === 0, text);
    this.#pair.add({ do: "exit", reason: "left gracefully" });
  }
}
