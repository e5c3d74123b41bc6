// The PPP links of this host: one for each `ppp` medium of ha.cf. The pulse is told of every line that
// is up, `hb status` of all, old scripts by files.
//
// What runs is written down, so that an agent that was killed costs no link: the next one goes on with
// the pppd that it finds, if that was up and called as it would call it now, and ends it otherwise.

import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";
import type { ClusterConfig, Timing } from "../../config/cluster.ts";
import type { PppMedium } from "../../config/medium.ts";
import type { FromDesk, PppLine } from "../../core/channel.ts";
import type { PppView } from "../../core/snapshot.ts";
import { readTextIfThere, replaceFile } from "../disk.ts";
import type { Log } from "../log.ts";
import type { Reply } from "../pending.ts";
import type { Places } from "../place.ts";
import { isProcessName, type ProcessName } from "../process.ts";
import { listed } from "../record.ts";
import { isPppLine, type PppEvent } from "../request.ts";
import { pppFile, removePppFile, writePppFile } from "./file.ts";
import { placeHooks } from "./hook.ts";
import { PppLink, type PppLinkHost } from "./link.ts";
import { findPppd, Pppd, pppdWords } from "./pppd.ts";

export interface PppOptions {
  readonly places: Pick<Places, "conf" | "run" | "scratch" | "ppp">;
  readonly log: Log;
  /** To the pulse. */
  tell(message: FromDesk): void;
}

/** A pppd that ran when its agent was killed. */
interface Heir {
  readonly tty: string;
  readonly name: ProcessName;
  readonly argv: readonly string[];
  /** Absent: it was not up. It may be now, and nobody was there to hear of it. */
  readonly line?: PppLine;
}

export class Ppp {
  readonly #options: PppOptions;
  readonly #links = new Map<string, PppLink>();
  readonly #host: PppLinkHost;
  #timing: Timing;
  /** Links start and end in the order in which they were asked to: two pppds never want one tty. */
  #settled: Promise<void> = Promise.resolve();
  #isStarted = false;
  #ended = false;

