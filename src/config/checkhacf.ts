// What the lines of ha.cf mean together: times that fit each other, a way to the other nodes, no promise
// that hb does not keep (heartbeat-config 1 "Checks after reading").

import { checkFencing } from "./checkfencing.ts";
import { checkLines, type LineFacts } from "./checkline.ts";
import { checkMembership } from "./checkmembership.ts";
import { checkTiming } from "./checktiming.ts";
import { pacemakerMode } from "./child.ts";
import { nodeCountMax } from "./directive/member.ts";
import type { FencingFacts } from "./fencing.ts";
import type { HaCf } from "./hacf.ts";
import type { HaConf } from "./haconf.ts";
import type { Medium } from "./medium.ts";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { Report, type Word } from "./report.ts";
import { quote } from "./unit.ts";

/** What is at the path of a program. */
export type ProgramKind = "program" | "missing" | "other";

/** What ha.cf itself does not say. */
export interface Around extends LineFacts {
  readonly file: string;
  readonly self: string;
  readonly devices?: readonly string[];
  /** False: the files are for this host, and pppd is not installed on it. */
  readonly pppd?: boolean;
  /** What a path of this host is; absent when the files are not for it. */
  readonly program?: (path: string) => ProgramKind;
  /** Absent when the files are not for this host. */
  readonly fencing?: FencingFacts;
}

/** One check's view: the values, where they stand, where to report. */
export interface View {
  readonly conf: HaConf;
  readonly report: Report;
  /** The value of a directive that counts; undefined when the file does not give it. */
  spot(directive: string): Word | undefined;
  /** Every value of a directive. */
  spots(directive: string): readonly Word[];
}

/** Everything that only the whole file shows. */
export function checkHaCf(haCf: HaCf, around: Around): readonly Problem[] {
  const report = new Report(around.file);
  const view: View = {
    conf: haCf.conf,
    report,
    spot: (directive) => haCf.spots.get(directive)?.at(-1),
    spots: (directive) => haCf.spots.get(directive) ?? [],
  };
  checkNodes(view, around);
  checkNodeCount(view);
  checkMedia(view, around);
  checkLines(view, around);
  checkTiming(view);
  checkFencing(view, around.self, around.fencing);
  checkGroups(view, around);
  checkLog(view);
  checkNotify(view, around);
  checkMembership(view);
  return report.problems;
}

function checkNodes({ conf, report, spot }: View, { self }: Around): void {
  const { nodes, autojoin } = conf;
  if (nodes.length === 0 && autojoin !== "any") {
    report.error(
      undefined,
      'No nodes are defined: "node" is not there',
      `Write: node ${self} OTHER`,
    );
  } else if (!nodes.includes(self) && autojoin !== "any") {
    const meant = nearest(self, nodes);
    report.error(
      spot("node"),
      `This node is not in the configuration: it is called ${quote(self)}`,
      meant === undefined
        ? `Add it: node ${self}`
        : `Is "${meant}" meant? A node is called by its "uname -n", or by the file nodeinfo`,
    );
  }
  if (nodes.length > 2) {
    report.warning(
      spot("node"),
      `${nodes.length} nodes are defined: with more than two, all of them must run hb`,
      "Heartbeat 3.0.6 moves groups rightly between two nodes only",
    );
  }
}

/** Ping nodes count as nodes: a message's list of nodes has one place for each. */
function checkNodeCount({ conf, report, spot }: View): void {
  const pings = conf.media.filter(isPing).length;
  const count = conf.nodes.length + pings;
  if (pings === 0 || count <= nodeCountMax) return;
  const word = spot("ping") ?? spot("ping6") ?? spot("ping_group");
  const message = `Too many nodes: ${count} with ping nodes, at most ${nodeCountMax} are possible`;
  report.error(word, message);
}

function isPing(medium: Medium): boolean {
  return medium.kind === "ping" || medium.kind === "ping6" || medium.kind === "ping_group";
}

const udpNames = ["bcast", "udp", "ucast", "ucast6", "mcast", "mcast6"] as const;
const lineNames = ["serial", "ppp", "ppp-udp"] as const;

const mediumHint = 'Write: bcast DEVICE; "ip link" lists the devices';

