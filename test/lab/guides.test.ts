// The guides, word for word, on two hosts: their files are written, their commands typed, and what these print is
// what the page shows. Every command must succeed.
//
// alice is 10.0.0.1 and bob 10.0.0.2 on eth0, 10.1.0.1 and 10.1.0.2 on eth1. Files of a page stand on both hosts when
// the first command is typed; later ones on alice, where one edits.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type Command, type File, readPage, sectionOf, stepsOf } from "../page.ts";
import { built, HB, status } from "./agent.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { typed } from "./typing.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

/** No systemd runs in a lab: this starts and ends what its units would. */
const SYSTEMCTL = `#!/bin/bash
mainpid() { pgrep -o -f "$1"; }
gone() { while [ -n "$(mainpid "$1")" ]; do sleep 0.05; done; }
case "$*" in
"start hb" | "enable --now hb")
  setsid hb agent </dev/null >>/var/log/hb.log 2>&1 &
  for _ in $(seq 200); do hb status >/dev/null && exit 0; sleep 0.05; done; exit 1 ;;
"reload hb")
  before=$(grep -c "The configuration is adopted" /var/log/hb.log)
  kill -HUP $(mainpid "hb agent")
  for _ in $(seq 200); do
    [ $(grep -c "The configuration is adopted" /var/log/hb.log) -gt $before ] && exit 0; sleep 0.05
  done; exit 1 ;;
"stop hb") kill -TERM $(mainpid "hb agent"); gone "hb agent" ;;
"start keepalived")
  [ $(uname -n) = alice ] || sed -i "s/priority 100/priority 90/" /etc/ha.d/keepalived.conf
  keepalived -P -f /etc/ha.d/keepalived.conf ;;
"stop keepalived") kill -TERM $(mainpid "keepalived -P"); gone "keepalived -P" ;;
"disable keepalived" | "enable hb") ;;
*) echo "No such unit here: $*" >&2; exit 1 ;;
esac
`;

/** A service that can be started, stopped and asked. */
const SERVICE = `#!/bin/sh
state=/run/service.$(basename $0)
case $1 in
start) touch $state ;;
stop) rm -f $state ;;
status) [ -e $state ] && echo running || echo stopped ;;
esac
`;

/** Commands that a lab cannot run as they are, with what is done in their place. */
const otherwise: Record<string, (lab: Lab, host: Host) => void> = {
  // There is no sshd in a lab; test/lab/guide.test.ts has one, and test/cli/propagate.test.ts.
  "hb propagate": spread,
  // It ends with a key; test/cli/watch.test.ts presses it.
  "hb status --watch": () => {},
};

/** The files of a host, on the other one. */
function spread(lab: Lab, from: Host): void {
  for (const to of nodes(lab).filter((host) => host !== from)) {
    for (const name of ["ha.cf", "haresources"]) {
      to.write(`ha.d/${name}`, from.read(`ha.d/${name}`));
    }
    to.write("ha.d/authkeys", from.read("ha.d/authkeys"), 0o600);
  }
}

interface Guide {
  /** What is typed here; absent: all of it. */
  readonly section?: string;
  /** Hosts besides alice and bob. */
  readonly others?: readonly string[];
  readonly before?: (lab: Lab) => Promise<void> | void;
  /** What must be true when everything was typed. */
  readonly after?: (lab: Lab) => Promise<void> | void;
}

const guides: Readonly<Record<string, Guide>> = {
  "getting-started": {},
  cabling: {},
  security: { after: neverMissed },
  cloud: { others: ["provider"], before: provide, after: toldAgain },
  "from-keepalived": { after: changedOver },
  // test/lab/upgrade-guide.test.ts types the rest, beside the real one.
  "upgrade-from-heartbeat": {
    section: "From a cluster with crm or Pacemaker",
    before: leftRunning,
    after: neverStopped,
  },
  troubleshooting: { before: begin },
};

function nodes(lab: Lab): Host[] {
  return [lab.host("alice"), lab.host("bob")];
}

/** The address was put up once, and every packet could be read. */
async function neverMissed(lab: Lab): Promise<void> {
  const ups = lab.watch.changes.filter(({ address, up }) => up && address === "10.0.0.100");
  expect(ups.map(({ host }) => host)).toEqual(["alice"]);
  for (const host of nodes(lab)) {
    const { packets = [] } = (await status(host))?.pulse ?? {};
    expect(packets.flatMap(({ rejected }) => Object.values(rejected))).toEqual([]);
  }
}

/** 10.0.0.3 is who delivers addresses. */
function provide(lab: Lab): void {
  const fabric = join(import.meta.dir, "fabric.ts");
  lab.host("provider").spawn([process.execPath, fabric, "0.0.0.0", "8080"]);
}

