// What an onlooker knows of a cluster from what he saw: who is alive, what is up where, which scripts
// run, what was done to whom. Facts only; the laws draw the conclusions.
//
// It is brought up to date by each sight before the laws are shown that sight.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Temper } from "../../../src/sim/act.ts";
import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";

/** One host as it looks from outside. */
export interface Seen {
  readonly name: string;
  /** The files that it reads now. */
  config: ClusterConfig;
  desk: boolean;
  pulse: boolean;
  frozen: boolean;
  /** When its agent last began to run, later by what it stood still since, and last ceased to. */
  bornAt: number;
  diedAt: number;
  frozenAt: number;
  thawedAt: number;
  /** For how long it could sleep then: its deadtime before any files that changed meanwhile. */
  mayNapMs: number;
  /** Addresses on its interfaces and services that run, since when. */
  readonly up: Map<string, number>;
  /** Scripts that run now. */
  readonly running: Map<string, Running>;
  /** Words that this life of the agent started, held, announced or found running. */
  readonly touched: Set<string>;
  /** Services that do not run although the last status of this life of the agent said that they do. */
  readonly fooled: Set<string>;
  /** Services that run although the last status said falsely that they do not: a later life of the agent
   *  goes by what that one remembered. */
  readonly hidden: Set<string>;
  /** Words whose last stop failed, and whether the agent is done with them: a status after that belongs to
   *  a start, and one that says that they run makes them what they were before. */
  readonly stuck: Map<string, "tried" | "given up">;
  /** When a start of a word last failed. */
  readonly failedAt: Map<string, number>;
  readonly tempers: Map<string, Temper>;
  diskFull: boolean;
  /** State was lost or torn, or could not be written, since the agent last began to run. */
  forgetful: boolean;
}

export interface Running {
  readonly action: "start" | "stop" | "status";
  readonly since: number;
  /** A status that will say the opposite of what is the case. */
  readonly lies: boolean;
  /** It fails, hangs or is slow, whatever the ones after it do. */
  readonly isTempered: boolean;
}

export class Picture {
  readonly hosts = new Map<string, Seen>();
  /** When anything was last done to the cluster that may change who holds what. */
  disturbedAt = 0;
  now = 0;

  constructor(shape: Shape) {
    for (const { config } of shape.hosts) this.hosts.set(config.self, fresh(config));
  }

  host(name: string): Seen {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  get all(): Seen[] {
    return [...this.hosts.values()];
  }

  /** Hosts on which an agent runs and moves. */
  get alive(): Seen[] {
    return this.all.filter(isAlive);
  }

  /** All groups that any host knows by its files, the first host's line of each. */
  get groups(): GroupSpec[] {
    const groups = new Map<string, GroupSpec>();
    for (const { config } of this.hosts.values()) {
      for (const group of config.groups) if (!groups.has(group.key)) groups.set(group.key, group);
    }
    return [...groups.values()];
  }

  see(sight: Sight, now: number): void {
    this.now = now;
    switch (sight.saw) {
      case "act":
        this.#act(sight.act, now);
        return;
      case "process":
        this.#process(this.host(sight.node), sight, now);
        return;
      case "frozen": {
        const host = this.host(sight.node);
        host.frozen = sight.frozen;
        if (sight.frozen) frozen(host, now);
        else this.#thawed(host, now);
        return;
      }
      case "address":
      case "service": {
        const host = this.host(sight.node);
        if (sight.up && !host.up.has(sight.word)) host.stuck.delete(sight.word);
        if (sight.up) host.up.set(sight.word, host.up.get(sight.word) ?? now);
        else host.up.delete(sight.word);
        if (!sight.up) host.hidden.delete(sight.word);
        if (sight.up) host.touched.add(sight.word);
        if (sight.up) host.fooled.delete(sight.word);
        return;
      }
      case "announce": {
        const { touched } = this.host(sight.node);
        for (const word of sight.words) touched.add(word);
        return;
      }
      case "script":
        this.#script(this.host(sight.node), sight, now);
        return;
      default:
        return;
    }
  }

  #thawed(host: Seen, now: number): void {
    host.thawedAt = now;
    host.bornAt += now - Math.max(host.frozenAt, host.bornAt);
  }

