// The programs that listen on the control socket, and what each of them is told.
//
// A new one hears everything as it is, and then what changes: it never has to ask.

import type { Snapshot } from "../../core/snapshot.ts";
import { type Message, textOf } from "../../wire/message.ts";
import { type Change, changes } from "./change.ts";
import { type Heard, heardOf } from "./heard.ts";
import type { ListenWish } from "./wish.ts";

export type Told = Change | Heard;

interface Listener {
  readonly wish: ListenWish;
  readonly tell: (told: Told) => void;
  /** What it was told of; undefined: nothing yet. */
  known: Snapshot | undefined;
}

export interface Hearing {
  /** The view that was asked for is there. */
  begin(now: Snapshot): void;
  end(): void;
}

export class Listeners {
  readonly #listeners = new Set<Listener>();
  readonly #tuned: () => void;

  /** `tuned` is called when a channel may have got its first listener, or lost its last. */
  constructor(tuned: () => void = () => {}) {
    this.#tuned = tuned;
  }

  /** Whether anybody listens on any channel. */
  get hasChannels(): boolean {
    return [...this.#listeners].some(({ wish }) => wish.channels.length > 0);
  }

  /** From now on what changes is told to it, after everything as it is: whichever comes first, a view that is
   *  published or the one that was asked for. */
  add(wish: ListenWish, tell: (told: Told) => void): Hearing {
    const listener: Listener = { wish, tell, known: undefined };
    this.#listeners.add(listener);
    this.#tuned();
    return {
      begin: (now) => {
        if (listener.known === undefined) this.#catchUp(listener, now);
      },
      end: () => {
        this.#listeners.delete(listener);
        this.#tuned();
      },
    };
  }

  /** The cluster's view changed. */
  published(snapshot: Snapshot): void {
    for (const listener of this.#listeners) this.#catchUp(listener, snapshot);
  }

  /** A message to a client's name arrived, or was said here. */
  delivered(message: Message): void {
    const channel = textOf(message, "to_id");
    if (channel === undefined) return;
    const hearers = [...this.#listeners].filter(({ wish }) => wish.channels.includes(channel));
    if (hearers.length === 0) return;
    const heard = heardOf(message, channel);
    for (const { tell } of hearers) tell(heard);
  }

  #catchUp(listener: Listener, now: Snapshot) {
    const news = changes(listener.known, now, listener.wish.topics);
    listener.known = now;
    for (const change of news) listener.tell(change);
  }
}
