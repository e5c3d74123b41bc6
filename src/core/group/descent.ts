// The way down of a group: its stages stop, the last one first, one job at a time. A stage that does not
// stop is tried again, and asked in the end whether it runs at all (heartbeat-resources 7.2).
//
// It decides nothing about the group: when it has come to its end, group.ts knows what follows.

import type { Effect } from "../effect.ts";
import { after, type Instant } from "../instant.ts";
import type { Ladder } from "./ladder.ts";
import { afterFailedStop, afterLastLook, stopRetryMs } from "./stubborn.ts";
import type { Voice } from "./voice.ts";
import type { GroupRules, Result } from "./work.ts";

type Work =
  | { readonly at: "over" }
  | {
      readonly at: "stopping";
      readonly job: number;
      readonly stage: number;
      readonly tries: number;
    }
  | { readonly at: "checking"; readonly job: number; readonly stage: number }
  | {
      readonly at: "pausing";
      readonly until: Instant;
      readonly stage: number;
      readonly tries: number;
    };

/** What to do next; `end`: and that was all. */
export interface Descended {
  readonly effects: Effect[];
  readonly end?: "down" | "rebooting";
}

interface Parts {
  readonly ladder: Ladder;
  readonly voice: Voice;
  readonly rules: GroupRules;
  readonly nextJob: () => number;
}

export class Descent {
  readonly #parts: Parts;
  #work: Work = { at: "over" };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  begin(): Descended {
    return this.#stop(this.#parts.ladder.top, 0);
  }

  waitsFor(job: number): boolean {
    return "job" in this.#work && this.#work.job === job;
  }

  /** One of these words is still to be stopped. */
  willStop(words: readonly string[]): boolean {
    return "stage" in this.#work && this.#parts.ladder.has(words, this.#work.stage);
  }

  /** When the next try of a stop is due. */
  deadline(): Instant | undefined {
    return this.#work.at === "pausing" ? this.#work.until : undefined;
  }

  expire(now: Instant): Descended {
    if (this.#work.at !== "pausing" || now < this.#work.until) return { effects: [] };
    return this.#stop(this.#work.stage, this.#work.tries + 1);
  }

  /** The job that it waits for has ended. */
  result(result: Result, now: Instant): Descended {
    const work = this.#work;
    if (!("job" in work)) return { effects: [] };
    const { ladder, voice } = this.#parts;
    voice.step(work.at, ladder.name(work.stage), result);
    if (work.at === "checking") return this.#checked(work.stage, result, now);
    if (result.ok) return this.#down(work.stage);
    return this.#failed(work.stage, work.tries, result, now);
  }

  #stop(n: number, tries: number): Descended {
    if (n < 0) {
      this.#work = { at: "over" };
      return { effects: [], end: "down" };
    }
    const job = this.#parts.nextJob();
    this.#work = { at: "stopping", job, stage: n, tries };
    return { effects: this.#parts.ladder.stop(n, job) };
  }

  #failed(n: number, tries: number, result: Result, now: Instant): Descended {
    const { ladder, voice, nextJob } = this.#parts;
    const isScript = ladder.stage(n)?.kind === "script";
    const stage = { isScript, reason: result.text };
    const { next, level, text } = afterFailedStop(ladder.name(n), tries, stage);
    const log = voice.log(level, text);
    if (next === "on") return this.#down(n, log);
    if (next === "again") {
      this.#work = { at: "pausing", until: after(now, stopRetryMs), stage: n, tries };
      return { effects: [log] };
    }
    const job = nextJob();
    this.#work = { at: "checking", job, stage: n };
    return { effects: [log, ...ladder.ask(n, job)] };
  }

  #checked(n: number, result: Result, now: Instant): Descended {
    const { ladder, voice, rules } = this.#parts;
    const what = { resource: ladder.name(n), group: ladder.spec.key };
    // Who does not answer has not said that nothing runs.
    const mayRun = result.ok || result.tookMs >= rules.resourceTimeoutMs;
    const { next, level, text } = afterLastLook(what, mayRun, rules.onStopFailure);
    if (next === "on") return this.#down(n, voice.log(level, text));
    this.#work = { at: "over" };
    const log = voice.close(level, `Rebooting: ${text}`, "rebooting", now);
    return { effects: [log, { do: "reboot", reason: text }], end: "rebooting" };
  }

  #down(n: number, ...said: Effect[]): Descended {
    this.#parts.ladder.stopped(n);
    const { effects, ...rest } = this.#stop(n - 1, 0);
    return { effects: [...said, ...effects], ...rest };
  }
}
