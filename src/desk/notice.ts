// Tells the command of `notify` what happens: one event at a time, as JSON on its stdin.
//
// It never holds anything up. What comes too fast is told as one event in the end, a command that takes too
// long is ended, and one that fails is complained of once a minute. What it is told of, journal/ decides.

import { byExitCode } from "./carp/call.ts";
import { Job } from "./job.ts";
import type { Event } from "./journal/event.ts";
import type { Log } from "./log.ts";
import { within } from "./within.ts";

/** More than that at once is a storm: whoever gets messages wants no hundred of them. */
const queueMax = 20;
const limitMs = 30_000;
const complainEveryMs = 60_000;

export interface NoticeOptions {
  readonly log: Log;
  /** Where its words are kept while it runs. */
  readonly directory: string;
  environment(): Readonly<Record<string, string>>;
  readonly limitMs?: number;
}

/** Events that were not told one by one. */
interface Storm {
  count: number;
  level: Event["level"];
  readonly kinds: Record<string, number>;
  readonly from: number;
  last: Event;
}

export const noticeTopic = "notify";

export class Notice {
  readonly #options: NoticeOptions;
  #command: readonly string[] | undefined;
  #queue: Event[] = [];
  #storm: Storm | undefined;
  #working: Promise<void> | undefined;
  #failures = 0;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(options: NoticeOptions, command: readonly string[] | undefined) {
    this.#options = options;
    this.#command = command;
  }

  /** Another command from now on, or none. */
  use(command: readonly string[] | undefined): void {
    this.#command = command;
  }

  /** Never waits. */
  tell(event: Event): void {
    // Its own failures would be told by what fails.
    if (this.#command === undefined || event.kind === noticeTopic) return;
    if (this.#storm !== undefined || this.#queue.length >= queueMax) this.#count(event);
    else this.#queue.push(event);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when everything is told, or after `limitMs`; what is told then goes on without us. */
  async drained(limitMs: number): Promise<void> {
    if (this.#working !== undefined) await within(limitMs, this.#working);
  }

  #count(event: Event) {
    const { at: from, level, kind } = event;
    this.#storm ??= { count: 0, level, kinds: {}, from, last: event };
    const storm = this.#storm;
    storm.count += 1;
    storm.kinds[kind] = (storm.kinds[kind] ?? 0) + 1;
    if (level === "error" || storm.level === "info") storm.level = level;
    storm.last = event;
  }

  async #work() {
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      const command = this.#command;
      if (command === undefined) continue;
      const failed = await this.#run(command, event);
      if (failed !== undefined) this.#complain(command, failed);
    }
  }

  #next(): Event | undefined {
    const event = this.#queue.shift();
    if (event !== undefined || this.#storm === undefined) return event;
    const { count, kinds, level, from, last } = this.#storm;
    this.#storm = undefined;
    const { v, at, boot, node } = last;
    const text = `${count} more events: ${Object.keys(kinds).join(", ")}`;
    return { v, at, boot, node, kind: "storm", level, text, count, kinds, from };
  }

  /** Why it failed; undefined when it did not. */
  async #run(argv: readonly string[], event: Event): Promise<string | undefined> {
    const { log, directory, environment } = this.#options;
    try {
      const job = new Job({
        call: { argv, variables: {} },
        environment: environment(),
        workDirectory: "/",
        timeoutMs: this.#options.limitMs ?? limitMs,
        input: `${JSON.stringify(event)}\n`,
        output: { directory, line: (text) => log.debug(`${argv[0]}: ${text}`, noticeTopic) },
        mayLeaveDaemons: false,
        judge: byExitCode,
      });
      const { ok, text } = await job.ended();
      return ok ? undefined : text;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #complain([program]: readonly string[], reason: string) {
    this.#failures += 1;
    const now = performance.now();
    if (now - this.#complainedAt < complainEveryMs) return;
    this.#complainedAt = now;
    const times = this.#failures === 1 ? "" : ` (${this.#failures} times since the last complaint)`;
    this.#failures = 0;
    this.#options.log.error(`${program} was not told of an event: ${reason}${times}`, noticeTopic);
  }
}
