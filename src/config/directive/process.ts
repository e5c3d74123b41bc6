// Directives about the daemon itself: message format, logging, priority (heartbeat-config 2).

import { quote } from "../unit.ts";
import {
  choice,
  type Directives,
  flag,
  integer,
  type ListDirective,
  path,
  scalar,
  time,
  withWarning,
} from "./directive.ts";

/** Facilities of syslog(3). */
export const facilities: ReadonlySet<string> = new Set([
  ..."auth authpriv cron daemon ftp kern lpr mail news security syslog user uucp".split(" "),
  ...Array.from({ length: 8 }, (_, n) => `local${n}`),
]);

const small = "its messages are too small to compress";
const kernels = "the limits and the core_pattern of the kernel count";
/** Of 3.0.6's booleans (heartbeat-config 1). */
const [on, off] = ["on yes true y 1".split(" "), "off no false n 0".split(" ")];

export const processDirectives: Directives = {
  msgfmt: choice("msgfmt", ["classic", "netstring"]),
  compression: unused(choice("compression", ["zlib", "bz2"]), ["zlib"], small),
  compression_threshold: unused(integer("compressionThresholdKib", 1, 1_000_000), ["2"], small),
  traditional_compression: unused(flag("traditionalCompression"), off, small),
  log_badpack: unused(flag("logBadpack"), on, "rejected packets are counted and logged"),

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
  coredumps: unused(flag("coredumps"), on, kernels),
  coreroot: unused(path("coreroot"), [], kernels),
  normalpoll: unused(flag("normalpoll"), on, "it has one way to wait"),
};

/** What it asks for is not to be had; who writes what 3.0.6 does anyway asks for nothing. */
function unused(directive: ListDirective, usual: readonly string[], why: string): ListDirective {
  return withWarning(directive, (name, value) => {
    if (usual.includes(value.toLowerCase())) return undefined;
    return [`"${name.text}" has no effect in hb: ${why}`, "Leave it out"];
  });
}
