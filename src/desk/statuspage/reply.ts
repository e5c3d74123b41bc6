// What each path of the status page answers. There is nothing here that changes anything.

import type { Snapshot } from "../../core/snapshot.ts";
import type { Event } from "../journal/event.ts";

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What can be asked for. */
export interface Shown {
  readonly page: string;
  snapshot(): Promise<Snapshot | undefined>;
  metrics(): Promise<string>;
  events(): readonly Event[];
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The Host header; undefined when it does not matter. */
  readonly host: string | undefined;
  /** Names that this host is known by, besides its addresses. */
  readonly names: readonly string[];
}

const plain = "text/plain; charset=utf-8";
const json = "application/json; charset=utf-8";

/** The stream is no reply: it does not end. */
export async function replyTo(asked: Asked, shown: Shown): Promise<Reply | "stream"> {
  const { method, path, host, names } = asked;
  if (method !== "GET" && method !== "HEAD") {
    return {
      ...text(405, "Only GET: nothing can be changed here"),
      headers: { Allow: "GET, HEAD" },
    };
  }
  if (host !== undefined && !isOurs(host, names)) {
    return text(421, `Not served by this name: use an address, localhost or ${names.join(", ")}`);
  }
  switch (path) {
    case "/":
      return { status: 200, type: "text/html; charset=utf-8", body: shown.page };
    case "/stream":
      return "stream";
    case "/status.json": {
      const snapshot = await shown.snapshot();
      if (snapshot === undefined) return { status: 503, type: json, body: '{"version":1}\n' };
      return { status: 200, type: json, body: `${JSON.stringify(snapshot)}\n` };
    }
    case "/events.json":
      return { status: 200, type: json, body: `${JSON.stringify(shown.events())}\n` };
    case "/metrics":
      return {
        status: 200,
        type: "text/plain; version=0.0.4; charset=utf-8",
        body: await shown.metrics(),
      };
    case "/healthz":
      return health(await shown.snapshot());
    default:
      return text(404, "There are /, /status.json, /events.json, /stream, /metrics and /healthz");
  }
}

/** 200 while this node is a full member: whoever balances load or restarts things asks for that. */
function health(snapshot: Snapshot | undefined): Reply {
  if (snapshot === undefined) return text(503, "The pulse gives no answer");
  const { node, state } = snapshot;
  return text(state === "active" ? 200 : 503, `${node} is ${state}`);
}

function text(status: number, sentence: string): Reply {
  return { status, type: plain, body: `${sentence}\n` };
}

/** A page somewhere can make a browser call its own name for our address (DNS rebinding), and would then
 *  read what only this host should see. Such a name is none of ours. */
function isOurs(host: string, names: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (/^\[[0-9a-f:.]+\]$/.test(name) || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return true;
  return name === "localhost" || names.includes(name);
}
