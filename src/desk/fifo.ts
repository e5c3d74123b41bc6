// The FIFO at Heartbeat's place: messages in text form, written by the old shell commands and by
// scripts (heartbeat-config 5, heartbeat-resources 12). Only root can write there.

import { chmodSync, closeSync, constants, lstatSync, openSync, rmSync } from "node:fs";
import { makeFifo } from "../../ffi/path.ts";
import type { Command } from "../core/input.ts";
import { decodeClassic } from "../wire/classic.ts";
import { type Message, textOf } from "../wire/message.ts";
import { isNodeName, setOf } from "./request.ts";

/** Longer than any message that fits into a packet. */
const messageBytesMax = 64 * 1024;

export class Fifo {
  readonly #fd: number;
  readonly #cancel: () => void;
  readonly #splitter: Splitter;
  #open = true;

  /** Opens the FIFO, which is made when it is missing or something else. */
  constructor(path: string, heard: (text: string) => void, lost: (why: string) => void) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFIFO()) rmSync(path);
    if (!found?.isFIFO()) makeFifo(path, 0o600);
    chmodSync(path, 0o600);
    // For writing too: with a writer always there, the end of one is not the end of the file.
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const reader = Bun.file(this.#fd).stream().getReader();
    this.#cancel = () => void reader.cancel().catch(() => {});
    this.#splitter = new Splitter(heard, lost);
    this.#pump(() => reader.read(), lost);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancel();
    try {
      closeSync(this.#fd);
    } catch {
      // The stream has closed it.
    }
  }

  async #pump(
    read: () => Promise<{ done: boolean; value?: Uint8Array | undefined }>,
    lost: (why: string) => void,
  ) {
    try {
      for (;;) {
        const { done, value } = await read();
        if (done || value === undefined) return;
        this.#splitter.push(Buffer.from(value).toString("latin1"));
      }
    } catch (error) {
      if (this.#open) lost(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The longest part of an end that may have come already: the line end is what is missing. */
const endPartMax = "<<<\r".length;

/** Finds the messages in a stream of text; what stands between them is skipped. */
export class Splitter {
  #text = "";
  /** Up to here there is no end. */
  #scanned = 0;
  readonly #heard: (text: string) => void;
  readonly #lost: (why: string) => void;

  constructor(heard: (text: string) => void, lost: (why: string) => void) {
    this.#heard = heard;
    this.#lost = lost;
  }

  push(text: string): void {
    const all = this.#text + text;
    const end = /(?<=^|\n)<<<\r?\n/g;
    end.lastIndex = this.#scanned;
    let from = 0;
    while (end.exec(all) !== null) {
      const whole = all.slice(from, end.lastIndex);
      from = end.lastIndex;
      // The last beginning counts: a message that was cut short must not swallow the next one.
      const begin = `\n${whole}`.lastIndexOf("\n>>>");
      if (begin >= 0) this.#heard(whole.slice(begin));
    }
    this.#text = all.slice(from);
    if (this.#text.length > messageBytesMax) {
      this.#lost(`A message longer than ${messageBytesMax} bytes is dropped`);
      this.#text = "";
    }
    this.#scanned = Math.max(0, this.#text.length - endPartMax);
  }
}

/** What a message from the FIFO asks for, or why it is not carried out. */
export type Order = { readonly command: Command } | { readonly refused: string };

/** Understands one message in text form. */
export function orderOf(text: string): Order {
  const message = decodeClassic(text);
  if (message === undefined) return { refused: "not a message in text form" };
  const type = textOf(message, "t");
  if (type === undefined || type === "") return { refused: "a message without a type" };
  switch (type) {
    case "ask_resources":
      // Other words ("other", "done") are steps of the conversation, which the core leads itself.
      if (textOf(message, "info") !== "me") return { refused: "only info=me asks for anything" };
      return move("standby", textOf(message, "rsc_hold"));
    case "hb_takeover":
      return move("takeover", textOf(message, "rsc_hold"));
    case "addnode":
    case "delnode":
      return change(type, textOf(message, "nodelist"));
    case "setweight":
      return weigh(textOf(message, "node"), textOf(message, "weight"));
    case "setsite":
      return site(textOf(message, "node"), textOf(message, "site"));
    default:
      return plain(message);
  }
}

function move(name: "standby" | "takeover", word = "all"): Order {
  const set = setOf(name, word);
  return set === undefined
    ? { refused: `"${word}" is none of all, local, foreign, failback` }
    : { command: { name, set } };
}

function change(name: "addnode" | "delnode", list = ""): Order {
  const nodes = list.split(/[\s,]+/).filter((node) => node !== "");
  const wrong = nodes.find((node) => !isNodeName(node));
  if (nodes.length === 0) return { refused: "an empty node list" };
  if (wrong !== undefined) return { refused: `"${wrong}" is not a node name` };
  return { command: { name, nodes: nodes.map((node) => node.toLowerCase()) } };
}

function weigh(node: string | undefined, weight = ""): Order {
  if (!isNodeName(node) || !/^[0-9]{1,9}$/.test(weight)) return { refused: "a node and a weight" };
  return { command: { name: "setweight", node: node.toLowerCase(), weight: Number(weight) } };
}

function site(node: string | undefined, name = ""): Order {
  if (!isNodeName(node) || !/^[^\t\n]{0,64}$/.test(name)) return { refused: "a node and a site" };
  return { command: { name: "setsite", node: node.toLowerCase(), site: name } };
}

/** Any other message is broadcast as it is. It must survive the way to the pulse, which is JSON. */
function plain(message: Message): Order {
  const strange = message.fields.find((field) => field.type !== "string");
  return strange === undefined
    ? { command: { name: "message", message } }
    : { refused: `field "${strange.name}" is not a string` };
}
