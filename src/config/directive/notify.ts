// `notify COMMAND`: who is told what happens (docs/events.md). Only hb has it.

import { quote } from "../unit.ts";
import type { Directives } from "./directive.ts";

export const notifyDirectives: Directives = {
  notify: {
    shape: "line",
    set(name, words, { draft, report }) {
      const [program] = words;
      if (program === undefined) return;
      if (draft.notify !== undefined) {
        const hint = "One program can tell several: it gets every event";
        report.error(name, '"notify" is given twice', hint);
        return;
      }
      if (!program.text.startsWith("/")) {
        const reason = `${quote(program.text)} does not begin with "/"`;
        report.error(program, `"notify" must be an absolute path: ${reason}`);
        return;
      }
      draft.notify = words.map(({ text }) => text);
    },
  },
};
