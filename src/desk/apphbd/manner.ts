// The log of the application-heartbeat server, in the form that 3.0.6's apphbd has: by its own name everywhere.

import { heartbeatLine, journalLine, type Line, syslogPacket } from "../line.ts";
import type { Manner } from "../log.ts";

const program = "apphbd";

/** `isJournal`: the terminal is the journal, which adds time and process. */
export function apphbdManner(isJournal: boolean): Manner {
  const line = (each: Line) => heartbeatLine(each, program);
  return {
    terminal: isJournal ? journalLine : line,
    stream: () => "stderr",
    syslog: (each, facility) => syslogPacket(each, facility, program),
    file: line,
  };
}
