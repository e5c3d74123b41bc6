// The child processes: scripts that run, what each is waiting for, and what of their doing the kernel
// still has (addresses, which outlive Heartbeat itself).

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { Resource } from "../../../../src/config/resource.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import { after, earliest, type Instant } from "../../../../src/core/instant.ts";
import type { GroupMemory } from "../../../../src/core/memory.ts";
import type { Script, Step } from "./shell.ts";

/** Scripts of Heartbeat 3 have no time limit (heartbeat-resources 7.4): a century will do. */
const FOREVER_MS = 3_155_760_000_000;
/** What looking for an address takes. */
const LOOK_MS = 15;

interface Child {
  readonly script: Script;
  /** Resource jobs are counted and waited for. */
  readonly counts: boolean;
  readonly ended: () => void;
  wakeAt?: Instant;
  answer: boolean;
  job?: number;
  pending?: Step;
}

export class Children {
  readonly #act: (effect: Effect) => void;
  readonly #children: Child[] = [];
  /** Addresses on this host's interfaces, as far as Heartbeat put them there. */
  readonly addresses: Set<string>;
  #jobs = 0;

  constructor(act: (effect: Effect) => void, addresses: Iterable<string>) {
    this.#act = act;
    this.addresses = new Set(addresses);
  }

  /** How many resource jobs run. */
  get count(): number {
    return this.#children.filter(({ counts }) => counts).length;
  }

  fork(script: Script, counts: boolean, now: Instant, ended: () => void): void {
    const child: Child = { script, counts, ended, answer: false };
    this.#children.push(child);
    this.#go(child, now);
  }

  result(job: number, ok: boolean, now: Instant): void {
    const child = this.#children.find((each) => each.job === job);
    if (child === undefined) return;
    delete child.job;
    if (child.pending !== undefined) this.#note(child.pending, ok);
    child.answer = ok;
    this.#go(child, now);
  }

  expire(now: Instant): void {
    for (const child of [...this.#children]) {
      if (child.wakeAt === undefined || child.wakeAt > now) continue;
      delete child.wakeAt;
      this.#go(child, now);
    }
  }

  deadline(): Instant | undefined {
    return earliest(...this.#children.map(({ wakeAt }) => wakeAt));
  }

  /** Addresses stay in the kernel when Heartbeat dies: the next run finds them. */
  memory({ self, groups }: ClusterConfig, now: Instant): GroupMemory {
    const remembered = groups.map(({ key, resources }) => ({
      key,
      assigned: { node: self, epoch: 0 },
      up: resources.map(({ word }) => word).filter((word) => this.addresses.has(word)),
    }));
    return { at: now, groups: remembered };
  }

  #go(child: Child, now: Instant): void {
    const { done, value } = child.script.next(child.answer);
    if (done === true || value === undefined) {
      this.#children.splice(this.#children.indexOf(child), 1);
      child.ended();
      return;
    }
    child.pending = value;
    if (value.step === "pause") child.wakeAt = after(now, value.ms);
    else if (value.resource.kind === "script") this.#run(child, value);
    else this.#touch(child, value, now);
  }

  #run(child: Child, { step, group, resource }: Exclude<Step, { step: "pause" }>): void {
    if (resource.kind !== "script") return;
    const job = this.#next(child);
    this.#act({ do: "run", job, group, resource, action: step, timeoutMs: FOREVER_MS });
  }

  /** What IPaddr and its like do. */
  #touch(child: Child, step: Exclude<Step, { step: "pause" }>, now: Instant): void {
    const { resource } = step;
    if (resource.kind === "script") return;
    if (step.step === "status") {
      child.answer = this.addresses.has(resource.word);
      child.wakeAt = after(now, LOOK_MS);
      return;
    }
    const act = step.step === "start" ? "hold" : "drop";
    this.#act({ do: act, job: this.#next(child), resources: [resource] });
  }

  #next(child: Child): number {
    this.#jobs += 1;
    child.job = this.#jobs;
    return this.#jobs;
  }

  #note(step: Step, ok: boolean): void {
    if (step.step === "pause" || step.step === "status" || !ok) return;
    if (!isAddress(step.resource)) return;
    if (step.step === "start") this.addresses.add(step.resource.word);
    else this.addresses.delete(step.resource.word);
  }
}

function isAddress(resource: Resource): boolean {
  return resource.kind !== "script";
}
