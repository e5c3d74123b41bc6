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
import { after, type Instant } from "../instant.ts";
import type { GroupState } from "./hand.ts";
import { Ladder } from "./ladder.ts";
import { announceable } from "./stage.ts";
import { afterFailedStop, afterLastLook, stopRetryMs } from "./stubborn.ts";
import { Voice } from "./voice.ts";
import type { Goal, Result, Work } from "./work.ts";

export interface GroupRules {
  readonly resourceTimeoutMs: number;
  readonly onStopFailure: "ignore" | "reboot";
}

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

  waitsFor(job: number): boolean {
    return "job" in this.#work && this.#work.job === job;
  }

  deadline(): Instant | undefined {
    return this.#work.at === "pausing" ? this.#work.until : undefined;
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
    return [...overtaken, log, ...(this.resting ? this.#start(0, now) : [])];
  }

  /** Stop everything, last stage first. */
  lower(why: string, now: Instant): Effect[] {
    if (this.resting && (this.#state === "idle" || this.#state === "failed")) return [];
    if (this.#goal === "down") return [];
    const overtaken = this.#voice.open("give", why, now);
    this.#begin("down");
    const log = this.#voice.log("info", `Releasing group ${this.key}: ${why}`);
    return [...overtaken, log, ...(this.resting ? this.#stopAll(now) : [])];
  }

  /** Addresses leave the interface now, services keep running: somebody else may be the holder. */
  suspend(): Effect[] {
    if (this.#ladder.isDown) return [];
    if (this.#goal === "up") this.#goal = "still";
    if (this.resting && this.#state === "held") this.#state = "unsure";
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
    if (this.#work.at !== "pausing" || now < this.#work.until) return [];
    return this.#stop(this.#work.stage, this.#work.tries + 1, now);
  }

  /** The job that this group waits for has ended. */
  result(result: Result, now: Instant): Effect[] {
    const work = this.#work;
    if ("stage" in work) this.#voice.step(work.at, this.#ladder.name(work.stage), result);
    switch (work.at) {
      case "rest":
      case "pausing":
      case "rebooting":
        return [];
      case "adopting":
        return this.#adopted(result, now);
      case "repairing":
        if (this.#goal !== "up") return this.#turnAside(now);
        this.#work = { at: "rest" };
        return result.ok ? [] : this.#fail(result.text, now);
      case "asking":
        if (this.#goal !== "up") return this.#turnAside(now);
        return result.ok ? this.#climb(work.stage, now) : this.#run(work.stage);
      case "starting":
        if (!result.ok) {
          this.#work = { at: "rest" };
          return this.#fail(`${this.#ladder.name(work.stage)} did not start: ${result.text}`, now);
        }
        return this.#goal === "up" ? this.#climb(work.stage, now) : this.#turnAside(now);
      case "stopping":
        return this.#stopped(work.stage, work.tries, result, now);
      case "checking":
        return this.#checked(work.stage, result, now);
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

  #adopted(result: Result, now: Instant): Effect[] {
    this.#work = { at: "rest" };
    const effects: Effect[] = result.ok
      ? []
      : [this.#voice.log("warn", `Cannot adopt group ${this.key}: ${result.text}`)];
    if (this.#goal === "up") effects.push(...this.#start(0, now));
    if (this.#goal === "down") effects.push(...this.#stopAll(now));
    return effects;
  }

  /** Start stage n: addresses at once, scripts after asking whether they run already. */
  #start(n: number, now: Instant): Effect[] {
    const stage = this.#ladder.stage(n);
    if (stage === undefined) return this.#arrive(now);
    this.#state = "starting";
    if (stage.kind === "pulse") return this.#run(n);
    const job = this.#nextJob();
    this.#work = { at: "asking", job, stage: n };
    return this.#ladder.ask(n, job);
  }

  #run(n: number): Effect[] {
    const job = this.#nextJob();
    this.#work = { at: "starting", job, stage: n };
    return this.#ladder.start(n, job);
  }

  /** Stage n is up: go on with the next, or begin again where addresses were taken off meanwhile. */
  #climb(n: number, now: Instant): Effect[] {
    return this.#start(this.#ladder.gapUpTo(n) ?? n + 1, now);
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
    return [log, ...(this.resting ? this.#stopAll(now) : [])];
  }

  #stopAll(now: Instant): Effect[] {
    this.#state = "stopping";
    return this.#stop(this.#ladder.top, 0, now);
  }

  #stop(n: number, tries: number, now: Instant): Effect[] {
    if (n < 0) return this.#land(now);
    const job = this.#nextJob();
    this.#work = { at: "stopping", job, stage: n, tries };
    return this.#ladder.stop(n, job);
  }

  #stopped(n: number, tries: number, result: Result, now: Instant): Effect[] {
    if (result.ok) return this.#descend(n, now);
    const isScript = this.#ladder.stage(n)?.kind === "script";
    const stage = { isScript, reason: result.text };
    const { next, level, text } = afterFailedStop(this.#ladder.name(n), tries, stage);
    const log = this.#voice.log(level, text);
    if (next === "on") return [log, ...this.#descend(n, now)];
    if (next === "again") {
      this.#work = { at: "pausing", until: after(now, stopRetryMs), stage: n, tries };
      return [log];
    }
    const job = this.#nextJob();
    this.#work = { at: "checking", job, stage: n };
    return [log, ...this.#ladder.ask(n, job)];
  }

  #checked(n: number, result: Result, now: Instant): Effect[] {
    const { onStopFailure } = this.#rules();
    const what = { resource: this.#ladder.name(n), group: this.key };
    const { next, level, text } = afterLastLook(what, result.ok, onStopFailure);
    if (next === "on") return [this.#voice.log(level, text), ...this.#descend(n, now)];
    this.#work = { at: "rebooting" };
    const log = this.#voice.close(level, `Rebooting: ${text}`, "rebooting", now);
    return [log, { do: "reboot", reason: text }];
  }

  #descend(n: number, now: Instant): Effect[] {
    this.#ladder.stopped(n);
    return this.#stop(n - 1, 0, now);
  }

  /** The first stage is down, and with it the group. */
  #land(now: Instant): Effect[] {
    this.#work = { at: "rest" };
    this.#state = this.#failure === "" ? "idle" : "failed";
    this.#text = this.#failure;
    const text = `Group ${this.key} is down after ${this.#voice.took(now)}`;
    if (this.#goal === "up") {
      return [this.#voice.log("info", text), ...this.#adoptSpec(), ...this.#start(0, now)];
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
