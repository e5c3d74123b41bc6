// The last few events below a page that is watched. A journal that is not there, or not to be read by
// whoever watches, leaves the page without them.

import type { Event } from "../desk/journal/event.ts";
import { Tail } from "../desk/journal/tail.ts";
import { plain, stampOf } from "../desk/line.ts";
import { eventsIn } from "../desk/place.ts";
import type { Paint } from "./column.ts";
import { coloured } from "./eventline.ts";
import type { Sheet } from "./sheet.ts";

const shown = 5;

export class Recent {
  readonly #tail: Tail;
  #last: Event[] = [];

  constructor(stateDir: string) {
    this.#tail = new Tail(eventsIn(stateDir));
  }

  /** Their section, newest last. */
  section(paint: Paint): Sheet["events"] {
    const heading = paint("bold", "Events");
    try {
      this.#last = [...this.#last, ...this.#tail.read()].slice(-shown);
    } catch {
      return { heading, lines: [] };
    }
    const lines = this.#last.map(({ at, level, text }) => {
      // The day is known to who watches.
      const time = stampOf(new Date(at)).slice("2026-01-01 ".length, -".000".length);
      return `  ${paint("dim", time)}  ${coloured(level, plain(text), paint)}`;
    });
    return { heading, lines };
  }

  close(): void {
    this.#tail.close();
  }
}
