// What `heartbeat -D` prints: the directives of 3.0.6 that have a value without being written, in its form.

const rows: readonly (readonly [name: string, value: string, what: string])[] = [
  ["cluster", "linux-ha", "the name of cluster"],
  ["hopfudge", "1", "# of hops above cluster size"],
  ["keepalive", "1000ms", "keepalive time"],
  ["deadtime", "30000ms", "node deadtime"],
  ["baud", "19200", "baud rate"],
  ["auto_failback", "legacy", "auto failback"],
  ["hbgenmethod", "file", "protocol generation computation method"],
  ["realtime", "true", "enable realtime behavior?"],
  ["msgfmt", "classic", "message format in the wire"],
  ["conn_logd_time", "60", "the interval to reconnect to logd"],
  ["log_badpack", "true", "warn about bad packets"],
  ["syslogmsgfmt", "true", "log to files in syslog format"],
  ["coredumps", "true", "enable Linux-HA core dumps"],
  ["pacemaker", "false", "enable Pacemaker resource management"],
  ["autojoin", "none", "set automatic join mode/style"],
  ["uuidfrom", "file", "set the source for uuid"],
  ["compression", "zlib", "set compression module"],
  ["compression_threshold", "2", "set compression threshold"],
  ["traditional_compression", "no", "set traditional_compression"],
  ["max_rexmit_delay", "250", "set the maximum rexmit delay time"],
  ["record_config_changes", "on", "record changes to the cib (valid only with: pacemaker on)"],
  [
    "record_pengine_inputs",
    "on",
    "record the input used by the policy engine (valid only with: pacemaker on)",
  ],
  [
    "enable_config_writes",
    "on",
    "write configuration changes to disk (valid only with: pacemaker on)",
  ],
  ["memreserve", "6500", "number of kbytes to preallocate in heartbeat"],
];

const row = (name: string, value: string, what: string) =>
  `${name.padEnd(25)}${value.padEnd(10)}${what}`;

export const heartbeatDefaults = [
  row("Directive", "Default", "Description"),
  "-".repeat(80),
  ...rows.map((each) => row(...each)),
].join("\n");
