// The messages by which `ccm` processes agree on who is a member (ccm 2): typed values in, fields out.
//
// Their sender, `from_id=ccm to_id=ccm client_gen` and what every packet has are added by who sends them.
// Nodes stand in a list by their number in the sorted node list, so that a list means nothing to a node
// that has another node list: `numnodes` is compared by whoever reads.

import { base64ToBytes, bytesToBase64 } from "./bytes.ts";
import { type Field, type Message, textOf } from "./message.ts";

const PREFIX = "CCM_TYPE_";
/** A list has room for so many nodes (ccm 2). */
export const CCM_NODES_MAX = 100;
const LIST_BYTES = 13;

/** What the several kinds of message say beyond their header. */
export type CcmBody =
  /** Who leads? I want in. And: two memberships met, everybody starts over. */
  | { readonly type: "PROTOVERSION" | "RESTART" }
  /** A leader invites: adopt my cookie and number. */
  | { readonly type: "PROTOVERSION_RESP"; readonly size: number }
  | { readonly type: "ALIVE" | "JOIN" | "REQ_MEMLIST" | "ABORT" }
  | { readonly type: "NEW_NODE" | "NODE_LEAVE" | "NODE_LEAVE_NOTICE"; readonly node: string }
  | {
      readonly type: "MEM_LIST";
      readonly list: readonly number[];
      readonly quorum: boolean | undefined;
      /** One for each member, in the order of the list. */
      readonly uptimes: readonly number[];
      readonly newCookie: string;
    }
  /** An empty list: you are not the leader that I see. */
  | { readonly type: "RES_MEMLIST"; readonly max: number; readonly list: readonly number[] }
  | {
      readonly type: "FINAL_MEMLIST";
      readonly max: number;
      readonly list: readonly number[];
      readonly quorum: boolean | undefined;
      readonly newCookie: string;
    }
  | { readonly type: "STATE_INFO"; readonly state: string };

export interface CcmHeader {
  readonly major: number;
  readonly minor: number;
  readonly numnodes: number;
  readonly cookie: string;
  /** The number at which the sender joined; 0: it has not. */
  readonly uptime: number;
}

export type CcmMessage = CcmHeader & { readonly src: string } & CcmBody;

/** Two types have no more than a number. */
function isShort({ type }: CcmBody): boolean {
  return type === "PROTOVERSION" || type === "RESTART";
}

/** The fields of a message to all, or with `dest` to one node. */
export function encodeCcm(header: CcmHeader, body: CcmBody, dest?: string): Message {
  const fields: Field[] = [
    string("t", PREFIX + body.type),
    string("ccmmajor", `${header.major}`),
    string("numnodes", `${header.numnodes}`),
  ];
  if (!isShort(body)) {
    fields.push(
      string("ccmcookie", header.cookie),
      string("ccmmajor", `${header.major}`),
      string("ccmuptime", `${header.uptime}`),
      string("ccmminor", `${header.minor}`),
      ...extras(body),
    );
  }
  if (dest !== undefined) fields.push(string("dest", dest));
  return { fields };
}

function extras(body: CcmBody): Field[] {
  switch (body.type) {
    case "PROTOVERSION_RESP":
      return [string("ccmproto", "0"), string("ccmclsize", `${body.size}`)];
    case "NEW_NODE":
    case "NODE_LEAVE":
    case "NODE_LEAVE_NOTICE":
      return [string("node", body.node)];
    case "MEM_LIST":
      return [
        string("ccmmemlist", encodeList(body.list)),
        ...quorumField(body.quorum),
        { name: "ccmuptimelist", type: "list", value: body.uptimes.map((each) => `${swap(each)}`) },
        string("ccmnewcookie", body.newCookie),
      ];
    case "RES_MEMLIST":
      return [
        string("ccmmaxt", `${body.max}`),
        string("ccmmemlist", body.list.length === 0 ? "" : encodeList(body.list)),
      ];
    case "FINAL_MEMLIST":
      return [
        string("ccmmaxt", `${body.max}`),
        string("ccmmemlist", encodeList(body.list)),
        ...quorumField(body.quorum),
        string("ccmnewcookie", body.newCookie),
      ];
    case "STATE_INFO":
      return [string("state", `CCM_STATE_${body.state}`)];
    default:
      return [];
  }
}

function string(name: string, value: string): Field {
  return { name, type: "string", value };
}

function quorumField(quorum: boolean | undefined): Field[] {
  return quorum === undefined ? [] : [string("ccmquorum", quorum ? "1" : "0")];
}

/** True for what `decodeCcm` may understand. */
export function isCcm(message: Message): boolean {
  return textOf(message, "t")?.startsWith(PREFIX) ?? false;
}

