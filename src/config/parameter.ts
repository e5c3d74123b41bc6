// What clients of the API are told of the configuration (getparm): the text as it stands in ha.cf, or what
// holds without a line (heartbeat-api.md 15).
//
// Only what Heartbeat itself records: neither nodes and media nor who may do what, and no directive of hb's
// own.

import type { HaConf } from "./haconf.ts";
import { readBoolean } from "./unit.ts";

/** What `getparm hbversion` says to whoever looks for what Heartbeat of that version can do. */
const version = "3.0.6";

/** Those that have no value while ha.cf does not give one. */
const withoutDefault = [
  "coreroot",
  "crmd_spawns_pengine",
  "debugfile",
  "logfacility",
  "logfile",
  "normalpoll",
  "quorum_server",
  "rtprio",
  "use_apphbd",
  "use_logd",
  "watchdog",
];

/** Values by name; what is absent is not set. */
export function parametersOf(conf: HaConf): ReadonlyMap<string, string> {
  const parameters = new Map(Object.entries(defaults(conf)));
  for (const name of [...parameters.keys(), ...withoutDefault]) {
    const written = conf.written[name];
    if (written !== undefined) parameters.set(name, written);
  }
  const pacemaker = parameters.get("pacemaker");
  if (pacemaker !== undefined) parameters.set("crm", pacemaker);
  return parameters.set("hbversion", version);
}

/** True when the resources are Pacemaker's business, by what `pacemaker` says. */
export function isPacemakerOn(pacemaker = "off"): boolean {
  const read = readBoolean(pacemaker);
  return !read.ok || read.value;
}

function defaults(conf: HaConf): Record<string, string> {
  return {
    cluster: conf.cluster,
    hopfudge: String(conf.hopfudge),
    keepalive: `${conf.keepaliveMs}ms`,
    deadtime: `${conf.deadtimeMs}ms`,
    warntime: `${conf.warntimeMs}ms`,
    initdead: `${conf.initdeadMs}ms`,
    deadping: `${conf.deadpingMs}ms`,
    max_rexmit_delay: String(conf.maxRexmitDelayMs),
    baud: String(conf.baud),
    udpport: String(conf.udpport),
    auto_failback: conf.autoFailback,
    autojoin: conf.autojoin,
    hbgenmethod: conf.hbgenmethod,
    uuidfrom: conf.uuidfrom,
    realtime: String(conf.realtime),
    debug: String(conf.debug),
    memreserve: String(conf.memreserveKib),
    msgfmt: conf.msgfmt,
    compression: conf.compression,
    compression_threshold: String(conf.compressionThresholdKib),
    traditional_compression: "no",
    conn_logd_time: String(conf.connLogdMs / 1000),
    log_badpack: String(conf.logBadpack),
    syslogmsgfmt: String(conf.syslogmsgfmt),
    coredumps: String(conf.coredumps),
    pacemaker: "false",
    record_config_changes: "on",
    record_pengine_inputs: "on",
    enable_config_writes: "on",
  };
}
