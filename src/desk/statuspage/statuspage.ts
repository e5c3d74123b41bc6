// The status page of this node: the doors where it is served, and what is shown behind them. It only
// looks: nothing that is asked here reaches the core but the question for a snapshot, and that at most
// twice a second, whoever asks.

import { type ListenPlace, sayListenPlace } from "../../config/listen.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import html from "../../text/statuspage.html" with { type: "text" };
import { type CarpViews, Siblings, withCarp } from "../carp/sibling.ts";
import type { Event } from "../journal/event.ts";
import { Tail } from "../journal/tail.ts";
import type { Log } from "../log.ts";
import { Count } from "./count.ts";
import { Door } from "./door.ts";
import { exposition } from "./exposition.ts";
import type { Shown } from "./reply.ts";
import { type Usage, usageOf } from "./usage.ts";
import { Viewers } from "./viewers.ts";

/** So many events are shown; the journal has them all. */
const eventsMax = 200;
/** A snapshot that is younger is fresh. */
const freshMs = 500;
/** Who looks does not wait longer for processes of `hb carp`: a slow one is shown as it was. */
const siblingsWithinMs = 200;

export interface StatusPageOptions {
  readonly log: Log;
  readonly node: string;
  readonly version: string;
  /** The journal's file: what happened before this agent. */
  readonly journal: string;
  /** The run directory, where processes of `hb carp` listen. */
  readonly run: string;
}

/** What was seen in one look. */
interface Look {
  readonly snapshot: Snapshot | undefined;
  readonly carp: CarpViews;
}

/** Where the state comes from. */
export interface Source {
  snapshot(): Promise<Snapshot | undefined>;
  readonly pulsePid: number | undefined;
}

export const statusPageTopic = "status page";

export class StatusPage {
  readonly #options: StatusPageOptions;
  readonly #count = new Count();
  readonly #viewers = new Viewers(() => this.#whole());
  readonly #doors = new Map<string, Door>();
  readonly #shown: Shown;
  readonly #siblings: Siblings;
  #source: Source | undefined;
  #events: Event[] = [];
  #isRecalled = false;
  #last: { readonly at: number; readonly look: Promise<Look> } | undefined;

  constructor(options: StatusPageOptions) {
    this.#options = options;
    this.#siblings = new Siblings(options.run);
    this.#shown = {
      page: html.replaceAll("{{node}}", options.node),
      snapshot: () => this.#whole(),
      metrics: () => this.#metrics(),
      events: () => this.#events,
    };
  }

  /** Serves it in these places from now on, and in no others. */
  use(source: Source, places: readonly ListenPlace[] = []): void {
    this.#source = source;
    const wanted = new Map(places.map((place) => [sayListenPlace(place), place]));
    for (const [word, door] of this.#doors) {
      if (wanted.has(word)) continue;
      door.close();
      this.#doors.delete(word);
    }
    if (wanted.size > 0) this.#recall();
    for (const [word, place] of wanted) {
      if (!this.#doors.has(word)) this.#doors.set(word, this.#doorAt(place));
    }
  }

  /** Something happened. */
  hear(event: Event): void {
    this.#count.hear(event);
    this.#events.push(event);
    if (this.#events.length > eventsMax) this.#events.shift();
    this.#viewers.hear(event);
  }

  close(): void {
    for (const door of this.#doors.values()) door.close();
    this.#doors.clear();
    this.#viewers.close();
  }

  #doorAt(place: ListenPlace): Door {
    const { log, node } = this.#options;
    const complain = (text: string) => log.error(text, statusPageTopic);
    const names = [...new Set([node, node.split(".")[0] ?? node])];
    const parts = { shown: this.#shown, viewers: this.#viewers, names };
    return new Door({ place, ...parts, complain });
  }

  /** What happened before this agent began. */
  #recall(): void {
    if (this.#isRecalled) return;
    this.#isRecalled = true;
    const tail = new Tail(this.#options.journal);
    try {
      const first = this.#events[0]?.at ?? Number.POSITIVE_INFINITY;
      const before = tail.read().filter(({ at }) => at < first);
      this.#events = [...before, ...this.#events].slice(-eventsMax);
    } catch {
      // The journal complains of its disk by itself.
    } finally {
      tail.close();
    }
  }

  #fresh(): Promise<Look> {
    const now = performance.now();
    if (this.#last !== undefined && now - this.#last.at < freshMs) return this.#last.look;
    const look = this.#look();
    this.#last = { at: now, look };
    return look;
  }

  async #look(): Promise<Look> {
    const [snapshot, carp] = await Promise.all([
      this.#source?.snapshot(),
      this.#siblings.look(siblingsWithinMs),
    ]);
    return { snapshot, carp };
  }

  /** What `hb status --json` prints. */
  async #whole(): Promise<Snapshot | undefined> {
    const { snapshot, carp } = await this.#fresh();
    return snapshot && withCarp(snapshot, carp);
  }

  async #metrics(): Promise<string> {
    const pids = [["desk", process.pid] as const, ["pulse", this.#source?.pulsePid] as const];
    const usage = new Map<string, Usage>();
    for (const [name, pid] of pids) {
      const used = pid === undefined ? undefined : usageOf(pid);
      if (used !== undefined) usage.set(name, used);
    }
    const { snapshot, carp } = await this.#fresh();
    const viewers = this.#viewers.count;
    return exposition({
      version: this.#options.version,
      snapshot,
      carp,
      count: this.#count,
      usage,
      viewers,
    });
  }
}
