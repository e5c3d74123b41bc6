// Clients of the client API that speak to their namesakes on all nodes, at a steady rate each: runs on a host of a lab
// and tells once a second what it has said and heard. One process has all of its host's clients, so that they cost
// the daemon's machine little.
//
//   clientload.ts NODE CLIENTS RATE

import { parseArgs } from "node:util";
import { FrameReader, frame } from "../src/wire/ipc/frame.ts";

const REGISTER = "/run/heartbeat/register";
const TICK_MS = 10;
/** What Pacemaker asks for. */
const QUEUE = 1024;

/** Since the last line. */
export interface Told {
  readonly atMs: number;
  readonly signedOn: number;
  readonly lost: number;
  readonly sent: number;
  /** From clients of this node, itself mostly, and from those of others. */
  readonly own: number;
  readonly others: number;
  /** How long messages were on their way. */
  readonly tookMs: { readonly median: number; readonly p99: number; readonly worst: number };
}

let signedOn = 0;
let lost = 0;
let sent = 0;
let own = 0;
let others = 0;
let took: number[] = [];

function words(fields: Readonly<Record<string, string | number>>): Uint8Array {
  const lines = Object.entries(fields).map(([name, value]) => `${name}=${value}\n`);
  return frame(Buffer.from(`>>>\n${lines.join("")}<<<\n\0`));
}

class Talker {
  readonly #node: string;
  readonly #name: string;
  readonly #reader = new FrameReader();
  #socket: Bun.Socket | undefined;
  #unsent: Uint8Array | undefined;
  #isMember = false;
  #debt = 0;

  constructor(node: string, name: string) {
    this.#node = node;
    this.#name = name;
  }

  async begin(): Promise<void> {
    this.#socket = await Bun.connect({
      unix: REGISTER,
      socket: {
        data: (_socket, bytes) => this.#heard(bytes),
        drain: () => this.#flush(),
        close: () => {
          lost += 1;
          this.#socket = undefined;
        },
      },
    });
    const { pid } = process;
    const who = { t: "hbapi-req", dest: this.#node, pid, from_id: this.#name };
    this.#write(words({ ...who, reqtype: "signon", uid: 0, gid: 0 }));
  }

  /** Says what it owes, unless the daemon does not take it now. */
  speak(rate: number): void {
    if (!this.#isMember || this.#socket === undefined) return;
    // What could not be said in a second is never said.
    this.#debt = Math.min(rate, this.#debt + (rate * TICK_MS) / 1000);
    for (; this.#debt >= 1 && this.#unsent === undefined; this.#debt -= 1) {
      const at = performance.timeOrigin + performance.now();
      this.#write(words({ t: "bench", at: at.toFixed(3), text: "x".repeat(60) }));
      sent += 1;
    }
  }

  #write(bytes: Uint8Array): void {
    const written = this.#socket?.write(bytes) ?? bytes.length;
    if (written < bytes.length) this.#unsent = bytes.subarray(Math.max(0, written));
  }

  #flush(): void {
    const bytes = this.#unsent;
    this.#unsent = undefined;
    if (bytes !== undefined) this.#write(bytes);
  }

  #heard(bytes: Uint8Array): void {
    for (const body of this.#reader.push(bytes) ?? []) {
      const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
      if (text.startsWith(">>>\nt=bench\n")) this.#count(text);
      else if (text.includes("reqtype=signon\nresult=OK\n")) this.#welcomed();
    }
  }

  #count(text: string): void {
    const now = performance.timeOrigin + performance.now();
    took.push(now - Number(text.slice(15, text.indexOf("\n", 15))));
    if (text.includes(`src=${this.#node}\n`)) own += 1;
    else others += 1;
  }

  #welcomed(): void {
    signedOn += 1;
    this.#isMember = true;
    const who = { t: "hbapi-req", dest: this.#node, pid: process.pid, from_id: this.#name };
    this.#write(words({ ...who, reqtype: "set_sendqlen", sendqlen: QUEUE }));
  }
}

function tell(): void {
  const sorted = took.sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const tookMs = { median: at(0.5) ?? 0, p99: at(0.99) ?? 0, worst: at(1) ?? 0 };
  const told: Told = { atMs: Date.now(), signedOn, lost, sent, own, others, tookMs };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  [sent, own, others, took] = [0, 0, 0, []];
}

if (import.meta.main) {
  const [node = "", clients = "1", rate = "1"] = parseArgs({ allowPositionals: true }).positionals;
  const talkers = Array.from({ length: Number(clients) }, (_, n) => new Talker(node, `bench${n}`));
  for (const talker of talkers) await talker.begin();
  let turn = 0;
  setInterval(() => {
    // Not always the same one first.
    for (let n = 0; n < talkers.length; n++)
      talkers[(n + turn) % talkers.length]?.speak(Number(rate));
    turn += 1;
  }, TICK_MS);
  setInterval(tell, 1_000);
}
