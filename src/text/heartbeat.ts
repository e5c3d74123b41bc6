// What `heartbeat -D` and `heartbeat -DW` print: the directives of 3.0.6 that have a value without being written, in
// its forms; and what it says of each directive that `heartbeat -v` knows.

/** In 3.0.6's order, with its words. */
export const heartbeatDirectives: readonly (readonly [name: string, what: string])[] = [
  ["cluster", "the name of cluster"],
  ["hopfudge", "# of hops above cluster size"],
  ["keepalive", "keepalive time"],
  ["deadtime", "node deadtime"],
  ["deadping", "ping deadtime"],
  ["initdead", "initial deadtime"],
  ["warntime", "warning time"],
  ["watchdog", "watchdog device"],
  ["baud", "baud rate"],
  ["udpport", "UDP port number"],
  ["logfacility", "syslog log facility"],
  ["logfile", "log file"],
  ["debugfile", "debug file"],
  ["auto_failback", "auto failback"],
  ["rtprio", "realtime priority"],
  ["hbgenmethod", "protocol generation computation method"],
  ["realtime", "enable realtime behavior?"],
  ["debug", "debug level"],
  ["msgfmt", "message format in the wire"],
  ["use_logd", "use logging daemon"],
  ["conn_logd_time", "the interval to reconnect to logd"],
  ["log_badpack", "warn about bad packets"],
  ["syslogmsgfmt", "log to files in syslog format"],
  ["coredumps", "enable Linux-HA core dumps"],
  ["coreroot", "set root directory of core dump area"],
  ["crmd_spawns_pengine", "should pengine be spawned directly by heartbeat"],
  ["pacemaker", "enable Pacemaker resource management"],
  ["autojoin", "set automatic join mode/style"],
  ["uuidfrom", "set the source for uuid"],
  ["compression", "set compression module"],
  ["compression_threshold", "set compression threshold"],
  ["traditional_compression", "set traditional_compression"],
  ["max_rexmit_delay", "set the maximum rexmit delay time"],
  ["record_config_changes", "record changes to the cib (valid only with: pacemaker on)"],
  [
    "record_pengine_inputs",
    "record the input used by the policy engine (valid only with: pacemaker on)",
  ],
  ["enable_config_writes", "write configuration changes to disk (valid only with: pacemaker on)"],
  ["memreserve", "number of kbytes to preallocate in heartbeat"],
  ["quorum_server", "the name or ip of quorum server"],
];

const standard: Readonly<Record<string, string>> = {
  cluster: "linux-ha",
  hopfudge: "1",
  keepalive: "1000ms",
  deadtime: "30000ms",
  baud: "19200",
  auto_failback: "legacy",
  hbgenmethod: "file",
  realtime: "true",
  msgfmt: "classic",
  conn_logd_time: "60",
  log_badpack: "true",
  syslogmsgfmt: "true",
  coredumps: "true",
  pacemaker: "false",
  autojoin: "none",
  uuidfrom: "file",
  compression: "zlib",
  compression_threshold: "2",
  traditional_compression: "no",
  max_rexmit_delay: "250",
  record_config_changes: "on",
  record_pengine_inputs: "on",
  enable_config_writes: "on",
  memreserve: "6500",
};

const rows = heartbeatDirectives.flatMap(([name, what]) => {
  const value = standard[name];
  return value === undefined ? [] : [{ name, value, what }];
});

const columns = (name: string, value: string, what: string) =>
  `${name.padEnd(25)}${value.padEnd(10)}${what}`;

export const heartbeatDefaults = [
  columns("Directive", "Default", "Description"),
  "-".repeat(80),
  ...rows.map(({ name, value, what }) => columns(name, value, what)),
].join("\n");

/** "conn_logd_time" → "ConnLogdTimeDirective". */
const wikiPage = (name: string) =>
  `${name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Directive`;

/** The same as the source of a page of the wiki that the project had. */
export const heartbeatWikiDefaults = [
  "##Put this output in the ha.cf/DefaultValues page",
  "The [wiki:ha.cf ha.cf] directives with default values are shown below - along with a brief description.",
  "This was produced by {{{heartbeat -DW}}} ''# (version 3.0.6)''",
  "",
  "||''Directive''||''Default''||''Description''||",
  ...rows.map(
    ({ name, value, what }) => `||[wiki:ha.cf/${wikiPage(name)} ${name}]||${value}||${what}||`,
  ),
].join("\n");
