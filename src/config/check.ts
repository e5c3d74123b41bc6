// The three files together: what each says, what they mean as a whole, and everything that is wrong, in
// one run (heartbeat-config 1 "Checks after reading"). Pure: who reads the files brings the facts.

import type { Keyring } from "../wire/keyring.ts";
import { type FileFacts, parseAuthkeys } from "./authkeys.ts";
import type { Passfile } from "./carp/password.ts";
import { givePasswords } from "./carp/secret.ts";
import { checkRouters } from "./carp/together.ts";
import { checkChildren } from "./checkchild.ts";
import { checkHaCf, type ProgramKind } from "./checkhacf.ts";
import type { TtyKind } from "./checkline.ts";
import { policyOf, rulesOf } from "./checkmembership.ts";
import { pacemakerMode } from "./child.ts";
import type { ClusterConfig } from "./cluster.ts";
import { deviceOf, type FencingFacts } from "./fencing.ts";
import { type HaCf, parseHaCf } from "./hacf.ts";
import type { HaConf } from "./haconf.ts";
import { type HaResources, parseHaresources } from "./haresources.ts";
import { logPlaces, parseLogdCf, withLogd } from "./logdcf.ts";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { inOrder, Report } from "./report.ts";
import type { GroupSpec } from "./resource.ts";
import type { RouterConfig } from "./router.ts";
import { quote } from "./unit.ts";

/** A file as its reader found it. */
export interface Source {
  readonly file: string;
  /** ha.cf and haresources as UTF-8; authkeys as bytes, one character each (latin1). */
  readonly text?: string;
  /** Why there is no text: "ENOENT: no such file or directory". */
  readonly trouble?: string;
}

export interface Given {
  readonly haCf: Source;
  readonly authkeys: Source & { readonly facts?: FileFacts };
  readonly haresources: Source;
  /** Read when ha.cf says `use_logd on`; absent when the files are not for this host. */
  readonly logdCf?: Source;
  /** Reads a passfile that ha.cf names. */
  passfile?(path: string): Passfile;
  /** This node's name; any case. */
  readonly self: string;
  /** UDP port of the service ha-cluster in /etc/services, when it is there. */
  readonly defaultPort?: number;
  /** The interfaces of this host, when the files are for it. */
  readonly devices?: readonly string[];
  /** Whether pppd is installed on this host; absent when the files are not for it. */
  readonly pppd?: boolean;
  /** What a path of this host is; absent when the files are not for it. */
  readonly tty?: (path: string) => TtyKind;
  /** The same of a program. */
  readonly program?: (path: string) => ProgramKind;
  /** What it has of the program that works fencing devices. */
  readonly fencing?: FencingFacts;
}

export interface Checked {
  /** What ha.cf says, and of the log logd.cf where that one counts; good or not. */
  readonly conf: HaConf;
  readonly groups: readonly GroupSpec[];
  readonly keyring?: Keyring;
  /** The passfiles that were read. */
  readonly passfiles: readonly string[];
  /** Only when no problem is an error. */
  readonly cluster?: ClusterConfig;
  readonly problems: readonly Problem[];
}

/** Reads and checks everything. */
export function checkAll(given: Given): Checked {
  const self = given.self.toLowerCase();
  const haCf = parseHaCf(given.haCf.text ?? "", given.haCf.file, given.defaultPort);
  const { conf, problems: logdProblems } = readLogd(haCf, given);
  const keys = readKeys(given);
  // Where Pacemaker decides, hb only carries messages.
  const isPacemaker = pacemakerMode(conf.pacemaker) !== "off";
  const unread = isPacemaker ? given.haresources.text : undefined;
  const resources = parseHaresources(
    isPacemaker ? "" : (given.haresources.text ?? ""),
    given.haresources.file,
  );
  // Who lets nodes join and names no group wants membership alone, as with Heartbeat's option -M.
  const managesResources =
    !isPacemaker && (conf.autojoin === "none" || resources.groups.length > 0);

  const around = {
    file: given.haCf.file,
    self,
    groups: resources.groups,
    ...(given.devices && { devices: given.devices }),
    ...(given.pppd === undefined ? {} : { pppd: given.pppd }),
    ...(given.tty && { tty: given.tty }),
    ...(given.program && { program: given.program }),
    ...(given.fencing && { fencing: given.fencing }),
    ...(keys.keyring && { keyring: keys.keyring }),
  };
  const secrets = withPasswords(haCf, resources, given);
  const found = [
    ...troubles(given, managesResources),
    ...(given.haCf.text === undefined ? [] : [...haCf.problems, ...checkHaCf(haCf, around)]),
    ...keys.problems,
    ...resources.problems,
    ...logdProblems,
    ...checkOwners(haCf, resources, given),
    ...checkChildren(haCf, { ...given, ...(unread === undefined ? {} : { unread }) }),
    ...secrets.problems,
  ];
  const passfiles = secrets.files;
  const { haCf: first, authkeys, haresources, logdCf } = given;
  const all = [first, authkeys, haresources, ...(logdCf ? [logdCf] : [])];
  const files = [...all.map(({ file }) => file), ...passfiles];
  const problems = inOrder(found, files);

  const { keyring } = keys;
  const { groups } = resources;
  const read = { conf, groups, problems, passfiles, ...(keyring && { keyring }) };
  const good = !problems.some((problem) => problem.level === "error");
  if (!good || keyring === undefined) return read;
  const { routers } = secrets;
  return {
    ...read,
    cluster: clusterOf({ conf, self, keyring, groups, managesResources, routers }),
  };
}

