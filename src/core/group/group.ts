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
import { type Ascended, Ascent } from "./ascent.ts";
import { type Descended, Descent } from "./descent.ts";
import type { GroupState } from "./hand.ts";
import { Ladder } from "./ladder.ts";
import { Search } from "./search.ts";
import { announceable, sameSpec } from "./stage.ts";
import { Voice } from "./voice.ts";
import type { Goal, GroupRules, Result, Work } from "./work.ts";

export class Group {
  readonly #rules: () => GroupRules;
  readonly #nextJob: () => number;
  readonly #voice = new Voice(() => this.key);
  #ladder: Ladder;
  /** The line of haresources that counts as soon as everything of the old one is down. */
  #next: GroupSpec | undefined;
  #work: Work = { at: "rest" };
  #goal: Goal = "down";
  #state: GroupState = "idle";
  #failure = "";
  #text = "";
  /** Why no further stage of a start may begin; undefined: it may. */
  #heldBack: string | undefined;

  constructor(spec: GroupSpec, rules: () => GroupRules, nextJob: () => number) {
    this.#rules = rules;
    this.#nextJob = nextJob;
    this.#ladder = this.#ladderFor(spec);
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

  /** No job of it is under way. */
  get #isFree(): boolean {
    const work = this.#work;
    return work.at === "rest" || (work.at === "ascending" && work.ascent.isWaiting);
  }

  /** How the last order ended: empty, or the reason of a failure. */
  get text(): string {
    return this.#text;
  }

  /** Length of the last order so far. */
  tookMs(now: Instant): number {
    return this.#voice.tookMs(now);
  }

  /** Resource words that are or may be up here, in start order. */
  get up(): string[] {
    return this.#ladder.up;
  }

  /** Nobody knows yet whether anything of it is up here. */
  get isSought(): boolean {
    return this.#work.at === "seeking";
  }

  waitsFor(job: number): boolean {
    const work = this.#work;
    if (work.at === "ascending") return work.ascent.waitsFor(job);
    if (work.at === "descending") return work.descent.waitsFor(job);
    if (work.at === "seeking") return work.search.waitsFor(job);
    return "job" in work && work.job === job;
  }

  deadline(): Instant | undefined {
    return this.#work.at === "descending" ? this.#work.descent.deadline() : undefined;
  }

