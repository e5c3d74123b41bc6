// The way up of a group: its stages start in order, one job at a time; a script is asked first whether it
// runs already (heartbeat-resources 7.2). It waits where another node is not done with the group yet, and
// where another group of this node has yet to stop what a changed haresources gave to this one.
//
// It decides nothing about the group: when it has come to its end, group.ts knows what follows.

import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { Ladder } from "./ladder.ts";
import { wordsOf } from "./stage.ts";
import type { Voice } from "./voice.ts";
import type { Result } from "./work.ts";

type Work =
  | { readonly at: "over" }
  | { readonly at: "waiting"; readonly stage: number; readonly reason: string }
  | { readonly at: "asking" | "starting"; readonly job: number; readonly stage: number };

/** Why a stage with these words may not begin now; undefined: it may. */
export type Obstacle = (words: readonly string[]) => string | undefined;

/** What to do next; `end`: and that was all. */
export interface Ascended {
  readonly effects: Effect[];
  readonly end?: "up" | "aside" | { readonly failed: string };
}

interface Parts {
  readonly ladder: Ladder;
  readonly voice: Voice;
  readonly nextJob: () => number;
  readonly heldBack: Obstacle;
  /** Another group here that is to stop one of these words first. */
  readonly leaver: (words: readonly string[]) => string | undefined;
}

export class Ascent {
  readonly #parts: Parts;
  /** All scripts have just said that they do not run. */
  #isIdle = false;
  #work: Work = { at: "over" };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  begin(now: Instant): Ascended {
    this.#isIdle = this.#parts.ladder.isIdle(now);
    return this.#start(0);
  }

  /** No job of it is under way. */
  get isWaiting(): boolean {
    return this.#work.at === "waiting";
  }

  waitsFor(job: number): boolean {
    return "job" in this.#work && this.#work.job === job;
  }

  /** What it waited for may be over. */
  goOn(): Ascended {
    const work = this.#work;
    if (work.at !== "waiting") return { effects: [] };
    const reason = this.#obstacle(work.stage);
    if (reason === work.reason) return { effects: [] };
    return reason === undefined ? this.#climb(work.stage - 1) : this.#wait(work.stage, reason);
  }

  /** The job that it waits for has ended; it goes on only if that is still `wanted`. */
  result(result: Result, wanted: boolean): Ascended {
    const work = this.#work;
    if (!("job" in work)) return { effects: [] };
    const { ladder, voice } = this.#parts;
    voice.step(work.at, ladder.name(work.stage), result);
    if (work.at === "starting" && !result.ok) {
      const failed = `${ladder.name(work.stage)} did not start: ${result.text}`;
      return this.#end({ failed });
    }
    if (!wanted) return this.#end("aside");
    if (!result.ok) return this.#begin(work.stage);
    // It is up, but not for long.
    const leaver = this.#leaver(work.stage);
    return leaver === undefined ? this.#climb(work.stage) : this.#wait(work.stage, leaver);
  }

  /** Stage n: addresses at once, scripts after asking whether they run already. */
  #start(n: number): Ascended {
    const { ladder, nextJob } = this.#parts;
    const stage = ladder.stage(n);
    if (stage === undefined) return this.#end("up");
    if (stage.kind === "pulse" || this.#isIdle) return this.#run(n);
    const obstacle = this.#obstacle(n);
    if (obstacle !== undefined) return this.#wait(n, obstacle);
    const job = nextJob();
    this.#work = { at: "asking", job, stage: n };
    return { effects: ladder.ask(n, job) };
  }

  /** The script of stage n does not run: it starts, or waits for what it stands on and is asked again. */
  #begin(n: number): Ascended {
    const isWhole = this.#parts.ladder.gapUpTo(n - 1) === undefined;
    return isWhole ? this.#run(n) : this.#climb(n - 1);
  }

  #run(n: number): Ascended {
    const obstacle = this.#obstacle(n);
    if (obstacle !== undefined) return this.#wait(n, obstacle);
    const { ladder, nextJob } = this.#parts;
    const job = nextJob();
    this.#work = { at: "starting", job, stage: n };
    return { effects: ladder.start(n, job) };
  }

  /** Why this stage may not begin. */
  #obstacle(n: number): string | undefined {
    const stage = this.#parts.ladder.stage(n);
    const reason = stage && this.#parts.heldBack(wordsOf(stage));
    return reason ?? this.#leaver(n);
  }

  #leaver(n: number): string | undefined {
    const stage = this.#parts.ladder.stage(n);
    const leaver = stage && this.#parts.leaver(wordsOf(stage));
    return leaver && `${leaver} has to stop it first`;
  }

  /** What scripts have said before a wait is old by then. */
  #wait(n: number, reason: string): Ascended {
    this.#isIdle = false;
    this.#work = { at: "waiting", stage: n, reason };
    const { ladder, voice } = this.#parts;
    const text = `Group ${ladder.spec.key} waits before ${ladder.name(n)}: ${reason}`;
    return { effects: [voice.log("info", text)] };
  }

  /** Stage n is up: go on with the next, or begin again where addresses went meanwhile. The scripts from
   *  there on may run by now. */
  #climb(n: number): Ascended {
    const gap = this.#parts.ladder.gapUpTo(n);
    if (gap !== undefined) this.#isIdle = false;
    return this.#start(gap ?? n + 1);
  }

  #end(end: Ascended["end"] & {}): Ascended {
    this.#work = { at: "over" };
    return { effects: [], end };
  }
}
