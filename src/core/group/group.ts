// One group on this node: starts its resources in order, stops them in reverse, one job at a time.
//
// It never decides whether the group belongs here; it is told to go up, down or to hold still, and
// the last order wins: a start under way is stopped after its running job has ended, never beside
// it. Rules: heartbeat-resources 7.2 (order, status first, ten more tries to stop) and 10.
//
//            up                all stages up
//   idle ─────────▶ starting ────────────────▶ held ◀──▶ unsure   (suspend, adoption; up resumes)
//    ▲                 │ a stage fails           │          │
//    │   all down      ▼          down           ▼          │
//    └──────────── stopping ◀────────────────────┴──────────┘
//   failed ◀───────────┘ (after a failed start or a lost interface)

import type { GroupSpec } from "../../config/resource.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import { type Ascended, Ascent, type Obstacle } from "./ascent.ts";
import { Charter } from "./charter.ts";
import { type Descended, Descent } from "./descent.ts";
import type { GroupState } from "./hand.ts";
import type { Household } from "./household.ts";
import type { Ladder } from "./ladder.ts";
import { Search } from "./search.ts";
import { Voice } from "./voice.ts";
import { type Goal, isFree, type Result, type Work, waitsFor } from "./work.ts";

export class Group {
  readonly #household: Household;
  readonly #voice = new Voice(() => this.key);
  readonly #charter: Charter;
  #work: Work = { at: "rest" };
  #goal: Goal = "down";
  #state: GroupState = "idle";
  #hasFailed = false;
  /** Why no stage with these words may begin now; undefined: it may. */
  #heldBack: Obstacle | undefined;

  constructor(spec: GroupSpec, household: Household) {
    this.#household = household;
    this.#charter = new Charter(spec, () => household.rules().resourceTimeoutMs);
  }

