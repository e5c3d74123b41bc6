// One program beside the agent over its lives: it is started, ends, is started again, or not (heartbeat-api 10).
//
//   waiting   it does not run: not yet, in the pause before it is started again, or just being started
//   running
//   stopping  it was told to end
//   done      it ended and will not be started again, as it should be
//   failed    it ended and will not be started again: given up, or this host is being rebooted

import { bootMs } from "../../../ffi/clock.ts";
import { reasonOf } from "../../../ffi/error.ts";
import type { Child } from "../../config/child.ts";
import type { Level } from "../../core/effect.ts";
import type { ChildView } from "../../core/snapshot.ts";
import type { ProcessName } from "../process.ts";
import type { ChildProcess } from "./process.ts";
import { type End, endText, Lives, meaningOf, type Order, shortMax } from "./rule.ts";

/** What an account of it holds besides its words. */
export type ChildFields = Readonly<Record<string, string | number>>;

export interface ChildHost {
  /** Throws when nothing can be started. */
  spawn(child: Child): ChildProcess;
  log(level: Level, text: string, fields: ChildFields): void;
  /** What the next agent must know of it is no longer right. */
  changed(): void;
  /** This host cannot be trusted any more. Resolves when nothing more can be done about it here. */
  reboot(reason: string): Promise<void>;
  /** How long it may take to end. */
  readonly timeoutMs: number;
}

/** A run that has ended. */
interface Life {
  readonly livedMs: number;
  readonly pid?: number;
  /** Why it was never what it was to be. */
  readonly refusal?: string;
}

