// Lines for ha.cf that may prevent a harm, and whether they do: each is added to the user's own file, and the
// same faults are played again. What is not shown to help is not named.

import { writeTime } from "../../config/unit.ts";
import type { Fault } from "./fault.ts";
import { forecast, resetMs } from "./forecast.ts";
import { byGravity, type Harm, harms } from "./harm.ts";
import { type Site, survey } from "./site.ts";

export interface Remedy {
  /** What to write into ha.cf. */
  readonly lines: readonly string[];
  readonly why: string;
}

export interface Shown extends Remedy {
  /** How long the harm lasts with it; 0: no longer than any death must cost. */
  readonly ms: number;
  /** What it costs: lesser harm that was not there before. */
  readonly besides: readonly Harm[];
}

export interface Case {
  readonly faults: readonly Fault[];
  readonly endMs: number;
  readonly harm: Harm;
  /** All harm that the faults do, the one in question included. */
  readonly harms: readonly Harm[];
}

/** Another harm that a remedy brings may be so much longer than before: two runs are never quite alike. */
const toleranceMs = 1_000;

/** The lines that help in this case, the best first; those that end it, when there are any. At most so many. */
export function remediesFor(site: Site, one: Case, atMost = 2): Shown[] {
  const shown: Shown[] = [];
  const ends = () => shown.filter(({ ms }) => ms === 0);
  const simple = candidates(site, one.harm);
  for (const remedy of [...simple, ...together(simple)]) {
    if (remedy.lines.length > 1 && ends().length > 0) break;
    const tried = tryOut(site, remedy, one);
    if (tried !== undefined) shown.push(tried);
    if (ends().length >= atMost) break;
  }
  const best = ends().length > 0 ? ends() : shown.toSorted((a, b) => a.ms - b.ms);
  // Two lines that do no more than one of them are no advice.
  const isMore = ({ lines, ms }: Shown) =>
    lines.length === 1 || best.every((other) => other.lines.length > 1 || other.ms > ms);
  return best.filter(isMore).slice(0, atMost);
}

/** Two lines where one is not enough: a second link lets the others know what a ping node then decides. */
function together(simple: readonly Remedy[]): Remedy[] {
  const [link, ping] = ["bcast", "ping"].map((name) =>
    simple.find(({ lines }) => lines[0]?.startsWith(`${name} `)),
  );
  if (link === undefined || ping === undefined) return [];
  return [{ lines: [...link.lines, ...ping.lines], why: `${link.why}, by which ${ping.why}` }];
}

/** What is left of the harm with a remedy; undefined when it does not help, or does other harm. */
function tryOut(site: Site, remedy: Remedy, one: Case): Shown | undefined {
  const { faults, endMs, harm, harms: before } = one;
  const better = withLines(site, remedy.lines);
  if (better === undefined) return undefined;
  // A host that a remedy resets has the time to come back.
  const moreMs = resetMs(faults, better) - resetMs(faults, site);
  const run = { faults: adapted(faults, better), endMs: endMs + Math.max(0, moreMs) };
  const after = harms(better, forecast(better, run));
  const ms = lengthOf(after, harm);
  const more = after.filter((each) => each.ms > lengthOf(before, each) + toleranceMs);
  const worse = more.some((each) => each.lasts || byGravity(each, harm) < 0);
  return worse || ms > harm.ms / 2 ? undefined : { ...remedy, ms, besides: more };
}

/** How long harm of this sort lasts among these. */
function lengthOf(harms: readonly Harm[], { kind, group, hasAddress }: Harm): number {
  const same = harms.find(
    (each) => each.kind === kind && each.group === group && each.hasAddress === hasAddress,
  );
  return same?.ms ?? 0;
}

/** Nodes that a remedy added stand on the second side of every partition. */
function adapted(faults: readonly Fault[], { nodes }: Site): Fault[] {
  return faults.map((fault) => {
    if (fault.kind !== "part") return fault;
    const [left] = fault.sides;
    return { ...fault, sides: [left, nodes.filter((node) => !left.includes(node))] };
  });
}

/** hb check warns of less. */
const initdeadMsLeast = 10_000;
/** A resource_timeout for scripts that are either quick or hang. */
const hangMs = 20_000;

/** What could be written, in the order in which it is worth trying. */
function candidates(site: Site, { kind }: Harm): Remedy[] {
  const [config] = site.configs;
  if (config === undefined) return [];
  const { timing, addressLease, addressMethod, watchdog } = config;
  const deadtimeS = Math.floor(timing.deadtimeMs / 1_000);
  const found = [
    addressMethod === "ioctl" && [
      "address_method netlink",
      "the kernel takes leased addresses down",
    ],
    addressLease === "off" && ["address_lease auto", "the kernel takes leased addresses down"],
    [`bcast ${freeDevice(site)}`, "heartbeats have a second way"],
    site.pings.length === 0 && ["ping ROUTER", "groups go to who reaches the outside"],
    watchdog === undefined && ["watchdog /dev/watchdog", "a host whose agent hangs is reset"],
    config.onStopFailure === "ignore" && [
      "on_stop_failure reboot",
      "who cannot let go is rebooted",
    ],
    config.autoFailback !== "off" && ["auto_failback off", "groups stay where they are"],
    kind === "twice" &&
      addressLease !== "off" &&
      deadtimeS >= 3 && [`address_lease ${deadtimeS - 1}`, "a lease ends before others take over"],
    kind === "none" && [`node ${freeNode(site)}`, "one more host can take over"],
    kind === "none" &&
      timing.initdeadMs > Math.max(initdeadMsLeast, timing.deadtimeMs) && [
        `initdead ${writeTime(Math.max(initdeadMsLeast, timing.deadtimeMs))}`,
        "who starts alone waits less",
      ],
    kind === "none" &&
      config.resourceTimeoutMs > hangMs && [
        `resource_timeout ${writeTime(hangMs)}`,
        "a script that hangs is ended earlier",
      ],
  ].filter((each) => each !== false);
  return found.map(([line = "", why = ""]) => ({ lines: [line], why }));
}

/** The site as it would be with more lines; undefined where the file does not allow them. */
export function withLines(site: Site, lines: readonly string[]): Site | undefined {
  const { given, assumed } = site;
  const replaced = lines
    .map((line) => line.split(" ")[0] ?? "")
    .filter((directive) => !["bcast", "ping", "node"].includes(directive));
  const kept = (given.haCf.text ?? "")
    .split(/\r?\n/)
    .filter((line) => !replaced.includes(line.trim().split(/\s/)[0] ?? ""));
  const text = `${[...kept, ...lines].join("\n")}\n`;
  // Whatever was guessed of the user's cluster stays as it was guessed.
  const surveyed = survey(
    { ...given, haCf: { ...given.haCf, text } },
    { ...assumed, clients: site.clients },
  );
  return surveyed.good ? surveyed.site : undefined;
}

function freeDevice({ links }: Site): string {
  for (let n = 0; ; n++) if (!links.includes(`eth${n}`)) return `eth${n}`;
}

function freeNode({ nodes }: Site): string {
  const names = ["alice", "bob", "carol", "dave", "erin"];
  return names.find((name) => !nodes.includes(name)) ?? "another";
}
