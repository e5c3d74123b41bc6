// What programs ask on the control socket: to be told what happens in the cluster, and to say something to
// programs on other nodes (docs/man/hb-api.7.md).
//
// A channel is what Heartbeat calls a client's name: who listens there hears what was said to that name, by hb or by a
// program of libhbclient (heartbeat-api.md 6).

import { isFieldName } from "../../wire/fieldtype.ts";
import { isNodeName } from "../nodename.ts";
import { isRecord } from "../record.ts";
import { envelope } from "./heard.ts";

export const topics = ["nodes", "links", "groups", "membership"] as const;
export type Topic = (typeof topics)[number];

export interface ListenWish {
  readonly ask: "listen";
  readonly topics: readonly Topic[];
  readonly channels: readonly string[];
}

export interface SendWish {
  readonly ask: "send";
  readonly channel: string;
  /** Absent: to all nodes, this one included. */
  readonly to?: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Longest name of a client (heartbeat-api.md 4). */
const channelMax = 31;
const channelRule = `of up to ${channelMax} printable characters, not beginning with a digit`;
const channelsMax = 16;
const fieldsMax = 64;

/** True for a name that a client of Heartbeat may have; a number is that of a client without one. */
export function isChannel(name: unknown): name is string {
  if (typeof name !== "string" || name.length > channelMax) return false;
  return /^[!-~]+$/.test(name) && !/^[0-9]/.test(name);
}

/** Why this is no field of a message; undefined: it is one. */
export function fieldFault(name: string, value: unknown): string | undefined {
  if (!isFieldName(name)) return `"${name}" is no name of a field`;
  if (envelope.has(name)) return `the field "${name}" is written by the cluster itself`;
  const isText = typeof value === "string" && !value.includes("\0");
  return isText ? undefined : `the field "${name}" must be a text without NUL`;
}

/** Why a wish to listen is none; undefined: it is one. */
export function listenFault(value: object): string | undefined {
  const { topics: given = [], channels = [] } = value as Partial<ListenWish>;
  if (!Array.isArray(given) || !given.every(isTopic)) {
    return `"topics" must be a list of ${topics.join(", ")}`;
  }
  if (Array.isArray(channels) && channels.length <= channelsMax && channels.every(isChannel)) {
    return undefined;
  }
  return `"channels" must be a list of at most ${channelsMax} channels, ${channelRule}`;
}

/** A wish to listen; undefined when it is none. */
export function listenWish(value: object): ListenWish | undefined {
  if (listenFault(value) !== undefined) return undefined;
  const { topics: given = [], channels = [] } = value as Partial<ListenWish>;
  return { ask: "listen", topics: topics.filter((topic) => given.includes(topic)), channels };
}

/** Why a wish to send is none; undefined: it is one. */
export function sendFault(value: object): string | undefined {
  const { channel, to, fields } = value as Partial<SendWish>;
  if (!isChannel(channel)) return `"channel" must be a name, ${channelRule}`;
  if (!isRecord(fields)) return '"fields" must be an object of texts';
  const entries = Object.entries(fields);
  if (entries.length > fieldsMax) return `there may be at most ${fieldsMax} fields`;
  const faults = entries.map(([name, text]) => fieldFault(name, text));
  const fault = faults.find((each) => each !== undefined);
  if (fault !== undefined) return fault;
  return to === undefined || isNodeName(to) ? undefined : '"to" must be a node name';
}

/** A wish to send; undefined when it is none. */
export function sendWish(value: object): SendWish | undefined {
  if (sendFault(value) !== undefined) return undefined;
  const { channel, to, fields } = value as SendWish;
  // As it stands in ha.cf's node lines.
  return { ask: "send", channel, fields, ...(to !== undefined && { to: to.toLowerCase() }) };
}

function isTopic(word: unknown): word is Topic {
  return topics.some((topic) => topic === word);
}