  #process(
    host: Seen,
    { process, alive }: Extract<Sight, { readonly saw: "process" }>,
    now: number,
  ): void {
    host[process] = alive;
    host.fooled.clear();
    if (!alive) {
      host.diedAt = now;
      return;
    }
    if (process === "desk") return;
    host.bornAt = now;
    for (const word of host.stuck.keys()) host.stuck.set(word, "given up");
    host.touched.clear();
  }

  #script(host: Seen, sight: Extract<Sight, { readonly saw: "script" }>, now: number): void {
    const { word, action, phase } = sight;
    if (phase === "begins") {
      const temper = host.tempers.get(word) ?? {};
      const lies = action === "status" && temper.statusLies === true;
      const isTempered = Object.keys(temper).length > 0;
      host.running.set(word, { action, since: now, lies, isTempered });
      host.touched.add(word);
      return;
    }
    const lied = host.running.get(word)?.lies === true;
    host.running.delete(word);
    const good = phase === "ends" && sight.ok === true;
    if (action === "status" && good && !host.up.has(word)) host.fooled.add(word);
    else host.fooled.delete(word);
    if (lied && phase === "ends" && !good && host.up.has(word)) host.hidden.add(word);
    else if (action !== "status" || phase === "ends") host.hidden.delete(word);
    if (action === "status") looked(host, word, good);
    if (action === "start" && !good) host.failedAt.set(word, now);
    if (action !== "status" && good) host.stuck.delete(word);
    if (action === "stop" && !good) host.stuck.set(word, "tried");
  }

  #act(act: Extract<Sight, { readonly saw: "act" }>["act"], now: number): void {
    switch (act.act) {
      case "clock":
      case "drift":
      case "replay":
      case "rival":
        return;
      case "script":
        this.host(act.node).tempers.set(act.word, act.temper);
        break;
      case "reload":
        this.host(act.node).config = act.config;
        break;
      case "disk":
        this.host(act.node).diskFull = act.full;
        if (act.full) this.host(act.node).forgetful = true;
        break;
      case "lose":
        this.host(act.node).forgetful = true;
        break;
      case "kill": {
        const host = this.host(act.node);
        host.stuck.clear();
        host.running.clear();
        break;
      }
      default:
        break;
    }
    this.disturbedAt = now;
  }
}

function frozen(host: Seen, now: number): void {
  host.frozenAt = now;
  host.mayNapMs = host.config.timing.deadtimeMs;
}

/** The first look after a stop that failed is its last word; what a later one finds running is adopted. */
function looked({ stuck }: Seen, word: string, runs: boolean): void {
  const how = stuck.get(word);
  if (how === "tried") stuck.set(word, "given up");
  else if (runs) stuck.delete(word);
}

export function isAlive(host: Seen): boolean {
  return host.desk && host.pulse && !host.frozen;
}

/** It is up there, or the agent there was told so. */
export function countsAsUp(host: Seen, word: string): boolean {
  return host.up.has(word) || host.fooled.has(word);
}

/** It is up there, or its script is at work, and the agent there was not told otherwise. */
export function countsAsLeft(host: Seen, word: string): boolean {
  return (host.up.has(word) && !host.hidden.has(word)) || host.running.has(word);
}

export function isAddress(word: string): boolean {
  return /^\d/.test(word);
}

function fresh(config: ClusterConfig): Seen {
  return {
    name: config.self,
    config,
    desk: false,
    pulse: false,
    frozen: false,
    bornAt: 0,
    diedAt: Number.NEGATIVE_INFINITY,
    frozenAt: Number.NEGATIVE_INFINITY,
    thawedAt: Number.NEGATIVE_INFINITY,
    mayNapMs: config.timing.deadtimeMs,
    up: new Map(),
    running: new Map(),
    touched: new Set(),
    fooled: new Set(),
    hidden: new Set(),
    stuck: new Map(),
    failedAt: new Map(),
    tempers: new Map(),
    diskFull: false,
    forgetful: false,
  };
}
