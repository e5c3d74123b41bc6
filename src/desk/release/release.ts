// Releases what an agent left that died for good: addresses at once, then services in reverse order, as an
// agent does that must yield (docs/design.md "Partition"). The groups are the core's own machines.
//
// It knows what was up by the words that the agent remembered, not by haresources: the files may have changed
// since, or be what the agent died of.

import { bootMs } from "../../../ffi/clock.ts";
import { Report } from "../../config/report.ts";
import type { AddressResource, GroupSpec, PulseResource } from "../../config/resource.ts";
import type { RouterConfig } from "../../config/router.ts";
import { readResource } from "../../config/word.ts";
import { Grip } from "../../core/carp/grip.ts";
import type { Effect } from "../../core/effect.ts";
import { Runner } from "../../core/group/runner.ts";
import type { GroupRules, Result } from "../../core/group/work.ts";
import { at, type Instant } from "../../core/instant.ts";
import type { RememberedGroup } from "../../core/memory.ts";
import type { Calls } from "../carp/call.ts";
import type { Log } from "../log.ts";
import type { Queue, RunEffect } from "../queue.ts";
import { reboot } from "../reboot.ts";

type Resources = readonly (AddressResource | PulseResource)[];

/** What takes addresses off the interfaces (pulse/takeoff.ts). */
export interface Hands {
  /** Now; what fails is logged. */
  suspend(resources: Resources): void;
  /** Why it failed. */
  drop(resources: Resources): string | undefined;
  close(): void;
}

export interface ReleaseOptions {
  readonly log: Log;
  readonly queue: Pick<Queue, "run">;
  readonly calls: Pick<Calls, "run">;
  readonly hands: Hands;
  readonly rules: GroupRules;
}

/** Who gets the result of a job. */
type Answer = (result: Result) => void;

const why = "its agent is gone";

export class Release {
  readonly #options: ReleaseOptions;
  readonly #groups: readonly RememberedGroup[];
  readonly #runner: Runner;
  readonly #grips: Grip[];
  /** Words of which nobody knows that they are down: their stop failed. */
  readonly #left = new Set<string>();
  readonly #over = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** All orders are given: from now on whoever rests is done. */
  #isBegun = false;

  constructor(
    groups: readonly RememberedGroup[],
    routers: readonly RouterConfig[],
    options: ReleaseOptions,
  ) {
    this.#options = options;
    this.#groups = groups;
    this.#runner = new Runner(groups.map(specOf), options.rules, 1);
    let job = 0;
    const nextJob = () => {
      job += 1;
      return job;
    };
    this.#grips = routers.map((router) => new Grip(() => router, nextJob));
  }

  /** Resolves when everything is down or was tried often enough: the words that may still be up. */
  async run(): Promise<readonly string[]> {
    const keys = this.#groups.map(({ key }) => key);
    this.#perform(this.#runner.adopt(this.#groups, false), this.#toRunner);
    // The dead agent's leases end by themselves, and another node may have taken over by then.
    this.#perform(this.#runner.suspend(keys), this.#toRunner);
    for (const grip of this.#grips) {
      const answer: Answer = (result) => this.#perform(grip.result(result, now()).effects, answer);
      this.#perform(grip.lower().effects, answer);
    }
    // An order each: they stop side by side.
    for (const key of keys) this.#perform(this.#runner.give([key], why, now()), this.#toRunner);
    this.#isBegun = true;
    this.#perform([], this.#toRunner);
    await this.#over.promise;
    clearTimeout(this.#timer);
    return [...this.#left];
  }

  readonly #toRunner: Answer = (result) =>
    this.#perform(this.#runner.result(result, now()), this.#toRunner);

  #perform(effects: readonly Effect[], answer: Answer) {
    for (const effect of effects) this.#do(effect, answer);
    clearTimeout(this.#timer);
    const due = this.#runner.deadline();
    if (due !== undefined) {
      const expire = () => this.#perform(this.#runner.expire(now()), this.#toRunner);
      this.#timer = setTimeout(expire, Math.max(0, due - now()));
    }
    if (!this.#isBegun) return;
    if (this.#runner.resting && this.#grips.every(({ idle }) => idle)) this.#over.resolve();
  }

  #do(effect: Effect, answer: Answer) {
    const { log, queue, calls, hands } = this.#options;
    switch (effect.do) {
      case "log":
        log.write(effect.level, effect.text, effect.topic, effect.fields);
        return;
      case "suspend":
        hands.suspend(effect.resources);
        return;
      case "drop":
        this.#drop(effect.job, effect.resources, answer);
        return;
      case "run":
        queue.run(effect, (report) => {
          this.#note(effect, report);
          answer({ on: "result", ...report });
        });
        return;
      case "call":
        calls.run(effect, (report) => {
          if (!report.ok) this.#left.add(`${effect.router} ${effect.path}`);
          answer({ on: "result", ...report });
        });
        return;
      case "reboot":
        void reboot(effect.reason, log).then(() => this.#over.resolve());
        return;
    }
  }

  #drop(job: number, resources: Resources, answer: Answer) {
    const failure = this.#options.hands.drop(resources);
    for (const { word } of resources) {
      if (failure === undefined) this.#left.delete(word);
      else this.#left.add(word);
    }
    const result = { job, ok: failure === undefined, text: failure ?? "done", tookMs: 0 };
    // Not within the step that asked for it.
    queueMicrotask(() => answer({ on: "result", ...result }));
  }

  /** A stop that failed may have worked all the same: the script is asked in the end. */
  #note(
    { resource, action, timeoutMs }: RunEffect,
    { ok, tookMs }: { ok: boolean; tookMs: number },
  ) {
    const isDown = action === "stop" ? ok : !ok && tookMs < timeoutMs;
    if (isDown) this.#left.delete(resource.word);
    else this.#left.add(resource.word);
  }
}

/** The words as an agent wrote them down: they were read before, without a problem. */
function specOf({ key, assigned, up }: RememberedGroup): GroupSpec {
  const report = new Report("");
  const spot = { line: 0, column: 0, source: "" };
  const resources = up.flatMap((text) => readResource({ ...spot, text }, report) ?? []);
  return { key, owner: assigned.node, resources };
}

function now(): Instant {
  return at(bootMs());
}
