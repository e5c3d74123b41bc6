// What is in a support bundle, before the secrets are taken out: the configuration as it may be shown,
// what the agent knows, what happened, and facts of this host's network and kernel. No command lines,
// no environments, no scripts: nothing in them helps as much as it could tell.

import { readFileSync } from "node:fs";
import { byteString } from "../bytestring.ts";
import type { Case } from "../doctor/case.ts";
import { unitProperties } from "../doctor/check/unit.ts";
import type { Finding } from "../doctor/finding.ts";
import { agentPids } from "../doctor/look/process.ts";
import { tell } from "../doctor/tool.ts";
import { Tail } from "../journal/tail.ts";
import { ownLines, tailOf } from "./log.ts";
import type { Gathered } from "./secrets.ts";

const eventsMax = 1_000;

/** Files of /proc that tell of this network namespace and kernel. */
const kernelFiles: readonly string[] = [
  "loadavg",
  "meminfo",
  "uptime",
  "version",
  "modules",
  "net/dev",
  "net/udp",
  "net/udp6",
  "net/igmp",
  "net/igmp6",
  "net/snmp",
  "net/softnet_stat",
  "sys/kernel/sched_rt_runtime_us",
  "sys/net/ipv4/ip_forward",
  "sys/net/ipv4/conf/all/rp_filter",
  "sys/net/ipv4/conf/all/arp_ignore",
  "sys/net/ipv4/conf/all/arp_announce",
];

const commands: readonly (readonly [string, ...string[]])[] = [
  ["uname", "-srvmo"],
  ["ip", "-d", "-s", "link"],
  ["ip", "address"],
  ["ip", "rule"],
  ["ip", "route", "show", "table", "all"],
  ["ip", "neighbour"],
  ["nft", "list", "ruleset"],
  ["iptables-save"],
  ["ip6tables-save"],
  ["timedatectl", "show"],
  ["systemctl", "show", "-p", unitProperties.join(","), "hb.service"],
  ["journalctl", "-u", "hb", "-n", "2000", "--no-pager", "-o", "short-iso"],
];

/** Text of each file by its path, as bytes, one character each. */
export async function contentsOf(
  taken: Case,
  { haCf, authkeys, haresources }: Gathered,
  findings: readonly Finding[],
): Promise<Map<string, string>> {
  const { places, checked, now } = taken;
  const { conf } = checked;
  const files = new Map<string, string>([
    ["doctor.json", json(findings)],
    ["conf/ha.cf", haCf.text],
    ["conf/authkeys", authkeys.text],
    ["conf/haresources", haresources.text],
    ["events.jsonl", eventsOf(places.state, places.events)],
    ["system/os-release", textAt("/etc/os-release")],
  ]);
  if (now !== undefined) files.set("status.json", json(now));
  const logs = new Set([conf.logfile, conf.debugfile]);
  for (const path of logs) {
    if (path !== undefined) files.set(`log${path}`, ownLines(tailOf(path)));
  }
  for (const name of kernelFiles) files.set(`system/proc/${name}`, textAt(`/proc/${name}`));
  for (const [at, pid] of agentPids(places.pid).entries()) {
    for (const name of ["status", "limits", "cgroup", "oom_score_adj"]) {
      files.set(`agent/${at}/${name}`, textAt(`/proc/${pid}/${name}`));
    }
  }
  const said = await Promise.all(
    commands.map(async (argv) => [argv, await tell(...argv)] as const),
  );
  for (const [argv, told] of said) {
    if (told === undefined) continue;
    const text = told.ok ? byteString(told.stdout) : `(${byteString(told.reason)})\n`;
    const name = argv
      .slice(0, 2)
      .join("-")
      .replace(/[^\w-]/g, "");
    files.set(
      `system/${name}.txt`,
      argv[0] === "journalctl" ? journalLines(text) : uncommented(text),
    );
  }
  return files;
}

/** "2026-11-27T12:00:00+0000 alice hb[7]: topic: text": what hb said itself. */
function journalLines(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^\S+ \S+ (hb\[\d+\]: )/, "$1info: "));
  return ownLines(lines.join("\n"));
}

/** Whoever wrote a rule may have written anything beside it. */
function uncommented(text: string): string {
  return text
    .replace(/(--comment|comment) (?:"(?:[^"\\]|\\.)*"|\S+)/g, '$1 "…"')
    .replace(/^\s*alias .*$/gm, "");
}

/** Events that hb tells of itself; what scripts printed is none. */
function eventsOf(state: string, path: string): string {
  const tail = new Tail(path);
  try {
    const events = tail.read().slice(-eventsMax);
    return ownLines(events.map((event) => byteString(JSON.stringify(event))).join("\n"));
  } catch (error) {
    return `(${state}: ${error instanceof Error ? error.message : error})\n`;
  } finally {
    tail.close();
  }
}

function json(value: unknown): string {
  return `${byteString(JSON.stringify(value, undefined, 2))}\n`;
}

function textAt(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    return `(${error instanceof Error ? error.message : error})\n`;
  }
}
