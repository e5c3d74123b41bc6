import { expect, test } from "bun:test";
import { parseHaCf } from "../../src/config/hacf.ts";
import { parametersOf } from "../../src/config/parameter.ts";

const given = (text: string, port?: number) => parametersOf(parseHaCf(text, "ha.cf", port).conf);

test.each([
  ["keepalive 500ms\n", "keepalive", "500ms"],
  ["keepalive 1\n", "keepalive", "1"],
  ["# keepalive 1\n", "keepalive", "1000ms"],
  ["deadtime 6\n", "warntime", "3000ms"],
  ["deadtime 6\n", "initdead", "12000ms"],
  ["deadtime 6\n", "deadping", "6000ms"],
  ["udpport 1694\n", "udpport", "1694"],
  ["realtime off\n", "realtime", "off"],
  ["node a\n", "realtime", "true"],
  ["nice_failback on\n", "auto_failback", "off"],
  ["auto_failback yes\n", "auto_failback", "yes"],
  ["pacemaker ccm-only\n", "crm", "ccm-only"],
  ["crm respawn\n", "pacemaker", "respawn"],
  ["node a\n", "pacemaker", "false"],
  ["logfacility local3\n", "logfacility", "local3"],
  ["node a\n", "conn_logd_time", "60"],
  ["node a\n", "hbversion", "3.0.6"],
  ["deadtime 5\ndeadtime 6\n", "deadtime", "6"],
] as const)("parametersOf() %j tells %s as %s", (text, name, value) => {
  expect(given(text).get(name)).toBe(value);
});

test.each(["node", "bcast", "apiauth", "address_lease", "watchdog", "logfacility", "KEEPALIVE"])(
  "parametersOf() does not tell %s",
  (name) => {
    const text = "node a b\nbcast eth0\napiauth x uid=root\naddress_lease off\n";
    expect(given(text).has(name)).toBe(false);
  },
);

test("parametersOf() tells the port of /etc/services where ha.cf has none", () => {
  expect(given("node a\n", 3694).get("udpport")).toBe("3694");
});
