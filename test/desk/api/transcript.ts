// Recorded conversations of real clients with a real daemon (test/golden/heartbeat-api): their frames, in the
// order in which they were seen.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeBody } from "../../../src/wire/ipc/body.ts";
import { FrameReader } from "../../../src/wire/ipc/frame.ts";
import type { Field, Message } from "../../../src/wire/message.ts";

const GOLDEN = join(import.meta.dir, "../../golden/heartbeat-api");

export interface Exchange {
  readonly from: "client" | "daemon";
  /** Absent: this end closed the connection. */
  readonly body?: Uint8Array;
  /** 1, unless a second client takes part. */
  readonly connection: number;
}

export interface Transcript {
  readonly name: string;
  readonly setup: string;
  /** Of the first connection that was recorded. */
  readonly exchanges: readonly Exchange[];
}

/** The names of those whose names begin so. */
export function transcripts(pattern: RegExp): string[] {
  const names = readdirSync(GOLDEN).map((file) => file.replace(/\.txt$/, ""));
  return names.filter((name) => pattern.test(name)).toSorted();
}

export function transcript(name: string): Transcript {
  const [text = ""] = readFileSync(join(GOLDEN, `${name}.txt`), "latin1").split("== connection 1");
  const exchanges = [
    ...text.matchAll(
      /^\[\d+\] \S+ (C>S|S>C|C--|S--)(?: \(connection (\d)\))? (?:len=.*\nhex (.*)|.*close.*)$/gm,
    ),
  ].map(([, way = "", connection = "1", hex]): Exchange => {
    const from = way.startsWith("C") ? "client" : "daemon";
    const body = hex === undefined ? undefined : bodyOf(hex);
    return { from, connection: Number(connection), ...(body && { body }) };
  });
  return { name, setup: /^setup: (.*)$/m.exec(text)?.[1] ?? "", exchanges };
}

function bodyOf(hex: string): Uint8Array {
  const [body] = new FrameReader().push(Uint8Array.fromHex(hex)) ?? [];
  if (body === undefined) throw new Error(`No frame: ${hex}`);
  return body;
}

/** Values of a message of the cluster that are others with every run. */
const masked = /^(client_gen|seq|hg|ts|ld|ttl|auth)$/;

/** A body in one line of text, without what is another with every run. */
export function lineOf(body: Uint8Array): string {
  const message = decodeBody(body);
  if (message === undefined) return Buffer.from(body).toString("latin1");
  const form = body[0] === 0x23 ? "netstring" : "text";
  return [form, ...message.fields.map(wordOf)].join(" ");
}

function wordOf(field: Field): string {
  if (masked.test(field.name)) return `${field.name}=*`;
  switch (field.type) {
    case "string":
      return `${field.name}=${JSON.stringify(field.value)}`;
    case "binary":
    case "compressed":
      return `${field.name}=${field.value.toHex()}`;
    case "list":
      return `${field.name}=${JSON.stringify(field.value)}`;
    case "struct":
    case "compress":
      return `${field.name}={${field.value.fields.map(wordOf).join(" ")}}`;
  }
}

export function messageOf(body: Uint8Array | undefined): Message | undefined {
  return body === undefined ? undefined : decodeBody(body);
}