  /** Start what is not up; on a group that is up already nothing happens. */
  raise(why: string, now: Instant): Effect[] {
    if (this.#state === "held" && this.#goal === "up") return [];
    const act = this.#state === "unsure" ? "resume" : "take";
    const overtaken = this.#voice.open(act, why, now);
    this.#begin("up");
    this.#failure = "";
    const verb = act === "resume" ? "Resuming" : "Taking";
    const log = this.#voice.log("info", `${verb} group ${this.key}: ${why}`);
    return [...overtaken, log, ...(this.resting ? this.#start(now) : [])];
  }

  /** Stop everything, last stage first. */
  lower(why: string, now: Instant): Effect[] {
    if (this.resting && (this.#state === "idle" || this.#state === "failed")) return [];
    if (this.#goal === "down") return [];
    if (this.isSought) {
      this.#goal = "down";
      return [];
    }
    const overtaken = this.#voice.open("give", why, now);
    this.#begin("down");
    const log = this.#voice.log("info", `Releasing group ${this.key}: ${why}`);
    return [...overtaken, log, ...(this.#isFree ? this.#stopAll(now) : [])];
  }

  /** No further stage of a start begins while there is a reason, for another node is not done with it. */
  holdBack(reason: string | undefined, now: Instant): Effect[] {
    this.#heldBack = reason;
    if (this.#work.at !== "ascending") return [];
    return this.#ascend(this.#work.ascent.holdBack(reason), now);
  }

  /** Addresses leave the interface now, services keep running: somebody else may be the holder. */
  suspend(): Effect[] {
    if (this.#ladder.isDown) return [];
    if (this.#goal === "up") this.#goal = "still";
    if (this.#isFree && (this.#state === "held" || this.#state === "starting")) {
      this.#work = { at: "rest" };
      this.#state = "unsure";
    }
    return this.#ladder.suspend();
  }

  /** Begin with these words up, left by an earlier run. `hold` keeps their leases alive. */
  adopt(words: readonly string[], hold: boolean): Effect[] {
    this.#ladder.adopt(words);
    if (this.#ladder.isDown) return [];
    this.#state = "unsure";
    this.#goal = "still";
    if (!hold) return [];
    const job = this.#nextJob();
    const effects = this.#ladder.holdAll(job);
    if (effects.length > 0) this.#work = { at: "adopting", job };
    return effects;
  }

  /** Begin without a memory: nobody knows what is up. */
  seek(now: Instant): Effect[] {
    const { resourceTimeoutMs: timeoutMs } = this.#rules();
    const search = new Search({ ladder: this.#ladder, nextJob: this.#nextJob, timeoutMs });
    this.#goal = "still";
    this.#work = { at: "seeking", search };
    return search.begin() ?? this.#sought(now);
  }

  /** An address of this group is gone; put it back, or fail when its interface is gone too. */
  lost(word: string, reason: string, recoverable: boolean, now: Instant): Effect[] {
    const stage = this.#ladder.stageOf(word);
    if (stage < 0 || this.#ladder.isDown || this.#state === "stopping") return [];
    if (!recoverable) return this.#fail(`address ${word} is lost: ${reason}`, now);
    if (!this.resting || this.#state !== "held") return [];
    const job = this.#nextJob();
    this.#work = { at: "repairing", job };
    const text = `Address ${word} is lost, putting it back: ${reason}`;
    const log = this.#voice.log("warn", text, { group: this.key, address: word });
    return [log, ...this.#ladder.start(stage, job)];
  }

  /** Adopt a changed line of haresources; what is up is stopped by the old line first, unless only the
   *  owner is another one. */
  respec(spec: GroupSpec, now: Instant): Effect[] {
    if (sameSpec(spec, this.#next ?? this.spec)) return [];
    if (this.#next === undefined && this.#ladder.reown(spec)) {
      return [this.#voice.log("info", `Group ${this.key} is owned by ${this.owner} now`)];
    }
    this.#next = spec;
    if (!this.resting || this.#state === "unsure") return [];
    if (this.#ladder.isDown) return this.#adoptSpec();
    const overtaken = this.#voice.open("restart", "its line of haresources has changed", now);
    const text = `Group ${this.key} has changed: stopping it to start it anew`;
    return [...overtaken, this.#voice.log("info", text), ...this.#stopAll(now)];
  }

  /** The next try of a stop is due. */
  expire(now: Instant): Effect[] {
    if (this.#work.at !== "descending") return [];
    return this.#descend(this.#work.descent.expire(now), now);
  }

  /** The job that this group waits for has ended. */
  result(result: Result, now: Instant): Effect[] {
    const work = this.#work;
    switch (work.at) {
      case "rest":
      case "rebooting":
        return [];
      case "seeking":
        return work.search.result(result, now) ?? this.#sought(now);
      case "adopting":
        return this.#adopted(result, now);
      case "repairing":
        if (this.#goal !== "up") return this.#turnAside(now);
        this.#work = { at: "rest" };
        return result.ok ? [] : this.#fail(result.text, now);
      case "ascending":
        return this.#ascend(work.ascent.result(result, this.#goal === "up"), now);
      case "descending":
        return this.#descend(work.descent.result(result, now), now);
    }
  }

  /** Announce what is held, at once. */
  announce(): Effect[] {
    const words = announceable(this.spec);
    if (this.#state !== "held" || words.length === 0) return [];
    return [{ do: "announce", words }];
  }

  #begin(goal: Goal): void {
    this.#goal = goal;
    this.#text = "";
  }

  /** All scripts have answered. */
  #sought(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    const goal = this.#goal;
    if (this.#ladder.isDown) {
      if (goal !== "up") this.#goal = "down";
      return [...this.#adoptSpec(), ...(goal === "up" ? this.#start(now) : [])];
    }
    this.#state = "unsure";
    this.#goal = "still";
    const text =
      `Group ${this.key} is not down here, though this agent started nothing of it: ` +
      `${this.up.join(" and ")} runs or does not answer`;
    const log = this.#voice.log("warn", text, { group: this.key, up: this.up });
    if (goal === "up") return [log, ...this.raise(text, now)];
    return goal === "down" ? [log, ...this.lower(text, now)] : [log];
  }

  #adopted(result: Result, now: Instant): Effect[] {
    this.#work = { at: "rest" };
    const effects: Effect[] = result.ok
      ? []
      : [this.#voice.log("warn", `Cannot adopt group ${this.key}: ${result.text}`)];
    if (this.#goal === "up") effects.push(...this.#start(now));
    if (this.#goal === "down") effects.push(...this.#stopAll(now));
    return effects;
  }

  #start(now: Instant): Effect[] {
    this.#state = "starting";
    const parts = { ladder: this.#ladder, voice: this.#voice, nextJob: this.#nextJob };
    const ascent = new Ascent({ ...parts, heldBack: this.#heldBack });
    this.#work = { at: "ascending", ascent };
    return this.#ascend(ascent.begin(now), now);
  }

  #ascend({ effects, end }: Ascended, now: Instant): Effect[] {
    if (end === undefined) return effects;
    if (end === "up") return [...effects, ...this.#arrive(now)];
    if (end === "aside") return [...effects, ...this.#turnAside(now)];
    this.#work = { at: "rest" };
    return [...effects, ...this.#fail(end.failed, now)];
  }

  /** A job of a start ended while the order had changed: down, or hold still. */
  #turnAside(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    if (this.#goal === "down") return this.#stopAll(now);
    this.#state = "unsure";
    this.#text = "interrupted: this node does not know whether it is the holder";
    const told = this.#voice.break("unsure", this.#text, now);
    return [...told, ...this.#ladder.suspend()];
  }

  /** The last stage is up. */
  #arrive(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    this.#state = "held";
    const text = `Group ${this.key} is up after ${this.#voice.took(now)}`;
    const log = this.#voice.close("info", text, "held", now);
    return [log, ...(this.#next === undefined ? [] : this.respec(this.#next, now))];
  }

  /** The group cannot run here: everything of it stops. */
  #fail(reason: string, now: Instant): Effect[] {
    this.#failure = reason;
    this.#begin("down");
    const log = this.#voice.turn(reason, now);
    return [log, ...(this.#isFree ? this.#stopAll(now) : [])];
  }

  #stopAll(now: Instant): Effect[] {
    this.#state = "stopping";
    const parts = { ladder: this.#ladder, voice: this.#voice, nextJob: this.#nextJob };
    const descent = new Descent({ ...parts, rules: this.#rules() });
    this.#work = { at: "descending", descent };
    return this.#descend(descent.begin(), now);
  }

  #descend({ effects, end }: Descended, now: Instant): Effect[] {
    if (end === "rebooting") this.#work = { at: "rebooting" };
    return end === "down" ? [...effects, ...this.#land(now)] : effects;
  }

  /** The first stage is down, and with it the group. */
  #land(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    this.#state = this.#failure === "" ? "idle" : "failed";
    this.#text = this.#failure;
    const text = `Group ${this.key} is down after ${this.#voice.took(now)}`;
    if (this.#goal === "up") {
      return [this.#voice.log("info", text), ...this.#adoptSpec(), ...this.#start(now)];
    }
    this.#goal = "down";
    return [this.#voice.close("info", text, this.#state, now), ...this.#adoptSpec()];
  }

  #adoptSpec(): Effect[] {
    if (this.#next === undefined) return [];
    this.#ladder = this.#ladderFor(this.#next);
    this.#next = undefined;
    return [
      this.#voice.log("info", `Group ${this.key} follows its changed line of haresources now`),
    ];
  }

  #ladderFor(spec: GroupSpec): Ladder {
    return new Ladder(spec, () => this.#rules().resourceTimeoutMs);
  }
}