/** A cut, in which bob tells the cloud last; alice, who keeps the group, tells it again. */
async function toldAgain(lab: Lab): Promise<void> {
  const [alice, provider] = [lab.host("alice"), lab.host("provider")];
  const holder = async () =>
    (await provider.exec(["curl", "-s", "http://10.0.0.3:8080/10.0.0.100"])).stdout.trim();
  await lab.cut("alice");
  await until(
    { what: "bob to have told", withinMs: SOON_MS },
    async () => (await holder()) === "bob",
  );
  await lab.mend("alice");
  await lab.watch.held("10.0.0.100", ["alice"], SOON_MS);
  await until(
    { what: "alice to tell again", withinMs: SOON_MS },
    async () => (await holder()) === "alice",
  );
  expect(alice.read("log/hb.log")).toContain("alone holds 10.0.0.100");
}

/** As Pacemaker leaves it in maintenance: the address is up and the service runs. */
async function leftRunning(lab: Lab): Promise<void> {
  const left = "ip addr add 10.0.0.100/24 dev eth0; /etc/ha.d/resource.d/apache2 start";
  await lab.host("alice").exec(["sh", "-c", left]);
}

/** The address stayed where it was, and the script was asked and not called to stop. */
function neverStopped(lab: Lab): void {
  const moves = lab.watch.changes.filter(({ address }) => address === "10.0.0.100");
  expect(moves.map(({ host, up }) => [host, up])).toEqual([["alice", true]]);
  expect(nodes(lab).map((host) => host.read("log/hb.log"))).toEqual(
    nodes(lab).map(() => expect.not.stringContaining("apache2 stop")),
  );
}

/** A cluster to look at. */
async function begin(lab: Lab): Promise<void> {
  for (const host of nodes(lab)) {
    host.write(
      "ha.d/ha.cf",
      "keepalive 500ms\ndeadtime 3\nbcast eth0\nauto_failback off\nnode alice bob\n",
    );
    host.write("ha.d/haresources", "alice 10.0.0.100/24/eth0\n");
    await host.exec(["/bin/bash", "-c", "PATH=/run:$PATH; systemctl start hb"]);
  }
}

/** The address was with keepalived and then with hb, on one host at any moment but for a short gap. */
function changedOver(lab: Lab): void {
  const moves = lab.watch.changes.filter(({ address }) => address === "10.0.0.100");
  expect(moves.map(({ host, up }) => [host, up])).toEqual([
    ["alice", true],
    ["alice", false],
    ["alice", true],
  ]);
}

async function settle(lab: Lab): Promise<void> {
  for (const [at, host] of lab.hosts.entries()) {
    const addresses = [0, 1].map(
      (net) =>
        `ip addr flush dev eth${net} scope global; ip addr add 10.${net}.0.${at + 1}/24 brd + dev eth${net}`,
    );
    await host.exec(["ln", "-s", HB, "/run/hb"]);
    await host.exec(["sh", "-c", addresses.join("; ")]);
    host.write("run/systemctl", SYSTEMCTL, 0o755);
    host.write("ha.d/resource.d/apache2", SERVICE, 0o755);
    host.write("ha.d/authkeys", "auth 1\n1 sha1 of-the-guides-alone\n", 0o600);
  }
}

function put(hosts: readonly Host[], { language, places: [place], text }: File): void {
  const path = inHost(place ?? `/etc/ha.d/${language}`);
  for (const host of hosts) host.write(path, text, language === "sh" ? 0o755 : 0o644);
}

/** Where on its disk a path of a host is. */
function inHost(path: string): string {
  const known = /^\/etc\/(?:ha\.d|keepalived)\/(.*)$/.exec(path);
  if (known === null) throw new Error(`A guide writes "${path}", which no lab has for each host`);
  return `ha.d/${known[1]}`;
}

async function type(lab: Lab, command: Command): Promise<void> {
  const { host: name, line } = command;
  const host = lab.host(name);
  const instead = otherwise[line];
  if (instead !== undefined) return instead(lab, host);
  await typed(command, (line) => host.exec(["/bin/bash", "-c", `PATH=/run:$PATH; ${line}`]));
}

test.concurrent.each(Object.entries(guides))(
  "docs/%s.md says what is so",
  async (page, { section, others = [], before, after }) => {
    await built();
    const text = readPage(`docs/${page}.md`);
    const steps = stepsOf(section === undefined ? text : sectionOf(text, section)).filter((step) =>
      step.kind === "command"
        ? step.host !== ""
        : step.places.every((place) => place.startsWith("/")),
    );
    await withLab({ hosts: ["alice", "bob", ...others], nets: 2, name: "guide" }, async (lab) => {
      await settle(lab);
      await before?.(lab);
      const begun = steps.findIndex(({ kind }) => kind === "command");
      for (const [at, step] of steps.entries()) {
        if (step.kind === "command") await type(lab, step);
        else put(at < begun ? nodes(lab) : [lab.host("alice")], step);
      }
      await after?.(lab);
    });
  },
);
