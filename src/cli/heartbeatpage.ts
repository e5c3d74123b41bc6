// What `heartbeat -v` prints before it starts: the configuration as 3.0.6 shows it, line for line (measured on it).
// Directives that only hb knows are not in it; `hb check --print` has them.

import type { HaConf } from "../config/haconf.ts";
import type { Medium } from "../config/medium.ts";
import { parametersOf } from "../config/parameter.ts";
import { heartbeatDirectives } from "../text/heartbeat.ts";

const rule = `#${"-".repeat(51)}`;

/** The page of a host; `debug` is how often -d stands on the command line, which counts where ha.cf has no level. */
export function heartbeatPage(host: string, conf: HaConf, debug: number): string {
  const values = new Map(parametersOf(conf));
  // -l is no word of ha.cf, and is not shown.
  values.set("realtime", conf.written.realtime ?? "true");
  if (conf.written.debug === undefined) values.set("debug", `${debug}`);
  for (const [name, value] of Object.entries(logPlaces(conf))) values.set(name, value);
  const settings = heartbeatDirectives.flatMap(([name, what]) => {
    const value = values.get(name);
    return value === undefined ? [] : [`${name}\t${value}\t#\t${what}`];
  });
  return [
    ...["#", `#\tLinux-HA heartbeat configuration (on ${host})`, "#", "", rule],
    ...["#", "#\tHA configuration and status", "#", ...settings],
    ...["#", "#\tHA Cluster nodes:", "#"],
    ...conf.listed.map((name) => `node ${name}\t#\t current status: init`),
    ...["#", "#\tCommunications media:"],
    ...conf.media.flatMap((medium) => ["#", `# ${kindOf(medium)} -------------`, line(medium)]),
    rule,
  ].join("\n");
}

/** What 3.0.6 sets where ha.cf says little of the log. */
function logPlaces({ written }: HaConf): Record<string, string> {
  const { logfacility, logfile, debugfile, use_logd } = written;
  if (logfile !== undefined || debugfile !== undefined) return {};
  if (logfacility !== undefined) return { logfile: "/dev/null", debugfile: "/dev/null" };
  return use_logd === undefined ? { use_logd: "yes" } : {};
}

function kindOf({ kind }: Medium): string {
  switch (kind) {
    case "bcast":
      return "UDP/IP broadcast heartbeat channel";
    case "ucast":
      return "UDP/IP unicast heartbeat channel";
    case "mcast":
    case "mcast6":
      return "UDP/IP multicast heartbeat channel";
    case "ucast6":
      return "UDP/IPv6 unicast heartbeat channel";
    case "ping":
    case "ping6":
      return "ping membership heartbeat channel";
    case "ping_group":
      return "ping group membership heartbeat channel";
    case "serial":
      return "serial ring heartbeat channel";
    case "ppp":
      return "PPP heartbeat channel";
  }
}

/** Only where it is: neither peers nor groups, as 3.0.6 has it. */
function line(medium: Medium): string {
  return `${medium.kind} ${"device" in medium ? medium.device : medium.name}`;
}
