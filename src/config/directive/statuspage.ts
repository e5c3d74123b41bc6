// `status_page WHERE`: a page for people, programs and monitoring (docs/status-page.md). Only hb has it.

import { readListenPlace, sayListenPlace } from "../listen.ts";
import { quote } from "../unit.ts";
import { type Directives, sayWrong } from "./directive.ts";

/** Loopback, a network or two, a socket: who wants more has another plan. */
const placesMax = 8;

export const statusPageDirectives: Directives = {
  status_page: {
    shape: "list",
    set(name, value, { draft, report }) {
      const place = readListenPlace(value.text);
      if (!place.ok) {
        sayWrong(name, value, place, report);
        return;
      }
      const places = draft.statusPage ?? [];
      const word = sayListenPlace(place.value);
      if (places.some((other) => sayListenPlace(other) === word)) {
        report.error(value, `${quote(word)} is given twice`);
      } else if (places.length === placesMax) {
        report.error(value, `"status_page" has at most ${placesMax} places`);
      } else {
        draft.statusPage = [...places, place.value];
      }
    },
  },
};
