// The stages of one group, which of them may be up, and the effects that take them up and down.
//
// It keeps no order and no state of the group; group.ts climbs it.

import type {
  AddressResource,
  GroupSpec,
  PulseResource,
  ScriptResource,
} from "../../config/resource.ts";
import type { Effect } from "../effect.ts";
import { after, type Instant } from "../instant.ts";
import { type Stage, stagesOf, wordsOf } from "./stage.ts";

/** What a script said so recently it need not say again before a start. */
const freshMs = 1_000;

export class Ladder {
  #spec: GroupSpec;
  readonly #stages: readonly Stage[];
  readonly #timeoutMs: () => number;
  /** Stages that may be up: from the moment a start is tried until a stop has ended. */
  readonly #touched = new Set<number>();
  /** Stages whose addresses were taken off although nobody stopped them. */
  readonly #suspended = new Set<number>();
  /** Stages of which an address vanished, until they are started again. */
  readonly #lost = new Set<number>();
  /** Stages of addresses that an earlier run left and this one does not hold: they may be there, or not. */
  readonly #left = new Set<number>();
  /** When all scripts said that they do not run. */
  #idleAt: Instant | undefined;

  constructor(spec: GroupSpec, timeoutMs: () => number) {
    this.#spec = spec;
    this.#stages = stagesOf(spec.resources);
    this.#timeoutMs = timeoutMs;
  }

  get spec(): GroupSpec {
    return this.#spec;
  }

  /** Takes over a line that names another owner of the same resources; false: it says more than that. */
  reown(spec: GroupSpec): boolean {
    if (JSON.stringify(spec.resources) !== JSON.stringify(this.#spec.resources)) return false;
    this.#spec = spec;
    return true;
  }

  get top(): number {
    return this.#stages.length - 1;
  }

  /** Nothing of the group can be up. */
  get isDown(): boolean {
    return this.#touched.size === 0;
  }

  /** The words of all scripts. */
  get scripts(): string[] {
    return this.#stages.flatMap((stage) => (stage.kind === "script" ? wordsOf(stage) : []));
  }

  /** Resource words that are or may be up, in start order. */
  get up(): string[] {
    return this.#stages.flatMap((stage, n) => (this.#touched.has(n) ? wordsOf(stage) : []));
  }

  /** Of these, addresses that are not held, although nobody stopped them. */
  get off(): string[] {
    return this.#stages.flatMap((stage, n) => {
      return this.#suspended.has(n) || this.#left.has(n) ? wordsOf(stage) : [];
    });
  }

  /** The lowest of the stages up to n that lacks addresses; undefined: all is as it was climbed. */
  gapUpTo(n: number): number | undefined {
    const gaps = [...this.#suspended, ...this.#lost].filter((stage) => stage <= n);
    return gaps.length === 0 ? undefined : Math.min(...gaps);
  }

  stage(n: number): Stage | undefined {
    return this.#stages[n];
  }

  /** Number of the stage with this word; -1 when there is none. */
  stageOf(word: string): number {
    return this.#stages.findIndex((stage) => wordsOf(stage).includes(word));
  }

  /** One of these words stands in the stages up to n. */
  has(words: readonly string[], n = this.top): boolean {
    return this.#stages
      .slice(0, n + 1)
      .some((stage) => wordsOf(stage).some((word) => words.includes(word)));
  }

  /** What people call the stage. */
  name(n: number): string {
    const stage = this.#stages[n];
    if (stage === undefined) return "";
    const [first = "", ...others] = wordsOf(stage);
    return others.length === 0 ? first : `${first} and ${others.length} more`;
  }

  /** All scripts were asked, and none of them runs. */
  foundIdle(now: Instant): void {
    this.#idleAt = now;
  }

  /** They need not be asked again so soon. */
  isIdle(now: Instant): boolean {
    return this.#idleAt !== undefined && now < after(this.#idleAt, freshMs);
  }

  /** These words may be up: an earlier run left them. Only those are still ours that it `held`. */
  adopt(words: readonly string[], held: readonly string[] = []): void {
    this.#stages.forEach((stage, n) => {
      const own = wordsOf(stage);
      if (!own.some((word) => words.includes(word))) return;
      this.#touched.add(n);
      if (stage.kind === "pulse" && !own.some((word) => held.includes(word))) this.#left.add(n);
    });
  }

  /** Start a stage. */
  start(n: number, job: number): Effect[] {
    const stage = this.#stages[n];
    if (stage === undefined) return [];
    this.#touched.add(n);
    this.#idleAt = undefined;
    if (stage.kind === "script") return [this.#run(stage.resource, "start", job)];
    this.#forget(n);
    return [{ do: "hold", job, resources: stage.resources }];
  }

  /** Stop a stage; of several addresses the last one first. */
  stop(n: number, job: number): Effect[] {
    const stage = this.#stages[n];
    if (stage === undefined) return [];
    if (stage.kind === "script") return [this.#run(stage.resource, "stop", job)];
    return [{ do: "drop", job, resources: [...stage.resources].reverse() }];
  }

  /** Ask whether a script runs; from then on it counts as touched. */
  ask(n: number, job: number): Effect[] {
    const stage = this.#stages[n];
    if (stage?.kind !== "script") return [];
    this.#touched.add(n);
    return [this.#run(stage.resource, "status", job)];
  }

  /** Keep alive whatever addresses are ours already. */
  holdAll(job: number): Effect[] {
    const stages = this.#pulseStages().filter((n) => !this.#left.has(n));
    const resources = this.#addressesOf(stages);
    return resources.length === 0 ? [] : [{ do: "hold", job, resources }];
  }

  /** Addresses leave the interface, unless they have left it already. */
  suspend(): Effect[] {
    const stages = this.#pulseStages().filter((n) => !this.#suspended.has(n));
    if (stages.length === 0) return [];
    for (const n of stages) this.#suspended.add(n);
    return [{ do: "suspend", resources: this.#addressesOf(stages) }];
  }

  /** An address of the stage vanished. */
  lost(n: number): void {
    this.#lost.add(n);
  }

  /** Any address that is up may have vanished. */
  napped(): void {
    for (const n of this.#pulseStages()) this.#lost.add(n);
  }

  /** The stage has been stopped. */
  stopped(n: number): void {
    this.#touched.delete(n);
    this.#forget(n);
  }

  /** What became of its addresses without being asked for counts no more. */
  #forget(n: number): void {
    this.#suspended.delete(n);
    this.#lost.delete(n);
    this.#left.delete(n);
  }

  /** Stages of addresses that may be up. */
  #pulseStages(): number[] {
    return [...this.#touched]
      .filter((n) => this.#stages[n]?.kind === "pulse")
      .sort((one, two) => one - two);
  }

  #addressesOf(stages: readonly number[]): (AddressResource | PulseResource)[] {
    return stages.flatMap((n) => {
      const stage = this.#stages[n];
      return stage?.kind === "pulse" ? stage.resources : [];
    });
  }

  #run(resource: ScriptResource, action: "start" | "stop" | "status", job: number): Effect {
    const timeoutMs = this.#timeoutMs();
    return { do: "run", job, group: this.spec.key, resource, action, timeoutMs };
  }
}
