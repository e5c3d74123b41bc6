// The journal: events on the disk, for `hb events` and for the next morning. Bounded, and never in the way:
// a disk that is full, read-only or asleep costs events, which are counted and told, but no time.
//
// Nothing is synced: the kernel writes it within seconds, and a power cut may cost those.

import { reasonOf } from "../../../ffi/error.ts";
import { firstLine } from "../disk.ts";
import type { Line } from "../line.ts";
import type { Log } from "../log.ts";
import { within } from "../within.ts";
import { append } from "./append.ts";
import { type Event, eventOf, journalTopic, type Origin } from "./event.ts";

/** Of each of the two files: some thousand events. */
const fileBytesMax = 1024 * 1024;
/** What a disk that does not answer may make us keep. */
const queueBytesMax = 256 * 1024;
/** A disk that stays full is told of so often. */
const complainEveryMs = 60_000;

export interface JournalOptions {
  readonly path: string;
  readonly origin: Origin;
  complain(text: string): void;
  /** Absent: the file's own. */
  readonly append?: (path: string, lines: Uint8Array, bytesMax: number) => Promise<void>;
}

/** The journal of this node: it hears the log from now on. `told`: who wants to know of events as well. */
export function journalOf(
  path: string,
  node: string,
  log: Log,
  told: (event: Event) => void = () => {},
): Journal {
  const boot = firstLine("/proc/sys/kernel/random/boot_id", "");
  const complain = (text: string) => log.error(text, journalTopic);
  const journal = new Journal({ path, origin: { boot, node }, complain });
  log.listen((line) => {
    const event = journal.hear(line);
    if (event !== undefined) told(event);
  });
  return journal;
}

export class Journal {
  readonly #options: JournalOptions;
  #queue: string[] = [];
  #bytes = 0;
  #lost = 0;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Keeps the event that a log line is; gives it back. Never waits. */
  hear(line: Line): Event | undefined {
    const event = eventOf(line, this.#options.origin);
    if (event !== undefined) this.#push(`${JSON.stringify(event)}\n`);
    return event;
  }

  /** Resolves when everything is written, or after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    if (this.#writing !== undefined) await within(limitMs, this.#writing);
  }

  #push(line: string): void {
    if (this.#bytes + line.length > queueBytesMax) {
      this.#lost += 1;
      return;
    }
    this.#queue.push(line);
    this.#bytes += line.length;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    const { path } = this.#options;
    while (this.#queue.length > 0) {
      const lost = this.#lost;
      const lines = [...(lost > 0 ? [this.#gap(lost)] : []), ...this.#queue];
      const count = this.#queue.length;
      this.#queue = [];
      this.#bytes = 0;
      try {
        await (this.#options.append ?? append)(path, Buffer.from(lines.join("")), fileBytesMax);
        this.#lost -= lost;
      } catch (error) {
        this.#lost += count;
        this.#complain(`${this.#lost} events are not in ${path}: ${reasonOf(error)}`);
      }
    }
  }

  #gap(count: number): string {
    const text = `${count} ${count === 1 ? "event is" : "events are"} missing before this one`;
    const line: Line = {
      at: new Date(),
      level: "warn",
      topic: "gap",
      text,
      fields: { lost: count },
    };
    return `${JSON.stringify(eventOf(line, this.#options.origin))}\n`;
  }

  #complain(text: string): void {
    const now = performance.now();
    if (now - this.#complainedAt < complainEveryMs) return;
    this.#complainedAt = now;
    this.#options.complain(text);
  }
}
