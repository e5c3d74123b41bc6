// The three files as this host has them: read, checked together, names resolved.
// What is right or wrong about them is src/config's business.

import { lookup } from "node:dns/promises";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { Passfile } from "../config/carp/password.ts";
import { checkAll, type Given, type Source } from "../config/check.ts";
import type { ProgramKind } from "../config/checkhacf.ts";
import type { TtyKind } from "../config/checkline.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { digestOf } from "../config/digest.ts";
import type { HaConf } from "../config/haconf.ts";
import { split, splitCommas } from "../config/lexer.ts";
import type { Medium } from "../config/medium.ts";
import type { Problem } from "../config/problem.ts";
import { inOrder, Report, type Spot } from "../config/report.ts";
import { readTextIfThere } from "./disk.ts";
import { fencingFacts } from "./fencing/program.ts";
import type { Places } from "./place.ts";
import { findPppd } from "./ppp/pppd.ts";
import { unknownAccounts } from "./unknownaccount.ts";

/** Of ha_logd, on every host that has it. */
const LOGD_CF = "/etc/logd.cf";

type Files = Pick<Places, "haCf" | "authkeys" | "haresources" | "nodeinfo" | "state">;

export type Settings = { readonly conf: HaConf; readonly problems: readonly Problem[] } & (
  | { readonly good: true; readonly cluster: ClusterConfig }
  | { readonly good: false }
);

/** This node's name: `uname -n`, or the first line of nodeinfo if it ends in LF (heartbeat-wire
 *  8). */
export function ownName(nodeinfo: string): string {
  const first = /^([^\n]*)\n/.exec(readTextIfThere(nodeinfo) ?? "")?.[1]?.trim();
  return (first || hostname()).toLowerCase();
}

/** Reads and checks everything; every name in it becomes an address. */
export async function readSettings(files: Files): Promise<Settings> {
  const given = givenBy(files);
  const checked = checkAll(given);
  const { conf, cluster } = checked;
  if (cluster === undefined) return { good: false, conf, problems: checked.problems };
  const { media, problems: names } = await resolveAll(cluster.media, given.haCf);
  const problems = [...names, ...(await unknownAccounts(given.haCf))];
  const all = inOrder([...checked.problems, ...problems], orderOf(given, checked.passfiles));
  if (problems.length > 0) return { good: false, conf, problems: all };
  const digest = digestOf(cluster);
  return { good: true, conf, cluster: { ...cluster, media, digest }, problems: all };
}

/** The files as their checker wants them. */
export function givenBy(files: Files): Given {
  const port = haClusterPort();
  const reader = agentUser(files.state);
  return {
    haCf: source(files.haCf, "utf8"),
    authkeys: { ...source(files.authkeys, "latin1"), ...factsOf(files.authkeys, reader) },
    haresources: source(files.haresources, "utf8"),
    logdCf: source(LOGD_CF, "utf8"),
    passfile: (path) => passfileAt(path, reader),
    self: ownName(files.nodeinfo),
    pppd: findPppd() !== undefined,
    tty: ttyKind,
    program: programKind,
    fencing: fencingFacts,
    ...(port === undefined ? {} : { defaultPort: port }),
  };
}

/** What a line of ha.cf finds at the path of its tty. */
function ttyKind(path: string): TtyKind {
  try {
    return statSync(path).isCharacterDevice() ? "tty" : "other";
  } catch {
    return "missing";
  }
}

/** What a line of ha.cf finds at the path of its program. */
export function programKind(path: string): ProgramKind {
  try {
    if (!statSync(path).isFile()) return "other";
    accessSync(path, constants.X_OK);
    return "program";
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isAbsent ? "missing" : "other";
  }
}

/** A passfile as its checker wants it. */
export function passfileAt(path: string, reader = ownUser()): Passfile {
  return { ...source(path, "latin1"), ...factsOf(path, reader) };
}

/** Whose agent runs here: this process's user, and where root asks, who owns what the agent remembers. */
export function agentUser(state: string): number {
  return ownUser() || (statSync(state, { throwIfNoEntry: false })?.uid ?? 0);
}

function ownUser(): number {
  return process.geteuid?.() ?? 0;
}

function source(file: string, encoding: "utf8" | "latin1"): Source {
  try {
    return { file, text: readFileSync(file, encoding) };
  } catch (error) {
    return { file, trouble: error instanceof Error ? error.message : String(error) };
  }
}

function factsOf(file: string, reader: number): Pick<Given["authkeys"], "facts"> {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return {};
  return { facts: { mode: stat.mode, uid: stat.uid, reader } };
}

function haClusterPort(): number | undefined {
  const services = readTextIfThere("/etc/services") ?? "";
  const port = /^ha-cluster\s+([0-9]+)\/udp\b/m.exec(services)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Names that mean nothing on this host, each with its place in ha.cf: hosts, users and groups. */
export async function unresolved(media: readonly Medium[], haCf: Source): Promise<Problem[]> {
  const { problems } = await resolveAll(media, haCf);
  return [...problems, ...(await unknownAccounts(haCf))];
}

/** The files in the order in which problems are told. */
export function orderOf(
  { haCf, authkeys, haresources, logdCf = haresources }: Given,
  passfiles: readonly string[],
): string[] {
  return [haCf.file, authkeys.file, haresources.file, logdCf.file, ...passfiles];
}

/** Who is named is looked up once, here: the pulse must never wait for a name server. */
async function resolveAll(media: readonly Medium[], haCf: Source) {
  const report = new Report(haCf.file);
  const resolve = async (name: string, family: 4 | 6): Promise<string> => {
    if (isIP(name.replace(/%.*$/, "")) !== 0) return name;
    try {
      return (await lookup(name, { family })).address;
    } catch {
      const message = `Cannot resolve "${name}" to an IPv${family} address`;
      const hint = "Write the address itself, or an entry in /etc/hosts";
      report.error(spotOf(name, haCf.text ?? ""), message, hint);
      return name;
    }
  };
  const resolved = await Promise.all(media.map((medium) => resolveMedium(medium, resolve)));
  return { media: resolved, problems: report.problems };
}

/** Where a medium's line has this word; a node line may have it too. */
function spotOf(name: string, text: string): Spot | undefined {
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    const [directive, ...words] = split(source.replace(/#.*/, ""), {
      line: index + 1,
      column: 1,
      source,
    });
    if (directive === undefined || !/^(ucast|ping)/.test(directive.text)) continue;
    const word = words.flatMap(splitCommas).find((each) => each.text === name);
    if (word !== undefined) return word;
  }
  return undefined;
}

async function resolveMedium(
  medium: Medium,
  resolve: (name: string, family: 4 | 6) => Promise<string>,
): Promise<Medium> {
  switch (medium.kind) {
    case "ucast":
      return { ...medium, peer: await resolve(medium.peer, 4) };
    case "ucast6":
      return { ...medium, peer: await resolve(medium.peer, 6) };
    case "ping":
      return { ...medium, address: await resolve(medium.address, 4) };
    case "ping6":
      return { ...medium, address: await resolve(medium.address, 6) };
    case "ping_group": {
      const addresses: string[] = [];
      for (const name of medium.addresses) addresses.push(await resolve(name, 4));
      return { ...medium, addresses };
    }
    default:
      return medium;
  }
}