function checkMedia(view: View, { devices, pppd }: Around): void {
  const { conf, report, spot } = view;
  const ways = conf.media.filter((medium) => !isPing(medium));
  // What a wrong line would have been is told where it stands; that nothing is left is no news.
  const tried = [...udpNames, ...lineNames].some((name) => spot(name) !== undefined);
  if (ways.length === 0 && !tried) {
    if (conf.media.length === 0) {
      report.error(undefined, "No heartbeat media are defined", mediumHint);
    } else if (conf.nodes.length > 1 || conf.autojoin !== "none") {
      const spot = view.spot("ping") ?? view.spot("ping6") ?? view.spot("ping_group");
      const message = "No medium reaches the other nodes: each would hold every group";
      report.error(spot, message, mediumHint);
    }
  }
  if (spot("baud") !== undefined && lineNames.every((name) => spot(name) === undefined)) {
    report.warning(spot("baud"), '"baud" has no effect: there is no "serial" and no "ppp"');
  }
  if (pppd === false) checkPppd(view, ways);
  if (devices !== undefined) checkDevices(view, devices);
}

/** Alone, a node would take every group: without pppd something else must reach the others. */
function checkPppd({ report, spot }: View, ways: readonly Medium[]): void {
  const word = spot("ppp") ?? spot("ppp-udp");
  if (word === undefined) return;
  const message = "pppd is not installed on this host";
  const hint = 'Install the Debian package "ppp"';
  if (ways.some((medium) => medium.kind !== "ppp")) {
    report.warning(word, `${message}: one way less to the other nodes`, hint);
  } else {
    report.error(word, `${message}, and no other medium reaches the other nodes`, hint);
  }
}

function checkDevices({ report, spots }: View, devices: readonly string[]): void {
  const named = [...udpNames, "carp"].flatMap(spots);
  for (const device of named) {
    if (devices.includes(device.text)) continue;
    const meant = nearest(device.text, devices);
    report.warning(
      device,
      `This host has no interface ${quote(device.text)}`,
      meant === undefined ? `It has: ${devices.join(", ")}` : `Did you mean "${meant}"?`,
    );
  }
}

function checkGroups({ conf, report, spot }: View, { groups }: Around): void {
  const isSaid = spot("auto_failback") !== undefined || spot("nice_failback") !== undefined;
  if (!isSaid && pacemakerMode(conf.pacemaker) === "off") {
    report.warning(
      undefined,
      '"auto_failback" is not given: it is "legacy", as in Heartbeat 3.0.6',
      "Write it down, the same on every node: on (groups return home), off (they stay), legacy",
    );
  }
  if (conf.autojoin !== "none" && groups.length > 0) {
    report.error(
      spot("autojoin"),
      `"autojoin ${conf.autojoin}" does not go together with groups in haresources`,
      'Write "autojoin none" and name every node, or empty haresources',
    );
  }
  const scripts = groups.some((group) => group.resources.some((each) => each.kind === "script"));
  if (conf.onStopFailure !== "reboot" || (!scripts && spot("on_stop_failure") === undefined))
    return;
  report.warning(
    spot("on_stop_failure"),
    "THIS HOST IS REBOOTED at once when a script cannot stop its resource" +
      (spot("on_stop_failure") === undefined ? ", as with Heartbeat 3.0.6" : ""),
    'Write "on_stop_failure ignore" to go on instead: the resource may then run twice',
  );
}

function checkLog({ conf, report, spot }: View): void {
  const { logfile, debugfile } = conf;
  if (logfile || debugfile || spot("logfacility") || conf.useLogd !== false) return;
  report.warning(
    spot("use_logd"),
    "The log is on stderr alone: no logfile, debugfile or logfacility is given",
    'Heartbeat 3.0.6 does not start so; write for example "logfacility daemon"',
  );
}

/** The cluster is right without it, and its administrator asleep. */
function checkNotify({ conf, report, spot }: View, { program }: Around): void {
  const [path] = conf.notify ?? [];
  if (path === undefined || program === undefined) return;
  const found = program(path);
  if (found === "program") return;
  const reason = found === "missing" ? "there is no such file" : "it is not executable";
  const hint = found === "missing" ? undefined : `chmod 755 ${path}`;
  report.warning(spot("notify"), `Nobody is told what happens: ${quote(path)}: ${reason}`, hint);
}
