// Who looks at the page right now: each gets the state once a second, and events at once, as server-sent
// events (HTML standard, 9.2). Who does not read what he is sent is let go.

import type { ServerResponse } from "node:http";
import type { Snapshot } from "../../core/snapshot.ts";
import type { Event } from "../journal/event.ts";

const everyMs = 1_000;
/** Some seconds of a large cluster. */
const unreadBytesMax = 1024 * 1024;
export const viewersMax = 16;

export class Viewers {
  readonly #snapshot: () => Promise<Snapshot | undefined>;
  readonly #all = new Set<ServerResponse>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAsking = false;

  constructor(snapshot: () => Promise<Snapshot | undefined>) {
    this.#snapshot = snapshot;
  }

  get count(): number {
    return this.#all.size;
  }

  /** Takes one in, with what has happened before; false when there are too many. */
  welcome(viewer: ServerResponse, events: readonly Event[]): boolean {
    if (this.#all.size >= viewersMax) return false;
    this.#all.add(viewer);
    const leave = () => this.#leave(viewer);
    viewer.on("close", leave);
    viewer.on("error", leave);
    this.#send(viewer, frame("events", events));
    this.#timer ??= setInterval(() => this.#tell(), everyMs);
    this.#tell();
    return true;
  }

  hear(event: Event): void {
    if (this.#all.size > 0) this.#sendAll(frame("events", [event]));
  }

  close(): void {
    for (const viewer of this.#all) viewer.destroy();
    this.#all.clear();
    this.#rest();
  }

  async #tell(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const snapshot = await this.#snapshot();
    this.#isAsking = false;
    this.#sendAll(frame("status", snapshot ?? null));
  }

  #sendAll(words: string): void {
    for (const viewer of this.#all) this.#send(viewer, words);
  }

  #send(viewer: ServerResponse, words: string): void {
    viewer.write(words);
    if (viewer.writableLength > unreadBytesMax) viewer.destroy();
  }

  #leave(viewer: ServerResponse): void {
    this.#all.delete(viewer);
    if (this.#all.size === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function frame(event: string, value: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;
}