/** Undefined when it is none, or one that is not complete. */
export function decodeCcm(message: Message): CcmMessage | undefined {
  const src = textOf(message, "src");
  const type = textOf(message, "t");
  const major = numberOf(message, "ccmmajor");
  const numnodes = numberOf(message, "numnodes");
  if (src === undefined || type === undefined || major === undefined) return undefined;
  if (numnodes === undefined || !type.startsWith(PREFIX)) return undefined;
  const body = bodyOf(message, type.slice(PREFIX.length));
  if (body === undefined) return undefined;
  if (isShort(body)) return { src, major, minor: 0, numnodes, cookie: "", uptime: 0, ...body };
  const cookie = textOf(message, "ccmcookie");
  const minor = numberOf(message, "ccmminor");
  const uptime = numberOf(message, "ccmuptime");
  if (cookie === undefined || minor === undefined || uptime === undefined) return undefined;
  return { src, major, minor, numnodes, cookie, uptime, ...body };
}

function bodyOf(message: Message, type: string): CcmBody | undefined {
  switch (type) {
    case "PROTOVERSION":
    case "RESTART":
    case "ALIVE":
    case "JOIN":
    case "REQ_MEMLIST":
    case "ABORT":
      return { type };
    case "PROTOVERSION_RESP": {
      const size = numberOf(message, "ccmclsize");
      return size === undefined ? undefined : { type, size };
    }
    case "NEW_NODE":
    case "NODE_LEAVE":
    case "NODE_LEAVE_NOTICE": {
      const node = textOf(message, "node");
      return node === undefined ? undefined : { type, node };
    }
    case "STATE_INFO": {
      const state = textOf(message, "state");
      return state?.startsWith("CCM_STATE_") ? { type, state: state.slice(10) } : undefined;
    }
    case "MEM_LIST":
    case "RES_MEMLIST":
    case "FINAL_MEMLIST":
      return listOf(message, type);
    default:
      return undefined;
  }
}

function listOf(
  message: Message,
  type: "MEM_LIST" | "RES_MEMLIST" | "FINAL_MEMLIST",
): CcmBody | undefined {
  const list = decodeList(textOf(message, "ccmmemlist") ?? "");
  const max = numberOf(message, "ccmmaxt");
  const newCookie = textOf(message, "ccmnewcookie");
  const quorum = quorumOf(message);
  if (list === undefined) return undefined;
  if (type === "RES_MEMLIST") return max === undefined ? undefined : { type, max, list };
  if (newCookie === undefined) return undefined;
  if (type === "FINAL_MEMLIST") {
    return max === undefined ? undefined : { type, max, list, quorum, newCookie };
  }
  const uptimes = uptimesOf(message);
  return uptimes === undefined ? undefined : { type, list, quorum, uptimes, newCookie };
}

function numberOf(message: Message, name: string): number | undefined {
  const digits = textOf(message, name);
  if (digits === undefined || !/^\d{1,10}$/.test(digits)) return undefined;
  const value = Number(digits);
  return value <= 0x7fffffff ? value : undefined;
}

function quorumOf(message: Message): boolean | undefined {
  const word = textOf(message, "ccmquorum");
  return word === "1" ? true : word === "0" ? false : undefined;
}

function uptimesOf({ fields }: Message): readonly number[] | undefined {
  const field = fields.find(({ name, type }) => name === "ccmuptimelist" && type === "list");
  if (field?.type !== "list") return undefined;
  const values = field.value.map((each) => (/^-?\d{1,10}$/.test(each) ? swap(Number(each)) : -1));
  return values.every((each) => each >= 0) ? values : undefined;
}

/** A number with its four bytes in the other order, as signed as the real one prints it (ccm 2). */
function swap(value: number): number {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setInt32(0, value, true);
  return bytes.getInt32(0, false);
}

/** Numbers of nodes as a bitmap. */
export function encodeList(list: readonly number[]): string {
  const bytes = new Uint8Array(LIST_BYTES);
  for (const index of list) {
    const at = index >> 3;
    bytes[at] = (bytes[at] ?? 0) | (1 << (index & 7));
  }
  return bytesToBase64(bytes);
}

/** Ascending numbers; undefined when it is no bitmap. */
export function decodeList(word: string): number[] | undefined {
  if (word === "") return [];
  const bytes = base64ToBytes(word);
  if (bytes?.length !== LIST_BYTES) return undefined;
  const list: number[] = [];
  for (let index = 0; index < CCM_NODES_MAX; index++) {
    if (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) list.push(index);
  }
  return list;
}
