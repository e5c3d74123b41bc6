// Faults as a person tells them, and as options of `hb simulate`, so that what a search found can be
// played again with the time line.

import type { Temper } from "../act.ts";
import type { Fault, Happening } from "./fault.ts";
import type { Site } from "./site.ts";

/** "alice loses power". */
export function tell(fault: Happening, site: Pick<Site, "nodes">): string {
  switch (fault.kind) {
    case "kill":
      return `${fault.node} loses power`;
    case "start":
      return `${fault.node} is started`;
    case "crash":
      return `the agent of ${fault.node} is killed for good`;
    case "kill-desk":
      return `the desk of ${fault.node} is killed`;
    case "kill-pulse":
      return `the pulse of ${fault.node} is killed`;
    case "freeze":
      return `${fault.node} freezes`;
    case "thaw":
      return `${fault.node} goes on`;
    case "leave":
      return `${fault.node} leaves the cluster in good order`;
    case "blind":
      return `${fault.node} does not reach the ping nodes any more`;
    case "see":
      return `${fault.node} reaches the ping nodes again`;
    case "standby":
    case "takeover":
      return `hb ${fault.kind} ${fault.set} on ${fault.node}`;
    case "cut":
      return `${fault.link} is gone for everybody`;
    case "unplug":
      return `the plug of ${fault.node} on ${fault.link} is pulled`;
    case "part":
      return `${and(fault.links)} ${fault.links.length === 1 ? "is" : "are"} parted: ${fault.sides
        .map((side) => side.join(", "))
        .join(" | ")}`;
    case "heal":
      return fault.link === undefined
        ? "all networks are whole again"
        : `${fault.link} is whole again`;
    case "loss":
      return `${fault.link ?? "every link"} loses ${percent(fault.rate)} of all packets`;
    case "script": {
      const where = fault.nodes.length === site.nodes.length ? "every node" : and(fault.nodes);
      return `"${fault.word}" ${manner(fault.temper)} on ${where}`;
    }
  }
}

/** What to type for it: `--kill alice@10`. */
export function option(fault: Fault, site: Pick<Site, "nodes" | "ways">): string {
  const at = `@${time(fault.at)}`;
  switch (fault.kind) {
    case "standby":
    case "takeover":
      return `--${fault.kind} ${fault.node}${fault.set === "all" ? "" : `:${fault.set}`}${at}`;
    case "cut":
      return `--cut ${fault.link}${at}`;
    case "unplug":
      return `--cut ${fault.node}:${fault.link}${at}`;
    case "part": {
      const sides = fault.sides.map((side) => side.join(",")).join("/");
      const whole = fault.links.length === site.ways.length;
      return (whole ? [""] : fault.links.map((link) => `:${link}`))
        .map((link) => `--cut ${sides}${link}${at}`)
        .join(" ");
    }
    case "heal":
      return `--heal ${fault.link === undefined ? time(fault.at) : `${fault.link}${at}`}`;
    case "loss":
      return `--loss ${fault.link === undefined ? "" : `${fault.link}:`}${percent(fault.rate)}${at}`;
    case "script": {
      const where = fault.nodes.length === site.nodes.length ? "" : ` on ${fault.nodes.join(",")}`;
      const when = fault.at === 0 ? "" : at;
      return `--script "${fault.word} ${mannerWord(fault.temper)}${where}${when}"`;
    }
    default:
      return `--${fault.kind} ${fault.node}${at}`;
  }
}

/** The words for what a script does, as `--script` takes them. */
export const manners = {
  "start-fails": { startFails: true },
  "stop-fails": { stopFails: true },
  "start-hangs": { startHangs: true },
  "stop-hangs": { stopHangs: true },
  "status-lies": { statusLies: true },
} as const satisfies Readonly<Record<string, Temper>>;

function mannerWord(temper: Temper | undefined): string {
  if (temper === undefined) return "works";
  if (temper.tookMs !== undefined) return `takes ${time(temper.tookMs)}`;
  const found = Object.entries(manners).find(([, each]) =>
    Object.keys(each).every((key) => temper[key as keyof Temper] === true),
  );
  return found?.[0] ?? "works";
}

function manner(temper: Temper | undefined): string {
  switch (mannerWord(temper)) {
    case "start-fails":
      return "cannot be started";
    case "stop-fails":
      return "cannot be stopped";
    case "start-hangs":
      return "hangs when it is started";
    case "stop-hangs":
      return "hangs when it is stopped";
    case "status-lies":
      return "lies about its status";
    case "works":
      return "works again";
    default:
      return `takes ${time(temper?.tookMs ?? 0)}`;
  }
}

/** As it is typed: "10s", "10.5s". */
function time(ms: number): string {
  return `${ms / 1000}s`;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(6))}%`;
}

/** "alice", "alice and bob", "alice, bob and carol". */
export function and(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
