// Prints what was understood, in the words of the files themselves: read again, it means the same.
// What Heartbeat 3.0.6 knows comes in its own spelling; what only hb knows is left out while it has its
// default.

import { printRouter } from "./carp/print.ts";
import { complete, type HaConf } from "./haconf.ts";
import { sayListenPlace } from "./listen.ts";
import type { Medium } from "./medium.ts";
import type { GroupSpec } from "./resource.ts";
import { writeTime } from "./unit.ts";

/** ha.cf, with every default that matters spelled out. */
export function printHaCf(conf: HaConf): string {
  const standard = complete({
    keepaliveMs: conf.keepaliveMs,
    deadtimeMs: conf.deadtimeMs,
    udpport: conf.udpport,
  });
  const lines: string[] = [];
  const write = (directive: string, ...words: readonly (string | number)[]) => {
    lines.push([directive, ...words].join(" "));
  };
  const writeOther = <Key extends keyof HaConf>(
    directive: string,
    key: Key,
    spell: (value: NonNullable<HaConf[Key]>) => string | number,
  ) => {
    const value = conf[key];
    if (value !== undefined && value !== standard[key]) write(directive, spell(value));
  };
  const same = (value: string | number) => value;
  const onOff = (value: boolean) => (value ? "on" : "off");

  write("keepalive", writeTime(conf.keepaliveMs));
  write("deadtime", writeTime(conf.deadtimeMs));
  write("warntime", writeTime(conf.warntimeMs));
  write("initdead", writeTime(conf.initdeadMs));
  writeOther("deadping", "deadpingMs", writeTime);
  writeOther("max_rexmit_delay", "maxRexmitDelayMs", same);

  write("udpport", conf.udpport);
  writeOther("hopfudge", "hopfudge", same);
  writeOther("serial_flow", "serialFlow", same);
  writeOther("serial_ring", "serialRing", onOff);
  lines.push(...printMedia(conf, standard.baud));

  for (const node of conf.nodes) write("node", node);
  write("auto_failback", conf.autoFailback);
  writeOther("autojoin", "autojoin", same);
  writeOther("cluster", "cluster", same);
  writeOther("uuidfrom", "uuidfrom", same);
  writeOther("hbgenmethod", "hbgenmethod", same);
  writeOther("quorum_server", "quorumServer", same);

  for (const router of conf.routers) lines.push(printRouter(router));

  for (const { host, type, parameters } of conf.stonith) {
    const words = host === undefined ? ["stonith"] : ["stonith_host", host];
    lines.push([...words, type, parameters].join(" ").trimEnd());
  }
  writeOther("watchdog", "watchdog", same);
  writeOther("crmd_spawns_pengine", "crmdSpawnsPengine", onOff);
  writeOther("resource_timeout", "resourceTimeoutMs", writeTime);
  writeOther("on_stop_failure", "onStopFailure", same);
  writeOther("announce_interval", "announceIntervalMs", writeTime);
  writeOther("address_lease", "addressLease", (lease) =>
    typeof lease === "string" ? lease : writeTime(lease.ms),
  );
  writeOther("address_method", "addressMethod", same);

  for (const { client, uids, gids } of conf.apiauth) {
    const rights = [
      ...(uids.length > 0 ? [`uid=${uids.join(",")}`] : []),
      ...(gids.length > 0 ? [`gid=${gids.join(",")}`] : []),
    ];
    write("apiauth", client, ...rights);
  }
  for (const child of conf.children) {
    if (child.kind === "pacemaker") write("pacemaker", conf.pacemaker);
    else write(child.kind, child.user, child.line);
  }
  writeOther("child_timeout", "childTimeoutMs", writeTime);
  for (const [name, value] of conf.env) write("env", `${name}=${value}`);
  writeOther("use_apphbd", "useApphbd", onOff);
  writeOther("membership", "membership", onOff);
  writeOther("quorum_policy", "quorumPolicy", same);

  writeOther("msgfmt", "msgfmt", same);
  writeOther("compression", "compression", same);
  writeOther("compression_threshold", "compressionThresholdKib", same);
  writeOther("traditional_compression", "traditionalCompression", onOff);
  writeOther("log_badpack", "logBadpack", onOff);

  writeOther("notify", "notify", (words) => words.join(" "));
  for (const place of conf.statusPage ?? []) write("status_page", sayListenPlace(place));
  writeOther("logfile", "logfile", same);
  writeOther("debugfile", "debugfile", same);
  writeOther("logfacility", "logfacility", same);
  writeOther("use_logd", "useLogd", onOff);
  writeOther("conn_logd_time", "connLogdMs", writeTime);
  writeOther("syslogmsgfmt", "syslogmsgfmt", onOff);
  writeOther("log_format", "logFormat", same);
  writeOther("debug", "debug", same);

  writeOther("realtime", "realtime", onOff);
  writeOther("rtprio", "rtprio", same);
  writeOther("memreserve", "memreserveKib", same);
  writeOther("coredumps", "coredumps", onOff);
  writeOther("coreroot", "coreroot", same);
  writeOther("normalpoll", "normalpoll", onOff);
  return `${lines.join("\n")}\n`;
}

/** haresources: one line for each group. */
export function printHaresources(groups: readonly GroupSpec[]): string {
  return groups
    .map(({ owner, resources }) => `${[owner, ...resources.map((each) => each.word)].join(" ")}\n`)
    .join("");
}

/** The media; `baud` stands above the first serial line that has it. */
function printMedia({ media, baud }: HaConf, standardBaud: number): string[] {
  const lines = media.map(printMedium);
  if (baud === standardBaud) return lines;
  const first = media.findIndex((medium) => medium.kind === "serial" && medium.baud === baud);
  return lines.toSpliced(first === -1 ? lines.length : first, 0, `baud ${baud}`);
}

function printMedium(medium: Medium): string {
  switch (medium.kind) {
    case "bcast":
      return `bcast ${medium.device}`;
    case "ucast":
    case "ucast6":
      return `${medium.kind} ${medium.device} ${medium.peer}`;
    case "mcast":
    case "mcast6": {
      const { kind, device, group, port, ttl, loop } = medium;
      return `${kind} ${device} ${group} ${port} ${ttl} ${loop ? 1 : 0}`;
    }
    case "ping":
    case "ping6":
      return `${medium.kind} ${medium.name}`;
    case "ping_group":
      return `ping_group ${medium.name} ${medium.addresses.join(" ")}`;
    case "serial":
      return `serial ${medium.device}`;
    case "ppp":
      return `ppp ${medium.device} ${medium.local}:${medium.remote ?? ""} ${medium.baud}`;
  }
}
