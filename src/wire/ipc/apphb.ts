// What programs say to an application-heartbeat server, and what it answers: the bodies of the frames on its
// socket (heartbeat-api.md 14).
//
// Texts are byte strings. What a body says behind its last field is not looked at, nor is what stands behind the
// NUL of a text: libapphb sends uninitialised memory there.

import { bytesToText, textToBytes } from "../bytes.ts";

export interface ApphbRegistration {
  readonly type: "reg";
  /** The program's name; not empty. */
  readonly app: string;
  /** Which of its processes this is. */
  readonly instance: string;
  /** Its working directory. */
  readonly directory: string;
  /** As the program says; only the kernel knows. */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export type ApphbRequest =
  | ApphbRegistration
  /** Silence of so many milliseconds is a failure (setint) or worth a word (setwarn); 0: never. */
  | { readonly type: "setint" | "setwarn"; readonly ms: number }
  /** Whether its failure shall reboot the host. */
  | { readonly type: "setboot"; readonly on: boolean }
  /** A sign of life: the only request without an answer. */
  | { readonly type: "hb" }
  | { readonly type: "unreg" };

/** Its answers, with Linux' numbers. */
export const apphbErrno = {
  done: 0,
  notPermitted: 1,
  unknown: 3,
  exists: 17,
  invalid: 22,
} as const;
export type ApphbErrno = (typeof apphbErrno)[keyof typeof apphbErrno];

const TYPE = 8;
const TEXT = 256;
const REGISTRATION = TYPE + 3 * TEXT + 3 * 4;
const NUMBER = TYPE + 8;

/** What a body asks for; undefined when it is nothing that such a server knows. */
export function decodeApphb(body: Uint8Array): ApphbRequest | undefined {
  const type = textAt(body, 0, TYPE);
  switch (type) {
    case "reg":
      return registration(body);
    case "setint":
    case "setwarn": {
      const value = numberIn(body);
      return value === undefined ? undefined : { type, ms: value };
    }
    case "setboot": {
      const value = numberIn(body);
      return value === undefined ? undefined : { type, on: value !== 0 };
    }
    case "hb":
    case "unreg":
      return { type };
    default:
      return undefined;
  }
}

/** Whether a body is a sign of life, whole or not: it is never answered. */
export function isApphbBeat(body: Uint8Array): boolean {
  return textAt(body, 0, TYPE) === "hb";
}

/** The body that asks for it. Texts are cut where they do not fit. */
export function encodeApphb(request: ApphbRequest): Uint8Array {
  switch (request.type) {
    case "reg": {
      const bytes = typed(request.type, REGISTRATION);
      const texts = [request.app, request.instance, request.directory];
      for (const [index, text] of texts.entries()) {
        bytes.set(textToBytes(text.slice(0, TEXT - 1)), TYPE + index * TEXT);
      }
      const view = new DataView(bytes.buffer);
      for (const [index, id] of [request.pid, request.uid, request.gid].entries()) {
        view.setInt32(TYPE + 3 * TEXT + index * 4, id, true);
      }
      return bytes;
    }
    case "setint":
    case "setwarn":
      return withNumber(request.type, request.ms);
    case "setboot":
      return withNumber(request.type, request.on ? 1 : 0);
    case "hb":
    case "unreg":
      return typed(request.type, TYPE);
  }
}

export function encodeApphbAnswer(errno: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, errno, true);
  return bytes;
}

/** The errno of an answer; undefined when it is none. */
export function decodeApphbAnswer(body: Uint8Array): number | undefined {
  if (body.length < 4) return undefined;
  return new DataView(body.buffer, body.byteOffset, body.byteLength).getInt32(0, true);
}

function registration(body: Uint8Array): ApphbRegistration | undefined {
  if (body.length < REGISTRATION) return undefined;
  const app = textAt(body, TYPE, TEXT);
  const instance = textAt(body, TYPE + TEXT, TEXT);
  if (app === undefined || app === "" || instance === undefined) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const id = (index: number) => view.getInt32(TYPE + 3 * TEXT + index * 4, true);
  // 3.0.6 does not mind a directory that fills its field.
  const directory = textAt(body, TYPE + 2 * TEXT, TEXT) ?? "";
  return { type: "reg", app, instance, directory, pid: id(0), uid: id(1), gid: id(2) };
}

/** The text of a field; undefined when it has no NUL within it, or the body ends before one. */
function textAt(body: Uint8Array, at: number, size: number): string | undefined {
  const field = body.subarray(at, at + size);
  const end = field.indexOf(0);
  return end === -1 ? undefined : bytesToText(field.subarray(0, end));
}

/** An unsigned number of 64 bits; more than a number here can be is as good as never. */
function numberIn(body: Uint8Array): number | undefined {
  if (body.length < NUMBER) return undefined;
  const value = new DataView(body.buffer, body.byteOffset, body.byteLength).getBigUint64(
    TYPE,
    true,
  );
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

function withNumber(type: string, value: number): Uint8Array {
  const bytes = typed(type, NUMBER);
  new DataView(bytes.buffer).setBigUint64(TYPE, BigInt(value), true);
  return bytes;
}

function typed(type: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(textToBytes(type));
  return bytes;
}
