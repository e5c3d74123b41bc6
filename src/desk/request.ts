// What the control socket carries: one JSON object a line. The client asks, the agent answers with
// any number of "progress" and exactly one "done".
//
// Whatever a client sends is judged here: it may be hostile, and nothing of it reaches the core
// unread.

import { isIPv4 } from "../config/address.ts";
import { isDeviceName } from "../config/directive/medium.ts";
import type { PppLine } from "../core/channel.ts";
import type { Command } from "../core/input.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { GroupSet } from "../core/wish.ts";
import type { Told } from "./listen/listeners.ts";
import {
  type ListenWish,
  listenFault,
  listenWish,
  type SendWish,
  sendFault,
  sendWish,
} from "./listen/wish.ts";
import { isNodeName } from "./nodename.ts";

export type Request =
  | { readonly ask: "status" }
  /** The virtual routers of a process of `hb carp`, as `carp` lines: for `hb doctor`. */
  | { readonly ask: "routers" }
  | { readonly ask: "standby" | "takeover"; readonly set: GroupSet; readonly wait: boolean }
  | { readonly ask: "leave" }
  /** Virtual routers hand over; without a name, all of them. */
  | { readonly ask: "yield"; readonly router?: string }
  | { readonly ask: "addnode" | "delnode"; readonly nodes: readonly string[] }
  | ListenWish
  | SendWish
  | PppEvent;

/** What pppd's ip-up and ip-down scripts say. */
export interface PppEvent {
  readonly ask: "ppp";
  readonly event: "up" | "down";
  readonly tty: string;
  /** pppd's. */
  readonly pid: number;
  readonly line: PppLine;
}

export type Answer =
  | { readonly say: "progress"; readonly text: string }
  | {
      readonly say: "done";
      readonly ok: boolean;
      readonly text: string;
      readonly snapshot?: Snapshot;
    };

export type Done = Extract<Answer, { say: "done" }>;

/** What only those are told who listen, before "done" and after it. */
export type News = { readonly say: "event" } & Told;

/** Longer lines are no request of ours. */
export const requestBytesMax = 8_192;
const nodesMax = 100;

const sets: readonly string[] = ["all", "local", "foreign"] satisfies GroupSet[];

/** The request in a line; undefined when it is none. */
export function parseRequest(line: string): Request | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("ask" in value)) return undefined;
  switch (value.ask) {
    case "status":
    case "routers":
    case "leave":
      return { ask: value.ask };
    case "yield": {
      const router = "router" in value ? value.router : undefined;
      if (router === undefined) return { ask: "yield" };
      return isRouterName(router) ? { ask: "yield", router } : undefined;
    }
    case "standby":
    case "takeover": {
      const set = "set" in value ? value.set : "all";
      const wait = !("wait" in value && value.wait === false);
      return isSet(set) ? { ask: value.ask, set, wait } : undefined;
    }
    case "addnode":
    case "delnode": {
      const nodes = "nodes" in value ? value.nodes : undefined;
      return isNodes(nodes) ? { ask: value.ask, nodes } : undefined;
    }
    case "listen":
      return listenWish(value);
    case "send":
      return sendWish(value);
    case "ppp":
      return pppEvent(value);
    default:
      return undefined;
  }
}

/** Why a line that is no request is none, for who writes programs. */
export function requestFault(line: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "Not a request: the line is not JSON";
  }
  if (typeof value !== "object" || value === null || !("ask" in value)) {
    return 'Not a request: it must be an object with the key "ask"';
  }
  const fault =
    (value.ask === "listen" && listenFault(value)) || (value.ask === "send" && sendFault(value));
  return fault ? `Not a request: ${fault}` : "Not a request that this agent knows";
}

/** The answer in a line; undefined when it is none. The snapshot in it is the agent's own: what a newer one
 *  adds is shown by nobody here. */
export function parseAnswer(line: string): Answer | undefined {
  let value: { readonly say?: unknown; readonly ok?: unknown; readonly text?: unknown } | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value?.text !== "string") return undefined;
  if (value.say === "progress") return { say: "progress", text: value.text };
  return value.say === "done" && typeof value.ok === "boolean" ? (value as Answer) : undefined;
}

/** What the core is told; undefined for what the desk answers alone. */
export function commandOf(request: Request): Command | undefined {
  switch (request.ask) {
    case "status":
    case "routers":
    case "listen":
    case "send":
    case "ppp":
      return undefined;
    case "leave":
      return { name: "leave" };
    case "yield":
      return { name: "yield", ...(request.router === undefined ? {} : { router: request.router }) };
    case "standby":
    case "takeover":
      return { name: request.ask, set: request.set };
    case "addnode":
    case "delnode":
      return { name: request.ask, nodes: request.nodes };
  }
}

/** The set that an operator's word means for this command (heartbeat-resources 12): "failback" is
 *  what brings each group to its owner. */
export function setOf(command: "standby" | "takeover", word: string): GroupSet | undefined {
  if (word === "failback") return command === "standby" ? "foreign" : "local";
  return isSet(word) ? word : undefined;
}

/** As routerName() makes them; what it names is looked up, never used as a path. */
function isRouterName(name: unknown): name is string {
  return typeof name === "string" && /^[^\s/]{1,15}\/[0-9]{1,3}$/.test(name);
}

function isSet(value: unknown): value is GroupSet {
  return typeof value === "string" && sets.includes(value);
}

function isNodes(value: unknown): value is string[] {
  const few = Array.isArray(value) && value.length > 0 && value.length <= nodesMax;
  return few && value.every(isNodeName);
}

function pppEvent(value: object): PppEvent | undefined {
  const { event, tty, pid, line } = value as Partial<PppEvent>;
  const good =
    (event === "up" || event === "down") &&
    typeof tty === "string" &&
    /^\/[!-~]{1,254}$/.test(tty) &&
    Number.isInteger(pid) &&
    Number(pid) > 1;
  if (!good || !isPppLine(line)) return undefined;
  const { device, local, remote } = line;
  return { ask: "ppp", event, tty, pid: Number(pid), line: { device, local, remote } };
}

/** True for what pppd tells of a link that is up. */
export function isPppLine(line: Partial<PppLine> | null | undefined): line is PppLine {
  const texts = [line?.device, line?.local, line?.remote];
  if (!texts.every((text) => typeof text === "string")) return false;
  const [device = "", local = "", remote = ""] = texts;
  return isDeviceName(device) && isIPv4(local) && isIPv4(remote);
}
