// How much of a slow line the heartbeats need: bytes per second in one direction, reckoned with the
// messages themselves in the form and with the signature that they will have.
//
// In a ring every cable carries the messages of all nodes in each direction; without one, those of one
// node. What an hour brings besides (start, a move, what is asked for again) is not in it: that is what
// the other part of the line is for.

import { bulletinType } from "../wire/bulletin.ts";
import { compact, isSlow } from "../wire/compact.ts";
import type { Keyring } from "../wire/keyring.ts";
import { type Message, text } from "../wire/message.ts";
import { seal, textLength } from "../wire/packet.ts";
import type { GroupSpec } from "./resource.ts";

/** Beyond this share of a line its queue grows whenever something happens. */
export const SHARE_MAX = 0.6;

/** IP, UDP and the frame of PPP around a packet. */
const PPP_OVERHEAD = 20 + 8 + 8;

/** An acknowledgement follows every tenth message (heartbeat-wire 7.2). */
const ACKNOWLEDGED_EVERY = 10;

export interface LineTraffic {
  readonly kind: "serial" | "ppp";
  readonly baud: number;
  readonly nodes: readonly string[];
  readonly groups: readonly GroupSpec[];
  readonly keyring: Keyring;
  readonly ring: boolean;
}

/** Bytes that cross the line in one direction within one keepalive. */
export function bytesPerKeepalive(traffic: LineTraffic): number {
  const { nodes, ring } = traffic;
  const each = nodes.map((node) => ownBytes(node, traffic));
  return ring ? each.reduce((sum, bytes) => sum + bytes, 0) : Math.max(0, ...each);
}

/** Share of the line's time, 1 is all of it: ten bits are a byte (8N1). */
export function shareOf(traffic: LineTraffic, keepaliveMs: number): number {
  const perSecond = (bytesPerKeepalive(traffic) * 1000) / keepaliveMs;
  return perSecond / (traffic.baud / 10);
}

/** What one node says within one keepalive: its status, its bulletin, and acknowledgements. */
function ownBytes(node: string, traffic: LineTraffic): number {
  const others = traffic.nodes.filter((other) => other !== node);
  const ack = sizeOf(acknowledgement(node, others[0] ?? node), traffic);
  const messages = 2 * others.length;
  return (
    sizeOf(status(node), traffic) +
    sizeOf(bulletin(node, others, traffic.groups), traffic) +
    (ack * messages) / ACKNOWLEDGED_EVERY
  );
}

function sizeOf(message: Message, { kind, baud, keyring }: LineTraffic): number {
  if (kind === "ppp") return seal(message, keyring, "classic").length + PPP_OVERHEAD;
  return textLength(isSlow(baud) ? compact(message) : message, keyring);
}

/** Numbers as wide as they are after some months. */
const header = { hg: "6b00170b", ts: "6b00170b" } as const;
const loadText = "10.11 10.36 10.80 12/1799 1463000";
const uuid = { name: "srcuuid", type: "binary", value: new Uint8Array(16) } as const;

function stamped(node: string, fields: Readonly<Record<string, string>>): Message {
  const own = { ...fields, src: node, seq: "ffffff", ...header, ld: loadText, ttl: "10" };
  return { fields: [...text(own).fields, uuid] };
}

function status(node: string): Message {
  return stamped(node, { t: "status", st: "active", dt: "7530", protocol: "1", hb: "1" });
}

function acknowledgement(node: string, dest: string): Message {
  const { fields } = text({
    t: "NS_ackmsg",
    dest,
    ackseq: "ffffff",
    src: node,
    ...header,
    ttl: "10",
  });
  return { fields: [...fields, { ...uuid, name: "destuuid" }, uuid] };
}

/** The bulletin of an hb node (docs/design.md). */
function bulletin(node: string, others: readonly string[], groups: readonly GroupSpec[]): Message {
  const seen = others.map((other) => `${other}:1795168011:1000000`).join(" ");
  const { fields } = stamped(node, {
    t: bulletinType,
    n: "1000000",
    st: "active",
    pings: "1",
    seen,
    ask: "",
  });
  const news = groups.map(({ key, owner }) => {
    return { name: "g", type: "string", value: `held 10 0 10 ${owner} ${key}` } as const;
  });
  return { fields: [...fields, ...news] };
}
