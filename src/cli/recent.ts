// The last few events below a page that is watched. A journal that is not there, or not to be read by
// whoever watches, leaves the page without them.

import type { Event } from "../desk/journal/event.ts";
import { Tail } from "../desk/journal/tail.ts";
import { plain, stampOf } from "../desk/line.ts";
import { eventsIn } from "../desk/place.ts";
import type { Paint } from "./column.ts";
import { coloured } from "./eventline.ts";

const shown = 5;

export class Recent {
  readonly #tail: Tail;
  #last: Event[] = [];

  constructor(stateDir: string) {
    this.#tail = new Tail(eventsIn(stateDir));
  }

  /** The section, newest last; empty when there are none. */
  section(paint: Paint): string {
    try {
      this.#last = [...this.#last, ...this.#tail.read()].slice(-shown);
    } catch {
      return "";
    }
    if (this.#last.length === 0) return "";
    const lines = this.#last.map(({ at, level, text }) => {
      // The day is known to who watches.
      const time = stampOf(new Date(at)).slice("2026-01-01 ".length, -".000".length);
      return `  ${paint("dim", time)}  ${coloured(level, plain(text), paint)}`;
    });
    return [paint("bold", "Events"), ...lines].join("\n");
  }

  close(): void {
    this.#tail.close();
  }
}
