// Directives about the daemon itself: message format, logging, priority (heartbeat-config 2).

import { quote } from "../unit.ts";
import { choice, type Directives, flag, integer, path, scalar, time } from "./directive.ts";

/** Facilities of syslog(3). */
export const facilities: ReadonlySet<string> = new Set([
  ..."auth authpriv cron daemon ftp kern lpr mail news security syslog user uucp".split(" "),
  ...Array.from({ length: 8 }, (_, n) => `local${n}`),
]);

export const processDirectives: Directives = {
  msgfmt: choice("msgfmt", ["classic", "netstring"]),
  compression: choice("compression", ["zlib", "bz2"]),
  compression_threshold: integer("compressionThresholdKib", 1, 1_000_000),
  traditional_compression: flag("traditionalCompression"),
  log_badpack: flag("logBadpack"),

  logfile: path("logfile"),
  debugfile: path("debugfile"),
  logfacility: scalar("logfacility", (value) => {
    const facility = value.toLowerCase();
    if (facility === "none" || facilities.has(facility)) return { ok: true, value: facility };
    const reason = `${quote(value)} is none`;
    return { ok: false, want: "a facility of syslog", reason, hint: 'Usual: "daemon", "local0"' };
  }),
  use_logd: flag("useLogd"),
  conn_logd_time: time("connLogdMs"),
  syslogmsgfmt: flag("syslogmsgfmt"),
  log_format: choice("logFormat", ["text", "json", "classic"]),
  debug: integer("debug", 0, 255),

  realtime: flag("realtime"),
  rtprio: integer("rtprio", 1, 99),
  memreserve: integer("memreserveKib", 1, 100_000_000),
  coredumps: flag("coredumps"),
  coreroot: path("coreroot"),
  normalpoll: flag("normalpoll"),
};
