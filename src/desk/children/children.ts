// The programs beside the agent: `respawn`, `failfast` and what `pacemaker` needs (heartbeat-api 10 and 11). They are
// started in the order of ha.cf when this node is active, and ended in the reverse order, one after the other.
//
// They outlive an agent that is killed, like pppd and what scripts start: a crash of the agent is none of theirs, and
// the next agent goes on with those that it finds. Those that were connected to it find out by themselves.

import { reasonOf } from "../../../ffi/error.ts";
import { type Child, expandChildren } from "../../config/child.ts";
import type { ChildView, Snapshot } from "../../core/snapshot.ts";
import type { Log } from "../log.ts";
import type { Places } from "../place.ts";
import { programKind, type Settings } from "../settings.ts";
import { childEnvironment, type Setting } from "./environment.ts";
import { readHeirs, writeHeirs } from "./heir.ts";
import { type ChildHost, KeptChild } from "./keptchild.ts";
import { ChildProcess } from "./process.ts";

/** For those that come after: as long as a script has to end. */
const hurriedMs = 2_000;

export interface ChildrenOptions {
  readonly places: Pick<Places, "conf" | "ocfRoot" | "work" | "children">;
  readonly log: Log;
  /** Reboots this host; resolves when that is done, or was tried in vain. */
  reboot(reason: string): Promise<void>;
}

type AgentSettings = Pick<Extract<Settings, { readonly good: true }>, "conf" | "cluster">;

export class Children {
  readonly #options: ChildrenOptions;
  readonly #host: ChildHost;
  readonly #kept = new Map<string, KeptChild>();
  #setting: Setting;
  /** One thing after the other: two runs of one program never overlap. */
  #settled: Promise<void> = Promise.resolve();
  #hasInherited = false;
  #isActive = false;
  #isHurried = false;
  #left: Promise<void> | undefined;

  constructor(options: ChildrenOptions, settings: AgentSettings) {
    this.#options = options;
    this.#setting = settingOf(settings);
    const { log, places, reboot } = options;
    const timeoutMs = () => {
      const { childTimeoutMs } = this.#setting.conf;
      return this.#isHurried ? Math.min(childTimeoutMs, hurriedMs) : childTimeoutMs;
    };
    this.#host = {
      spawn: (child) =>
        ChildProcess.start({
          child,
          environment: childEnvironment(this.#setting, places),
          workDirectory: places.work,
        }),
      log: (level, text, fields) => log.write(level, text, "child", fields),
      changed: () => this.#remember(),
      reboot,
      get timeoutMs() {
        return timeoutMs();
      },
    };
  }

  /** What this node is, by the core. */
  published({ state }: Pick<Snapshot, "state">): void {
    this.#inherit();
    if (this.#isActive || state !== "active" || this.#left !== undefined) return;
    this.#isActive = true;
    this.#settled = this.#settled.then(() => this.#startAll());
  }

  /** Adopts a new configuration: what runs and is the same goes on undisturbed. What is over begins anew: a given-up
   *  program needs no start of the agent, and one that had nothing to do may have now. */
  adopt(settings: AgentSettings): void {
    this.#setting = settingOf(settings);
    if (!this.#hasInherited || this.#left !== undefined) return;
    this.#settled = this.#settled.then(async () => {
      await this.#endUnwanted();
      if (this.#isActive) await this.#startAll();
    });
  }

  /** This node leaves: ends them all. */
  leave(): Promise<void> {
    this.#inherit();
    for (const kept of this.#kept.values()) kept.order("leave");
    this.#left ??= this.#settled.then(async () => {
      for (const kept of [...this.#kept.values()].reverse()) await kept.end("leave");
    });
    return this.#left;
  }

  /** Does not wait any longer for those that were told to end. */
  hurry(): void {
    this.#isHurried = true;
    for (const kept of this.#kept.values()) kept.kill();
  }

  views(): ChildView[] {
    return [...this.#kept.values()].map((kept) => kept.view());
  }

  /** Those that are wanted now, by what they are called by; a line that is there twice is two. */
  get #wanted(): Map<string, Child> {
    const { children } = expandChildren(this.#setting.conf, programKind);
    const wanted = new Map<string, Child>();
    for (const child of children) {
      for (let count = 1; ; count++) {
        const key = [child.kind, child.user, child.line, ...(count > 1 ? [`#${count}`] : [])].join(
          " ",
        );
        if (wanted.has(key)) continue;
        wanted.set(key, child);
        break;
      }
    }
    return wanted;
  }

  /** Before anything else is done: what an agent before this one left. */
  #inherit() {
    if (this.#hasInherited) return;
    this.#hasInherited = true;
    const wanted = this.#wanted;
    const heirs = new Map(
      readHeirs(this.#options.places.children).flatMap(({ key, name }) => {
        const process = ChildProcess.adopt(name);
        return process === undefined ? [] : [[key, process] as const];
      }),
    );
    for (const [key, child] of wanted) this.#kept.set(key, new KeptChild(child, this.#host));
    for (const [key, process] of heirs) {
      const kept = this.#kept.get(key);
      if (kept !== undefined) kept.adopt(process);
    }
    const others = [...heirs].filter(([key]) => !wanted.has(key)).map(([, process]) => process);
    this.#settled = this.#settled.then(async () => {
      for (const process of others.reverse()) {
        const text = `A program of an agent before, pid ${process.pid}, is not wanted now: ended`;
        this.#options.log.info(text, "child");
        await process.end(this.#host.timeoutMs);
      }
    });
  }

  async #startAll(): Promise<void> {
    for (const kept of this.#kept.values()) await kept.start();
  }

  /** Last to first; the others are put into the order of the file. */
  async #endUnwanted(): Promise<void> {
    const wanted = this.#wanted;
    for (const [key, kept] of [...this.#kept].reverse()) {
      if (wanted.has(key)) continue;
      await kept.end("remove");
      this.#kept.delete(key);
    }
    const before = new Map(this.#kept);
    this.#kept.clear();
    for (const [key, child] of wanted) {
      const kept = before.get(key);
      const goesOn = kept !== undefined && !kept.isOver;
      this.#kept.set(key, goesOn ? kept : new KeptChild(child, this.#host));
    }
    this.#remember();
  }

  /** A disk that takes nothing is no end of a program. */
  #remember() {
    try {
      const heirs = [...this.#kept].flatMap(([key, { name }]) =>
        name === undefined ? [] : [{ key, name }],
      );
      writeHeirs(this.#options.places.children, heirs);
    } catch (error) {
      const text = `The next agent will not know the programs that run: ${reasonOf(error)}`;
      this.#options.log.warn(text, "child");
    }
  }
}

function settingOf({ conf, cluster }: AgentSettings): Setting {
  return { conf, node: cluster.self };
}
