// What two nodes say, heard at the switch between them: are numbers missing, who asks for something again,
// and how far apart do heartbeats come.

import type { Keyring } from "../../src/wire/keyring.ts";
import { textOf } from "../../src/wire/message.ts";
import { open } from "../../src/wire/packet.ts";
import type { Lab } from "../lab/lab.ts";
import { until } from "../lab/until.ts";
import { type Heard, PcapReader } from "./pcap.ts";

/** Of one node, since the beginning; `longestMs` since it was asked the last time. */
export interface Speech {
  readonly packets: number;
  readonly heartbeats: number;
  /** Sequence numbers that were left out and did not come later either. */
  readonly gaps: number;
  /** Requests to send something again. */
  readonly asks: number;
  /** Messages that came again. */
  readonly again: number;
  /** Heartbeats that should have come in pauses between two others. */
  readonly missed: number;
  /** Longest time between two heartbeats. */
  readonly longestMs: number;
  /** Packets from its address that are no message of the cluster. */
  readonly foreign: number;
}

/** One node's speech as it is counted. */
export class Speaker {
  readonly #keepaliveMs: number;
  readonly #missing = new Set<number>();
  readonly #counts = {
    packets: 0,
    heartbeats: 0,
    asks: 0,
    again: 0,
    missed: 0,
    longestMs: 0,
    foreign: 0,
  };
  #generation = "";
  #last = 0;
  #beatMs: number | undefined;
  #lost = 0;

  constructor(keepaliveMs: number) {
    this.#keepaliveMs = keepaliveMs;
  }

  stray(): void {
    this.#counts.foreign++;
  }

  /** A message of this node. */
  said(words: { type: string; seq: number; generation: string }, atMs: number): void {
    const { type, seq, generation } = words;
    this.#counts.packets++;
    if (type === "NS_rexmit") this.#counts.asks++;
    if (Number.isFinite(seq)) this.#number(seq, generation);
    if (type === "status") this.#beat(atMs);
  }

  /** The counts; the longest pause begins anew. A pause counts when it is over. */
  take(): Speech {
    const speech = { ...this.#counts, gaps: this.#lost + this.#missing.size };
    this.#counts.longestMs = 0;
    return speech;
  }

  #number(seq: number, generation: string): void {
    if (generation !== this.#generation) {
      // A new life counts anew; what the old one left out will never come.
      this.#lost += this.#missing.size;
      this.#missing.clear();
      this.#generation = generation;
      this.#last = seq;
      return;
    }
    if (seq <= this.#last) {
      if (!this.#missing.delete(seq)) this.#counts.again++;
      return;
    }
    for (let one = this.#last + 1; one < seq && this.#missing.size < 10_000; one++) {
      this.#missing.add(one);
    }
    this.#last = seq;
  }

  #beat(atMs: number): void {
    this.#counts.heartbeats++;
    if (this.#beatMs !== undefined) {
      const pauseMs = atMs - this.#beatMs;
      this.#counts.longestMs = Math.max(this.#counts.longestMs, pauseMs);
      this.#counts.missed += Math.max(0, Math.round(pauseMs / this.#keepaliveMs) - 1);
    }
    this.#beatMs = atMs;
  }
}

export interface EarOptions {
  readonly nodes: readonly string[];
  readonly keyring: Keyring;
  readonly keepaliveMs: number;
}

export class Ear {
  readonly #speakers: ReadonlyMap<string, Speaker>;
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #keyring: Keyring;
  readonly #tcpdump: Bun.Subprocess<"ignore", "pipe", "pipe">;
  #listening = false;

  constructor(lab: Lab, { nodes, keyring, keepaliveMs }: EarOptions) {
    this.#keyring = keyring;
    this.#speakers = new Map(nodes.map((name) => [name, new Speaker(keepaliveMs)]));
    this.#addresses = new Map(nodes.map((name) => [lab.host(name).address(), name]));
    const options = ["--immediate-mode", "-U", "-n", "-s", "4096", "-B", "8192", "-i", "br0"];
    this.#tcpdump = Bun.spawn(lab.atSwitch(["tcpdump", ...options, "-w", "-", "udp port 694"]), {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    void this.#read();
    void this.#wait();
  }

  /** Returns when no packet can be missed. */
  async ready(): Promise<void> {
    await until({ what: "tcpdump at the switch", withinMs: 10_000 }, () => this.#listening);
  }

  take(node: string): Speech {
    const speaker = this.#speakers.get(node);
    if (speaker === undefined) throw new Error(`Nobody listens to ${node}`);
    return speaker.take();
  }

  stop(): void {
    this.#tcpdump.kill("SIGKILL");
  }

  async #wait(): Promise<void> {
    for await (const bytes of this.#tcpdump.stderr) {
      if (new TextDecoder().decode(bytes).includes("listening")) this.#listening = true;
    }
  }

  async #read(): Promise<void> {
    const reader = new PcapReader();
    for await (const bytes of this.#tcpdump.stdout) {
      for (const heard of reader.push(bytes)) this.#hear(heard);
    }
  }

  #hear({ atMs, from, payload }: Heard): void {
    const opened = open(payload, this.#keyring);
    const speaker = this.#speakers.get(this.#addresses.get(from) ?? "");
    if (speaker === undefined) return;
    if (!opened.ok) {
      speaker.stray();
      return;
    }
    const { message } = opened;
    const seq = Number.parseInt(textOf(message, "seq") ?? "", 16);
    const generation = textOf(message, "hg") ?? "";
    speaker.said({ type: textOf(message, "t") ?? "", seq, generation }, atMs);
  }
}