/** The part of the configuration that the core and the pulse work with. */
export function clusterOf(parts: {
  readonly conf: HaConf;
  readonly self: string;
  readonly keyring: Keyring;
  readonly groups: readonly GroupSpec[];
  readonly managesResources: boolean;
  readonly routers: readonly RouterConfig[];
}): ClusterConfig {
  const { conf, self, keyring, groups, managesResources, routers } = parts;
  const device = managesResources ? deviceOf(conf, self) : undefined;
  return {
    self,
    nodes: conf.nodes.includes(self) ? conf.nodes : [...conf.nodes, self],
    autojoin: conf.autojoin,
    timing: {
      keepaliveMs: conf.keepaliveMs,
      deadtimeMs: conf.deadtimeMs,
      warntimeMs: conf.warntimeMs,
      initdeadMs: conf.initdeadMs,
      deadpingMs: conf.deadpingMs,
      maxRexmitDelayMs: conf.maxRexmitDelayMs,
    },
    media: conf.media,
    keyring,
    msgfmt: conf.msgfmt,
    hopfudge: conf.hopfudge,
    autoFailback: conf.autoFailback,
    groups: managesResources ? groups : [],
    managesResources,
    resourceTimeoutMs: conf.resourceTimeoutMs,
    onStopFailure: conf.onStopFailure,
    announceIntervalMs: conf.announceIntervalMs,
    addressLease: conf.addressLease,
    addressMethod: conf.addressMethod,
    realtime: conf.realtime,
    rtprio: conf.rtprio,
    memreserveKib: conf.memreserveKib,
    serialRing: conf.serialRing,
    ...(device === undefined ? {} : { fencing: device.type }),
    ...(conf.watchdog === undefined ? {} : { watchdog: conf.watchdog }),
    ...(conf.membership ? { consensus: { rules: rulesOf(conf), policy: policyOf(conf) } } : {}),
    routers,
  };
}

/** The virtual routers with their passwords, and what is wrong with them as a whole. */
function withPasswords(haCf: HaCf, { groups }: HaResources, given: Given) {
  const report = new Report(given.haCf.file);
  const { routers } = haCf.conf;
  const spots = haCf.spots.get("carp") ?? [];
  checkRouters(routers, groups, spots, report);
  const passfile = given.passfile ?? ((file: string) => ({ file, trouble: "it was not read" }));
  const secrets = givePasswords(routers, { passfile, spots }, report);
  return { ...secrets, problems: [...report.problems, ...secrets.problems] };
}

/** Who uses ha_logd has told it where the log goes. */
function readLogd({ conf, spots }: HaCf, { haCf, logdCf }: Given) {
  if (conf.useLogd !== true || logdCf === undefined) return { conf, problems: [] };
  const { file, text, trouble = "no such file" } = logdCf;
  if (text === undefined) {
    const report = new Report(haCf.file);
    const message = `The log goes where this file says, for ${file} cannot be read: ${trouble}`;
    report.warning(spots.get("use_logd")?.at(-1), message, 'Write "use_logd off"');
    return { conf, problems: report.problems };
  }
  const report = new Report(haCf.file);
  for (const name of logPlaces) {
    const message = `${quote(name)} does not count with "use_logd on": the log goes where ${file} says`;
    if (spots.has(name)) report.warning(spots.get(name)?.at(-1), message, "Leave it out");
  }
  const { places, problems } = parseLogdCf(text, file);
  // What is wrong in this file keeps no agent from starting.
  const warnings = problems.map((each): Problem => ({ ...each, level: "warning" }));
  return { conf: withLogd(conf, places), problems: [...report.problems, ...warnings] };
}

function readKeys(given: Given): ReturnType<typeof parseAuthkeys> {
  const { file, text, facts } = given.authkeys;
  return text === undefined ? { problems: [] } : parseAuthkeys(text, file, facts);
}

function troubles(given: Given, managesResources: boolean): Problem[] {
  const hints = {
    haCf: 'Five lines are enough: "keepalive", "deadtime", "bcast", "auto_failback", "node"',
    authkeys: "hb keygen > authkeys; chmod 600 authkeys",
    haresources: "One line for each group: NODE RESOURCE…; an empty file is no error",
  };
  const problems: Problem[] = [];
  for (const name of ["haCf", "authkeys", "haresources"] as const) {
    const { file, text, trouble = "no such file" } = given[name];
    if (text !== undefined || (name === "haresources" && !managesResources)) continue;
    const report = new Report(file);
    const hint = trouble.startsWith("EACCES") ? "It is for root alone: try as root" : hints[name];
    report.error(undefined, `Cannot read the file: ${trouble}`, hint);
    problems.push(...report.problems);
  }
  return problems;
}

/** Every owner must be a node, or its groups would have no home. */
function checkOwners(haCf: HaCf, resources: HaResources, given: Given): readonly Problem[] {
  const report = new Report(given.haresources.file);
  const { nodes } = haCf.conf;
  // Without a node line every owner is unknown: the missing line is the one thing to say.
  if (given.haCf.text === undefined || nodes.length === 0) return [];
  for (const owner of resources.owners) {
    const name = owner.text.toLowerCase();
    if (nodes.includes(name)) continue;
    const meant = nearest(name, nodes);
    report.error(
      owner,
      `Unknown node ${quote(owner.text)}: ha.cf does not name it`,
      meant === undefined ? `Nodes: ${nodes.join(", ")}` : `Did you mean "${meant}"?`,
    );
  }
  return report.problems;
}
