// What scripts and child programs find in their environment of the log daemon.

import { expect, test } from "bun:test";
import { parseHaCf } from "../../src/config/hacf.ts";
import { scriptEnvironment } from "../../src/desk/environment.ts";

function logdOf(haCf: string): Record<string, string> {
  const { conf } = parseHaCf(haCf, "ha.cf");
  const places = { conf: "/etc/ha.d", ocfRoot: "/usr/lib/ocf", scratch: "/run/rsctmp" };
  const all = scriptEnvironment(conf, "alice", places);
  return Object.fromEntries(Object.entries(all).filter(([name]) => /logd/i.test(name)));
}

test.each([
  ["logfacility daemon\n", { HA_LOGD: "no" }],
  ["logfacility none\n", { HA_LOGD: "no" }],
  ["use_logd off\n", { HA_LOGD: "no", HA_use_logd: "off" }],
  ["use_logd Yes\nlogfile /var/log/ha-log\n", { HA_LOGD: "yes", HA_use_logd: "Yes" }],
  [
    "use_logd on\nconn_logd_time 20\n",
    { HA_LOGD: "yes", HA_use_logd: "on", HA_conn_logd_time: "20" },
  ],
  // As 3.0.6: where no place is named, the daemon is used.
  ["", { HA_LOGD: "yes", HA_use_logd: "yes" }],
])("scriptEnvironment() for %j has %j", (haCf, expected) => {
  expect(logdOf(haCf)).toEqual(expected as Record<string, string>);
});
