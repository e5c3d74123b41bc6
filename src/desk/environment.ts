// The variables that scripts of Heartbeat find in their environment (heartbeat-config 9).
// Those of a single agent (OCF_RESKEY_…) are added where it is called.

import type { HaConf } from "../config/haconf.ts";
import { usesLogd } from "./logd/use.ts";
import type { Places } from "./place.ts";

/** Variables that are the business of the service manager and the agent, not of scripts. */
const ours = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "JOURNAL_STREAM", "LISTEN_FDS"];

/** What every script gets: our own environment, and the cluster's. */
export function scriptEnvironment(
  conf: HaConf,
  node: string,
  places: Pick<Places, "conf" | "ocfRoot" | "scratch">,
): Record<string, string> {
  const common: Record<string, string> = {
    ...inherited(),
    HA_CURHOST: node,
    HA_DIR: places.conf,
    HA_FUNCS: `${places.conf}/shellfuncs`,
    HA_RSCTMP: places.scratch,
    HA_DATEFMT: "%Y/%m/%d_%T\t",
    ...logdEnvironment(conf),
    HA_debug: String(conf.debug),
    HA_COMPRESSION: conf.compression,
    OCF_ROOT: places.ocfRoot,
    ...directives(conf),
  };
  if (conf.autoFailback !== "legacy") common.HA_NICEFAILBACK = "yes";
  if (conf.logfile !== undefined) common.HA_LOGFILE = conf.logfile;
  if (conf.debugfile !== undefined) common.HA_DEBUGLOG = conf.debugfile;
  if (conf.logfacility !== undefined) common.HA_LOGFACILITY = conf.logfacility;
  for (const [name, value] of conf.env) common[`HA_${name}`] = value;
  return common;
}

/** Scripts ask for HA_LOGD, programs that use Heartbeat's library for the others (logd.md, "Clients"). */
function logdEnvironment(conf: HaConf): Record<string, string> {
  const isUsed = usesLogd(conf);
  const { use_logd: spelt = isUsed ? "yes" : undefined, conn_logd_time: retry } = conf.written;
  return {
    HA_LOGD: isUsed ? "yes" : "no",
    ...(spelt !== undefined && { HA_use_logd: spelt }),
    ...(retry !== undefined && { HA_conn_logd_time: retry }),
  };
}

/** What is handed on of our own environment. */
export function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !ours.includes(entry[0]),
  );
  const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return { PATH, ...Object.fromEntries(entries) };
}

/** HA_<directive>: the settings that scripts read; times in milliseconds with their unit. */
function directives(conf: HaConf): Record<string, string> {
  const times = {
    keepalive: conf.keepaliveMs,
    deadtime: conf.deadtimeMs,
    warntime: conf.warntimeMs,
    initdead: conf.initdeadMs,
    deadping: conf.deadpingMs,
  };
  return {
    ...Object.fromEntries(Object.entries(times).map(([name, ms]) => [`HA_${name}`, `${ms}ms`])),
    HA_udpport: String(conf.udpport),
    HA_baud: String(conf.baud),
    HA_hopfudge: String(conf.hopfudge),
    HA_auto_failback: conf.autoFailback,
    HA_cluster: conf.cluster,
    HA_msgfmt: conf.msgfmt,
    HA_uuidfrom: conf.uuidfrom,
    HA_hbgenmethod: conf.hbgenmethod,
    HA_realtime: conf.realtime ? "true" : "false",
  };
}
