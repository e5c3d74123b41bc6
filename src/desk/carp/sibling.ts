// The processes of `hb carp` on this host, as whoever shows state sees them: each is asked at its socket.
//
// None of them is trusted with the asker's time or memory: how many are asked, how much they say and what
// they say is bounded, and a slow one keeps nobody waiting.

import { parseCarpFile } from "../../config/carp/file.ts";
import type { RouterLine } from "../../config/carp/setting.ts";
import type { CarpView, RouterView, Snapshot } from "../../core/snapshot.ts";
import { ask } from "../client.ts";
import { within } from "../within.ts";
import { carpPids, carpSocket } from "./place.ts";
import { isRouterView } from "./view.ts";

/** One for each vhid of an interface. */
const processesMax = 256;
/** All vhids of an interface, each with many addresses. */
const answerBytesMax = 1024 * 1024;
/** It gives its own pulse two seconds, and then says so. */
const usualAnswerMs = 2_500;
/** What a busy process said before is its state for so long. */
const freshMs = 5_000;

export interface CarpViews {
  /** In the order of interfaces and vhids. */
  readonly routers: readonly RouterView[];
  /** In the order of pids. */
  readonly processes: readonly CarpView[];
}

interface Word {
  readonly at: number;
  readonly routers: readonly RouterView[];
  readonly trouble?: string;
}

export class Siblings {
  readonly #run: string;
  readonly #answerMs: number;
  readonly #words = new Map<number, Word>();
  readonly #asking = new Map<number, Promise<void>>();

  /** `answerMs`: one that has not answered then is asked anew with the next look. */
  constructor(run: string, answerMs = usualAnswerMs) {
    this.#run = run;
    this.#answerMs = answerMs;
  }

  /** What they say within this time; of one that takes longer, what it said last. */
  async look(patienceMs: number): Promise<CarpViews> {
    const pids = carpPids(this.#run)
      .toSorted((a, b) => a - b)
      .slice(0, processesMax);
    for (const pid of this.#words.keys()) if (!pids.includes(pid)) this.#words.delete(pid);
    await within(patienceMs, Promise.all(pids.map((pid) => this.#ask(pid))));
    const words = pids.flatMap((pid) => this.#lastOf(pid) ?? []);
    const routers = words.flatMap(({ pid, routers: own }) => own.map((view) => ({ ...view, pid })));
    return {
      routers: routers.toSorted((a, b) => a.device.localeCompare(b.device) || a.vhid - b.vhid),
      processes: words.map(({ pid, trouble }) => ({ pid, ...(trouble && { trouble }) })),
    };
  }

  /** Undefined for one that ended and left its socket behind. */
  #lastOf(pid: number): (Omit<Word, "at"> & { readonly pid: number }) | undefined {
    const word = this.#words.get(pid);
    const isFresh = word !== undefined && performance.now() - word.at < freshMs;
    if (isFresh) return { pid, ...word };
    return this.#asking.has(pid) ? { pid, routers: [], trouble: "no answer" } : undefined;
  }

  /** One question at a time. */
  #ask(pid: number): Promise<void> {
    const asked = this.#asking.get(pid) ?? this.#hear(pid);
    this.#asking.set(pid, asked);
    return asked;
  }

  async #hear(pid: number): Promise<void> {
    const limits = { limitMs: this.#answerMs, bytesMax: answerBytesMax };
    const result = await ask(carpSocket(this.#run, pid), { ask: "status" }, limits);
    const at = performance.now();
    const mute = (trouble: string) => this.#words.set(pid, { at, routers: [], trouble });
    if (result.kind === "absent") this.#words.delete(pid);
    else if (result.kind === "forbidden") mute("only root and its socket's group may ask it");
    else if (result.kind === "silent") mute(result.reason);
    else {
      const { snapshot, text } = result.answer;
      const routers: unknown = snapshot?.routers;
      if (snapshot === undefined) mute(text);
      else if (Array.isArray(routers) && routers.every(isRouterView)) {
        this.#words.set(pid, { at, routers });
      } else mute("what it said is no answer");
    }
    this.#asking.delete(pid);
  }
}

/** What all of them know, once. */
export function askCarp(run: string, limitMs: number): Promise<CarpViews> {
  return new Siblings(run, limitMs).look(limitMs);
}

/** The `carp` lines that all of them run; one that does not tell has none. */
export async function askCarpLines(run: string, limitMs: number): Promise<readonly RouterLine[]> {
  const limits = { limitMs, bytesMax: answerBytesMax };
  const told = carpPids(run)
    .slice(0, processesMax)
    .map(async (pid) => {
      const result = await ask(carpSocket(run, pid), { ask: "routers" }, limits);
      const isTold = result.kind === "done" && result.answer.ok;
      return isTold ? parseCarpFile(result.answer.text, "hb carp").routers : [];
    });
  return (await Promise.all(told)).flat();
}

/** What an agent knows, with what they know. */
export function withCarp(snapshot: Snapshot, { routers, processes }: CarpViews): Snapshot {
  if (processes.length === 0) return snapshot;
  return { ...snapshot, routers: [...snapshot.routers, ...routers], carp: processes };
}
