import { expect, test } from "bun:test";
import { parseHaCf } from "../../src/config/hacf.ts";
import { parseHaresources } from "../../src/config/haresources.ts";
import { neededBy, othersPrograms, withoutRoot } from "../../src/desk/permission.ts";
import { plainRouter } from "../plainrouter.ts";

const lowPorts = 1_024;

function filesOf(haCf: string, haresources: string) {
  const { conf } = parseHaCf(haCf, "ha.cf");
  const { groups } = parseHaresources(haresources, "haresources");
  return { ...conf, groups, routers: [] };
}

test.each([
  ["bcast eth0\n", "", ["CAP_NET_RAW", "CAP_NET_BIND_SERVICE"]],
  ["udpport 6940\nbcast eth0\n", "", ["CAP_NET_RAW"]],
  ["serial /dev/ttyS0\n", "alice apache2\n", ["CAP_NET_RAW"]],
  ["serial /dev/ttyS0\n", "alice 10.0.0.100 apache2\n", ["CAP_NET_RAW", "CAP_NET_ADMIN"]],
] as const)("neededBy() of %j with the groups %j is %j", (haCf, haresources, needed) => {
  expect(neededBy(filesOf(haCf, haresources), lowPorts)).toEqual([...needed]);
});

test("neededBy() counts the addresses of virtual routers, and ports that this host opens", () => {
  const files = filesOf("bcast eth0\n", "");
  expect(neededBy({ ...files, routers: [plainRouter] }, 600)).toEqual([
    "CAP_NET_RAW",
    "CAP_NET_ADMIN",
  ]);
});

test.each([
  [0, "alice 10.0.0.100 apache2\n", []],
  [990, "alice 10.0.0.100\n", []],
  [
    990,
    "alice 10.0.0.100 apache2\nbob apache2\n",
    [
      "Not root: scripts run as user 990: apache2",
      "Not root: this host cannot be rebooted when a script cannot stop its resource",
    ],
  ],
] as const)("withoutRoot() tells user %d of %j", (user, haresources, told) => {
  expect(withoutRoot(filesOf("", haresources), user)).toEqual([...told]);
});

test("withoutRoot() does not speak of a reboot that nobody asks for", () => {
  const files = filesOf("on_stop_failure ignore\n", "alice apache2\n");
  expect(withoutRoot(files, 990)).toEqual(["Not root: scripts run as user 990: apache2"]);
});

test("othersPrograms() are those that only root can start", () => {
  const program = (user: string) =>
    ({ kind: "respawn", user, path: "/bin/x", line: "/bin/x secret" }) as const;
  const children = [program("me"), program("you"), { kind: "pacemaker" } as const];
  const me = { uid: 7, username: "me" };
  expect(othersPrograms(children, me)).toEqual([
    "Not root: programs of other users cannot be started: /bin/x of you",
  ]);
  expect(othersPrograms([program("me")], me)).toEqual([]);
  expect(othersPrograms(children, { ...me, uid: 0 })).toEqual([]);
});