export class KeptChild {
  readonly child: Child;
  readonly #host: ChildHost;
  readonly #lives = new Lives();
  #process: ChildProcess | undefined;
  /** Resolves when what follows from the end of the process is done. */
  #consequence: Promise<void> = Promise.resolve();
  #state: ChildView["state"] = "waiting";
  #why = "the node is not active yet";
  #sinceMs = bootMs();
  #restarts = 0;
  #lastEnd: End | undefined;
  #hasBegun = false;
  #order: Order | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(child: Child, host: ChildHost) {
    this.child = child;
    this.#host = host;
  }

  /** What another agent needs to go on with it; undefined while it does not run. */
  get name(): ProcessName | undefined {
    return this.#process?.name;
  }

  /** It has ended, and is not started again. */
  get isOver(): boolean {
    return this.#state === "done" || this.#state === "failed";
  }

  /** Starts it for the first time, unless it runs; resolves when it is the program that it is to be. */
  async start(): Promise<void> {
    if (this.#hasBegun || this.#order !== undefined) return;
    await this.#begin();
  }

  /** Goes on with what an agent before this one started. */
  adopt(process: ChildProcess): void {
    this.#hasBegun = true;
    this.#watch(process);
    this.#become("running", `pid ${process.pid}, started by an agent before this one`);
    const text = `Going on with ${this.#title} of an agent before, pid ${process.pid}`;
    this.#host.log("info", text, this.#fields({ pid: process.pid }));
  }

  /** From now on it is not started again; it is not told to end yet. */
  order(order: Order): void {
    this.#order = order;
    clearTimeout(this.#timer);
    if (this.#process === undefined && this.#state === "waiting")
      this.#become("done", "it is not started any more");
  }

  /** Ends it; resolves when it has ended, and what follows from that is done. */
  async end(order: Order): Promise<void> {
    this.order(order);
    const process = this.#process;
    if (process === undefined) {
      await this.#consequence;
      return;
    }
    this.#become("stopping", "it was told to end");
    const { timeoutMs } = this.#host;
    const how = await process.end(timeoutMs);
    if (how !== "ended") {
      const text = `${this.#title} did not end within ${timeoutMs} ms: killed`;
      this.#host.log("warn", text, this.#fields({ pid: process.pid }));
    }
    if (how !== "stuck") await this.#consequence;
  }

  /** Does not wait for it any longer. */
  kill(): void {
    if (this.#state === "stopping") this.#process?.signal("SIGKILL");
  }

  view(): ChildView {
    const { kind, user, path } = this.child;
    const pid = this.#process?.pid;
    const end = this.#lastEnd;
    return {
      kind,
      program: path,
      user,
      state: this.#state,
      sinceMs: Math.round(bootMs() - this.#sinceMs),
      restarts: this.#restarts,
      ...(pid === undefined ? {} : { pid }),
      ...(end === undefined || "unseen" in end ? {} : { lastExit: end }),
      why: this.#why,
    };
  }

  async #begin(): Promise<void> {
    this.#hasBegun = true;
    try {
      const process = this.#host.spawn(this.child);
      this.#watch(process);
      this.#become("waiting", "it is being started");
      // Why it cannot be what it is to be is told by its end.
      if ((await process.begun) !== undefined || this.#process !== process) return;
      const { pid } = process;
      if (this.#order === undefined) this.#become("running", `pid ${pid}`);
      this.#say("info", `${this.#title} runs: pid ${pid}, user ${this.child.user}`, { pid });
    } catch (error) {
      await this.#ended({ unseen: true }, { livedMs: 0, refusal: reasonOf(error) });
    }
  }

  #watch(process: ChildProcess) {
    const startedMs = bootMs();
    this.#process = process;
    this.#consequence = process.ended.then(async (end) => {
      // Why it could not be what it is to be is read by now.
      const refusal = await process.begun;
      if (this.#process !== process) return;
      this.#process = undefined;
      // It never was what could fail.
      const own = refusal === undefined ? end : ({ unseen: true } as const);
      const { pid } = process;
      await this.#ended(own, { livedMs: bootMs() - startedMs, pid, ...(refusal && { refusal }) });
    });
  }

  async #ended(end: End, { livedMs, pid, refusal }: Life): Promise<void> {
    this.#lastEnd = end;
    const how = refusal === undefined ? endText(end) : `cannot be started: ${refusal}`;
    const told = { ...(pid === undefined ? {} : { pid }), ...("unseen" in end ? {} : end) };
    switch (meaningOf(this.child.kind, end, this.#order)) {
      case "rest":
        this.#become("done", how);
        this.#say("info", `${this.#title} has ended: ${how}`, told);
        return;
      case "reboot":
        this.#become("failed", `${how}: this host is rebooted`);
        this.#say("error", `${this.#title} has ended: ${how}`, { ...told, state: "rebooting" });
        await this.#host.reboot(`failfast "${this.child.path}" has ended: ${how}`);
        return;
      case "again":
        this.#again({ how, told, isBad: !("code" in end && end.code === 0) }, livedMs);
    }
  }

  #again(
    { how, told, isBad }: { how: string; told: ChildFields; isBad: boolean },
    livedMs: number,
  ) {
    const pauseMs = this.#lives.next(livedMs);
    if (pauseMs === undefined) {
      const often = `${shortMax + 1} short lives in a row`;
      this.#become("failed", `given up after ${often}: ${how}`);
      this.#say("error", `${this.#title} is given up after ${often}, the last one: ${how}`, told);
      return;
    }
    const when = pauseMs === 0 ? "at once" : `in ${pauseMs / 1_000} s`;
    this.#become("waiting", `${how}, it is started again ${when}`);
    const text = `${this.#title} has ended: ${how}; it is started again ${when}`;
    this.#say(isBad ? "warn" : "info", text, told);
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      void this.#begin();
    }, pauseMs);
  }

  get #title(): string {
    return `"${this.child.path}"`;
  }

  #say(level: Level, text: string, fields: ChildFields) {
    this.#host.log(level, text, this.#fields(fields));
  }

  #fields(more: ChildFields): ChildFields {
    return { child: this.child.path, state: this.#state, ...more };
  }

  #become(state: ChildView["state"], why: string) {
    this.#state = state;
    this.#why = why;
    this.#sinceMs = bootMs();
    this.#host.changed();
  }
}