  get #ladder(): Ladder {
    return this.#charter.ladder;
  }

  get #parts() {
    return { ladder: this.#ladder, voice: this.#voice, nextJob: () => this.#nextJob() };
  }

  get spec(): GroupSpec {
    return this.#ladder.spec;
  }

  get key(): string {
    return this.spec.key;
  }

  get owner(): string {
    return this.spec.owner;
  }

  get state(): GroupState {
    return this.#state;
  }

  /** Nothing is being done and nothing waits to be done. */
  get resting(): boolean {
    return this.#work.at === "rest";
  }

  /** How the last order ended: empty, or the reason of a failure. */
  get text(): string {
    return this.#voice.text;
  }

  /** Resource words that are or may be up here, in start order. */
  get up(): string[] {
    return this.#ladder.up;
  }

  /** Those of them that are addresses and not held, although nobody stopped them. */
  get off(): string[] {
    return this.#ladder.off;
  }

  /** Nobody knows yet whether anything of it is up here. */
  get isSought(): boolean {
    return this.#work.at === "seeking";
  }

  /** It goes down, now or after the job that is under way, and takes one of these words with it. */
  willStop(words: readonly string[]): boolean {
    const work = this.#work;
    if (work.at === "descending") return work.by.willStop(words);
    const isLeaving = this.#charter.isStale || (!this.resting && this.#goal === "down");
    return isLeaving && this.#ladder.has(words);
  }

  waitsFor(job: number): boolean {
    return waitsFor(this.#work, job);
  }

  deadline(): Instant | undefined {
    return this.#work.at === "descending" ? this.#work.by.deadline() : undefined;
  }

  /** Start what is not up; on a group that is up already nothing happens. */
  raise(why: string, now: Instant): Effect[] {
    if (this.#state === "held" && this.#goal === "up") return [];
    const act = this.#state === "unsure" ? "resume" : "take";
    const told = this.#voice.open(act, why, now);
    this.#goal = "up";
    this.#hasFailed = false;
    return [...told, ...(this.resting ? this.#start(now) : [])];
  }

  /** Stop everything, last stage first. */
  lower(why: string, now: Instant): Effect[] {
    if (this.resting && (this.#state === "idle" || this.#state === "failed")) return [];
    if (this.#goal === "down") return [];
    if (this.isSought) {
      this.#goal = "down";
      return [];
    }
    const told = this.#voice.open("give", why, now);
    this.#goal = "down";
    return [...told, ...(isFree(this.#work) ? this.#stopAll(now) : [])];
  }

  /** No stage of a start begins while there is a reason, for another node is not done with it. */
  holdBack(obstacle: Obstacle | undefined, now: Instant): Effect[] {
    this.#heldBack = obstacle;
    return this.goOn(now);
  }

  /** What a start waited for may be over. */
  goOn(now: Instant): Effect[] {
    if (this.#work.at !== "ascending") return [];
    return this.#ascend(this.#work.by.goOn(), now);
  }

  /** Addresses leave the interface now, services keep running: somebody else may be the holder. A start
   *  that waits with nothing up is over: what it waited for may have ended by being somebody else's. */
  suspend(): Effect[] {
    if (this.#goal === "up") this.#goal = "still";
    if (isFree(this.#work) && (this.#state === "held" || this.#state === "starting")) {
      this.#work = { at: "rest" };
      this.#state = this.#ladder.isDown ? "idle" : "unsure";
    }
    return this.#ladder.suspend();
  }

  /** Begin with these words up, left by an earlier run. The leases of those that are `held` go on. */
  adopt(words: readonly string[], held: readonly string[]): Effect[] {
    this.#ladder.adopt(words, held);
    if (this.#ladder.isDown) return [];
    this.#state = "unsure";
    this.#goal = "still";
    const job = this.#nextJob();
    const effects = this.#ladder.holdAll(job);
    if (effects.length > 0) this.#work = { at: "adopting", job };
    return effects;
  }

  /** Begin without a memory: nobody knows what is up. */
  seek(now: Instant): Effect[] {
    const { resourceTimeoutMs: timeoutMs } = this.#household.rules();
    const search = new Search({ ...this.#parts, timeoutMs });
    this.#goal = "still";
    this.#work = { at: "seeking", by: search };
    return search.begin() ?? this.#sought(now);
  }

  /** An address of this group is gone; put it back, or fail when its interface is gone too. */
  lost(word: string, reason: string, recoverable: boolean, now: Instant): Effect[] {
    const stage = this.#ladder.stageOf(word);
    if (stage < 0 || this.#ladder.isDown || this.#state === "stopping") return [];
    if (!recoverable) return this.#fail(`address ${word} is lost: ${reason}`, now);
    if (this.#state !== "held" && this.#state !== "starting") return [];
    this.#ladder.lost(stage);
    return [this.#voice.lost(word, reason), ...this.#repair()];
  }

  /** Leases may have ended while the host was away: a start puts up again what it stands on. */
  napped(): void {
    if (this.#state === "starting") this.#ladder.napped();
  }

  /** Adopt a changed line of haresources; what is up is stopped by the old line first, unless only the
   *  owner is another one. */
  respec(spec: GroupSpec, now: Instant): Effect[] {
    if (this.#charter.amend(spec) === "owner") return [this.#voice.reowned(this.owner)];
    if (!isFree(this.#work) || this.#state === "unsure") return [];
    return this.#follow(now);
  }

  /** The next try of a stop is due. */
  expire(now: Instant): Effect[] {
    if (this.#work.at !== "descending") return [];
    return this.#descend(this.#work.by.expire(now), now);
  }

  /** The job that this group waits for has ended. */
  result(result: Result, now: Instant): Effect[] {
    const work = this.#work;
    this.#voice.end(result.tookMs, now);
    switch (work.at) {
      case "rest":
      case "rebooting":
        return [];
      case "seeking":
        return work.by.result(result, now) ?? this.#sought(now);
      case "adopting":
        return this.#adopted(result, now);
      case "repairing":
        if (this.#goal !== "up") return this.#turnAside(now);
        this.#work = { at: "rest" };
        return result.ok ? this.#follow(now) : this.#fail(result.text, now);
      case "ascending": {
        const isWanted = this.#goal === "up" && !this.#charter.isStale;
        return this.#ascend(work.by.result(result, isWanted), now);
      }
      case "descending":
        return this.#descend(work.by.result(result, now), now);
    }
  }

  /** All scripts have answered. */
  #sought(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    const goal = this.#goal;
    if (this.#ladder.isDown) {
      if (goal !== "up") this.#goal = "down";
      return [...this.#renew(), ...(goal === "up" ? this.#start(now) : [])];
    }
    this.#state = "unsure";
    this.#goal = "still";
    const { text, log } = this.#voice.found(this.up);
    if (goal === "up") return [log, ...this.raise(text, now)];
    return goal === "down" ? [log, ...this.lower(text, now)] : [log];
  }

  #adopted(result: Result, now: Instant): Effect[] {
    this.#work = { at: "rest" };
    const text = `Cannot adopt group ${this.key}: ${result.text}`;
    const effects: Effect[] = result.ok ? [] : [this.#voice.log("warn", text)];
    if (this.#goal === "up") effects.push(...this.#start(now));
    if (this.#goal === "down") effects.push(...this.#stopAll(now));
    return effects;
  }

  #start(now: Instant): Effect[] {
    if (this.#charter.isStale && !this.#ladder.isDown) {
      const told = this.#voice.open("restart", "its line of haresources has changed", now);
      return [...told, ...this.#stopAll(now)];
    }
    const renewed = this.#renew();
    this.#state = "starting";
    const ascent = new Ascent({
      ...this.#parts,
      heldBack: (words) => this.#heldBack?.(words),
      leaver: (words) => this.#household.leaver(this, words),
    });
    this.#work = { at: "ascending", by: ascent };
    return [...renewed, ...this.#ascend(ascent.begin(now), now)];
  }

  #ascend({ effects, end }: Ascended, now: Instant): Effect[] {
    if (end === undefined) return effects;
    if (end === "up") return [...effects, ...this.#arrive(now)];
    if (end === "aside") return [...effects, ...this.#turnAside(now)];
    this.#work = { at: "rest" };
    return [...effects, ...this.#fail(end.failed, now)];
  }

  /** A job of a start ended while the order had changed: down, by another line, or hold still. */
  #turnAside(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    if (this.#goal === "down") return this.#stopAll(now);
    if (this.#goal === "up") return this.#start(now);
    this.#state = "unsure";
    const why = "interrupted: this node does not know whether it is the holder";
    const told = this.#voice.break("unsure", why, now);
    return [...told, ...this.#ladder.suspend()];
  }

  /** The last stage is up. */
  #arrive(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    this.#state = "held";
    return [this.#voice.arrived(now), ...this.#follow(now)];
  }

  /** Puts back what vanished of what is held; a start that is under way does it by itself. */
  #repair(): Effect[] {
    const gap = this.#ladder.gapUpTo(this.#ladder.top);
    if (gap === undefined || this.#state !== "held" || !this.resting) return [];
    const job = this.#nextJob();
    this.#work = { at: "repairing", job };
    return this.#ladder.start(gap, job);
  }

  /** The line may have changed: what is up by the old one goes down first. */
  #follow(now: Instant): Effect[] {
    if (!this.#charter.isStale) return this.#repair();
    return this.#ladder.isDown && this.resting ? this.#renew() : this.#start(now);
  }

  /** The group cannot run here: everything of it stops. */
  #fail(reason: string, now: Instant): Effect[] {
    this.#hasFailed = true;
    this.#goal = "down";
    return [this.#voice.turn(reason, now), ...(isFree(this.#work) ? this.#stopAll(now) : [])];
  }

  #stopAll(now: Instant): Effect[] {
    this.#state = "stopping";
    const descent = new Descent({ ...this.#parts, rules: this.#household.rules() });
    this.#work = { at: "descending", by: descent };
    return this.#descend(descent.begin(), now);
  }

  #descend({ effects, end }: Descended, now: Instant): Effect[] {
    if (end === "rebooting") this.#work = { at: "rebooting" };
    return end === "down" ? [...effects, ...this.#land(now)] : effects;
  }

  /** The first stage is down, and with it the group. */
  #land(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    this.#state = this.#hasFailed ? "failed" : "idle";
    const text = `Group ${this.key} is down after ${this.#voice.took(now)}`;
    if (this.#goal === "up") return [this.#voice.log("info", text), ...this.#start(now)];
    this.#goal = "down";
    return [this.#voice.close("info", text, this.#state, now), ...this.#renew()];
  }

  #nextJob(): number {
    this.#voice.begin();
    return this.#household.nextJob();
  }

  #renew(): Effect[] {
    return this.#charter.renew() ? [this.#voice.renewed()] : [];
  }
}