  constructor(options: PppOptions, { timing }: Pick<ClusterConfig, "timing">) {
    this.#options = options;
    this.#timing = timing;
    const { log, places } = options;
    this.#host = {
      scratch: places.run,
      command: (medium) => this.#command(medium),
      log: (level, text) => log.write(level, text, "ppp"),
      changed: (link) => this.#changed(link),
    };
  }

  /** Takes over what is left of an agent before this one, and starts the rest. */
  start(config: ClusterConfig): void {
    this.#isStarted = true;
    const heirs = parseHeirs(readTextIfThere(this.#memory));
    this.#settled = this.#settled.then(async () => {
      const wanted = config.media.filter((medium) => medium.kind === "ppp");
      for (const heir of heirs) await this.#inherit(heir, wanted);
      this.#adopt(wanted);
    });
  }

  /** Adopts a new configuration: links that are the same go on undisturbed. */
  adopt({ media, timing }: Pick<ClusterConfig, "media" | "timing">): void {
    this.#timing = timing;
    const wanted = media.filter((medium) => medium.kind === "ppp");
    const keys = wanted.map(keyOf);
    this.#settled = this.#settled.then(async () => {
      const gone = [...this.#links.values()].filter(({ medium }) => !keys.includes(keyOf(medium)));
      await Promise.all(gone.map((link) => this.#remove(link)));
      this.#adopt(wanted);
    });
  }

  /** A new pulse knows of no link: tells it of each. */
  tell(): void {
    for (const link of this.#links.values()) this.#say(link);
  }

  /** What an ip-up or ip-down hook says. */
  heard({ event, tty, pid, line }: PppEvent): Reply {
    const link = this.#links.get(tty);
    if (link === undefined) return { ok: false, text: `ha.cf has no "ppp" on ${tty}` };
    const known = event === "up" ? link.up(line, pid) : link.down(pid);
    if (known) return { ok: true, text: "" };
    return { ok: false, text: `pppd ${pid} is not the one that has ${tty}` };
  }

  views(): PppView[] {
    return [...this.#links.values()].map((link) => link.view());
  }

  /** Takes every link down; resolves when all are gone. */
  async end(): Promise<void> {
    // What an agent before this one left is for the next one.
    if (!this.#isStarted) return;
    this.#ended = true;
    await this.#settled;
    await Promise.all([...this.#links.values()].map((link) => this.#remove(link)));
    rmSync(this.#memory, { force: true });
  }

  get #memory(): string {
    return join(this.#options.places.ppp, "links");
  }

  /** How pppd is called; throws why it cannot be. Its hooks are put in place anew each time: they
   *  belong to this process, and somebody may have cleaned up. */
  #command(medium: PppMedium): string[] {
    const pppd = findPppd();
    if (pppd === undefined) {
      throw new Error('pppd is not installed: it is in the Debian package "ppp"');
    }
    const { places } = this.#options;
    const [hooks, run] = [resolve(places.ppp), resolve(places.run)];
    placeHooks(hooks);
    return [pppd, ...pppdWords({ medium, timing: this.#timing, hooks, run })];
  }

  #isCalledSo(medium: PppMedium, argv: readonly string[]): boolean {
    try {
      return JSON.stringify(this.#command(medium)) === JSON.stringify(argv);
    } catch {
      return false;
    }
  }

  async #inherit({ tty, name, argv, line }: Heir, wanted: readonly PppMedium[]): Promise<void> {
    const pppd = Pppd.adopt(name);
    if (pppd === undefined) return;
    const medium = wanted.find(({ device }) => device === tty);
    if (medium !== undefined && line !== undefined && this.#isCalledSo(medium, argv)) {
      this.#options.log.info(
        `pppd ${pppd.pid} of an agent before still runs: going on with it`,
        "ppp",
      );
      const link = new PppLink(medium, this.#host);
      this.#links.set(tty, link);
      link.adopt({ pppd, argv, line });
      return;
    }
    this.#options.log.warn(`pppd ${pppd.pid} of an agent before is ended first`, "ppp");
    await pppd.end();
    this.#unwrite(tty);
  }

  #adopt(wanted: readonly PppMedium[]) {
    if (this.#ended) return;
    for (const medium of wanted) {
      if (this.#links.has(medium.device)) continue;
      const link = new PppLink(medium, this.#host);
      this.#links.set(medium.device, link);
      link.start();
    }
  }

  async #remove(link: PppLink): Promise<void> {
    await link.end();
    this.#links.delete(link.medium.device);
  }

  #changed(link: PppLink) {
    const { line, pid } = link;
    this.#say(link);
    const { device } = link.medium;
    if (line === undefined || pid === undefined) this.#unwrite(device);
    else this.#try(() => writePppFile(this.#file(device), line, pid));
    this.#try(() => this.#remember());
  }

  #say({ medium, line, why }: PppLink) {
    const told = line === undefined ? {} : { line };
    this.#options.tell({ say: "ppp", tty: medium.device, ...told, reason: why });
  }

  #remember() {
    const heirs = [...this.#links.values()].flatMap(({ medium, heritage }): Heir[] =>
      heritage === undefined ? [] : [{ tty: medium.device, ...heritage }],
    );
    if (heirs.length === 0) rmSync(this.#memory, { force: true });
    else replaceFile(this.#memory, JSON.stringify(heirs), { sync: false });
  }

  #file(tty: string): string {
    return pppFile(join(this.#options.places.conf, "ppp.d"), tty);
  }

  #unwrite(tty: string) {
    this.#try(() => removePppFile(this.#file(tty)));
  }

  /** What is written down serves others: a disk that is read-only is no end of a link, or of the rest. */
  #try(act: () => void) {
    try {
      act();
    } catch (error) {
      this.#options.log.warn(`Cannot write down PPP link: ${reasonOf(error)}`, "ppp");
    }
  }
}

function keyOf(medium: PppMedium): string {
  return JSON.stringify(medium);
}

/** The runs of pppd that a file names; none when it cannot be understood. */
export function parseHeirs(text: string | undefined): Heir[] {
  return listed(text, isHeir);
}

function isHeir(value: Partial<Heir> | null): value is Heir {
  return (
    typeof value?.tty === "string" &&
    isProcessName(value.name) &&
    Array.isArray(value.argv) &&
    value.argv.every((word) => typeof word === "string") &&
    (value.line === undefined || isPppLine(value.line))
  );
}
