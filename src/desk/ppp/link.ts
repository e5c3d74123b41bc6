// One PPP link over its life: pppd is started, comes up, ends, is started again.
//
//   waiting   no pppd runs; the next one starts after a pause
//   starting  pppd runs, and the other end has not answered
//   up        pppd told interface and addresses
//
// A pppd that an administrator runs on the tty and whose ip-up hook calls hb serves as well; hb then
// waits beside it and never ends it.

import { statSync } from "node:fs";
import { bootMs } from "../../../ffi/clock.ts";
import type { PppMedium } from "../../config/medium.ts";
import type { PppLine } from "../../core/channel.ts";
import type { Level } from "../../core/effect.ts";
import type { PppView } from "../../core/snapshot.ts";
import { type ProcessName, processName } from "../process.ts";
import { Pppd } from "./pppd.ts";

const pauseFirstMs = 1_000;
const pauseMaxMs = 30_000;
/** A link that was up for so long ended for a reason of its own: no need to be careful. */
const longMs = 10_000;

/** How long to wait before pppd is started again. */
export class Pauses {
  #short = 0;

  /** Lives in a row that were short. */
  get short(): number {
    return this.#short;
  }

  /** After a life in which the link was up for `upMs`; undefined: it never came up. */
  next(upMs: number | undefined): number {
    if (upMs !== undefined && upMs >= longMs) {
      this.#short = 0;
      return 0;
    }
    this.#short += 1;
    return Math.min(pauseFirstMs * 2 ** (this.#short - 1), pauseMaxMs);
  }
}

export interface PppLinkHost {
  /** The whole command; throws why there is none. */
  command(medium: PppMedium): readonly string[];
  /** Where the words of pppd are kept while it runs. */
  readonly scratch: string;
  log(level: Level, text: string): void;
  /** What the pulse, old scripts and the next agent know of it is no longer right. */
  changed(link: PppLink): void;
}

/** A pppd that another agent left behind. */
export interface Adopted {
  readonly pppd: Pppd;
  readonly argv: readonly string[];
  readonly line: PppLine;
}

export class PppLink {
  readonly medium: PppMedium;
  readonly #host: PppLinkHost;
  #pppd: Pppd | undefined;
  #argv: readonly string[] = [];
  #isForeign = false;
  #line: PppLine | undefined;
  #why = "not started yet";
  #sinceMs = bootMs();
  /** When the present pppd was up for the first time. */
  #upMs: number | undefined;
  readonly #pauses = new Pauses();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(medium: PppMedium, host: PppLinkHost) {
    this.medium = medium;
    this.#host = host;
  }

  /** Interface and addresses while it is up. */
  get line(): PppLine | undefined {
    return this.#line;
  }

  /** One sentence on the present state. */
  get why(): string {
    return this.#why;
  }

  /** What another agent needs to take the link over, or to end it when it is not up; undefined while
   *  no pppd of ours runs. */
  get heritage():
    | { readonly name: ProcessName; readonly argv: readonly string[]; readonly line?: PppLine }
    | undefined {
    const name = this.#pppd?.name;
    if (name === undefined || this.#isForeign) return undefined;
    return { name, argv: this.#argv, ...(this.#line === undefined ? {} : { line: this.#line }) };
  }

  get pid(): number | undefined {
    return this.#pppd?.pid;
  }

  start(): void {
    if (this.#ended || this.#pppd !== undefined) return;
    const { device } = this.medium;
    try {
      const stat = statSync(device, { throwIfNoEntry: false });
      if (stat === undefined) throw new Error(`there is no tty "${device}"`);
      if (!stat.isCharacterDevice()) throw new Error(`"${device}" is no tty`);
      this.#argv = this.#host.command(this.medium);
      const level = this.#pauses.short > 1 ? "debug" : "info";
      const line = (text: string) => this.#host.log(level, `pppd on ${device}: ${text}`);
      this.#watch(Pppd.start(this.#argv, this.#host.scratch, line));
      this.#become(undefined, "pppd runs, the other end has not answered yet");
    } catch (error) {
      this.#wait(error instanceof Error ? error.message : String(error));
    }
  }

  /** Goes on with what an agent before this one started. */
  adopt({ pppd, argv, line }: Adopted): void {
    this.#argv = argv;
    this.#watch(pppd);
    this.#comeUp(line);
  }

  /** pppd says that it is up; false when that pppd is none that has the tty. */
  up(line: PppLine, pid: number): boolean {
    if (this.#ended) return false;
    const isKnown = this.#pppd?.pid === pid;
    if (!isKnown && (this.#line !== undefined || !this.#takeForeign(pid))) return false;
    const { local, remote } = line;
    if (local === remote) {
      this.#become(undefined, `both ends call themselves ${local}`);
      const text = `PPP link ${this.medium.device} is of no use: ${this.#why}`;
      this.#host.log("error", `${text}; each node needs an address of its own in ha.cf`);
      return true;
    }
    this.#comeUp(line);
    return true;
  }

  /** pppd says that the line is down; it may come up again by itself. */
  down(pid: number): boolean {
    if (this.#pppd?.pid !== pid) return false;
    if (this.#line !== undefined) this.#host.log("warn", `PPP link ${this.medium.device} is down`);
    this.#become(undefined, "the line went down, pppd begins anew");
    return true;
  }

  /** Takes the link down for good; resolves when its pppd is gone. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const pppd = this.#pppd;
    if (pppd !== undefined && !this.#isForeign) await pppd.end();
    this.#pppd = undefined;
    this.#become(undefined, "taken down");
  }

  view(): PppView {
    const { device: tty, local } = this.medium;
    const state = this.#pppd === undefined ? "waiting" : this.#line ? "up" : "starting";
    const { remote } = this.#line ?? this.medium;
    return {
      tty,
      state,
      sinceMs: Math.round(bootMs() - this.#sinceMs),
      ...(this.#pppd === undefined ? {} : { pid: this.#pppd.pid }),
      ...(this.#line === undefined ? {} : { device: this.#line.device }),
      local: this.#line?.local ?? local,
      ...(remote === undefined ? {} : { remote }),
      why: this.#why,
    };
  }

  #takeForeign(pid: number): boolean {
    const name = processName(pid);
    const pppd = name === undefined ? undefined : Pppd.adopt(name);
    if (pppd === undefined) return false;
    clearTimeout(this.#timer);
    // Ours may be about to find the tty locked.
    const own = this.#isForeign ? undefined : this.#pppd;
    this.#watch(pppd);
    this.#isForeign = true;
    own?.end();
    return true;
  }

  #watch(pppd: Pppd) {
    this.#pppd = pppd;
    this.#isForeign = false;
    this.#upMs = undefined;
    pppd.ended.then((reason) => {
      if (this.#pppd === pppd && !this.#ended) this.#wait(reason);
    });
  }

  #comeUp(line: PppLine) {
    this.#upMs ??= bootMs();
    const { device, local, remote } = line;
    const whose = this.#isForeign ? ` by pppd ${this.pid}, which is not hb's` : "";
    this.#become(line, `up${whose}`);
    const text = `PPP link ${this.medium.device} is up: ${device}, ${local} to ${remote}${whose}`;
    this.#host.log("info", text);
  }

  /** No pppd: plans the next one. */
  #wait(reason: string) {
    const pauseMs = this.#pauses.next(this.#upMs === undefined ? undefined : bootMs() - this.#upMs);
    this.#pppd = undefined;
    this.#upMs = undefined;
    const when = pauseMs === 0 ? "at once" : `in ${pauseMs / 1_000} s`;
    // A tty that is not there is tried for months: the first times tell everything.
    const level = this.#pauses.short > 2 ? "debug" : "warn";
    this.#host.log(level, `PPP link ${this.medium.device}: ${reason}, the next start is ${when}`);
    this.#become(undefined, reason);
    this.#timer = setTimeout(() => this.start(), pauseMs);
  }

  #become(line: PppLine | undefined, why: string) {
    this.#line = line;
    this.#why = why;
    this.#sinceMs = bootMs();
    this.#host.changed(this);
  }
}
