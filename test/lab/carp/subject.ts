// One program by the name of ucarp under examination: many virtual routers on one machine of a lab, each
// with options of its own, and what of them is seen: frames, script calls, words, ends.

import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { decodeAdvert } from "../../../src/wire/carp/advert.ts";
import { dissect } from "../../../src/wire/carp/packet.ts";
import { Voice } from "../../../src/wire/carp/voice.ts";
import { addressToBytes } from "../../../src/wire/ipaddress.ts";
import { router } from "../../wire/carp/vector.ts";
import type { Host } from "../host.ts";
import type { Lab } from "../lab.ts";
import { until } from "../until.ts";
import { Hearing } from "./hearing.ts";

const BUN = join(import.meta.dir, "../../../node_modules/.bin/bun");
const SPEAK = join(import.meta.dir, "speak.ts");

export interface Case {
  readonly vhid: number;
  /** Besides -i, -s, -v, -a, and the password. */
  readonly options: readonly string[];
  readonly pass?: string;
  readonly group?: string;
}

/** "A" and the counter, or "G" for a gratuitous ARP. */
export interface Event {
  readonly kind: "A" | "G";
  readonly counter: bigint;
  readonly atMs: number;
  /** Without what is random by its nature. */
  readonly hex: string;
}

export class Subject {
  readonly host: Host;
  readonly #observer: Host;
  readonly #program: string;
  readonly #hearing: Hearing;
  readonly #running = new Map<number, Subprocess>();

  private constructor(lab: Lab, program: string, hearing: Hearing) {
    this.host = lab.host("alice");
    this.#observer = lab.host("bob");
    this.#program = program;
    this.#hearing = hearing;
  }

  /** `target` is run by the name of ucarp. */
  static async on(lab: Lab, target: string): Promise<Subject> {
    const bin = join(lab.dir, "bin");
    mkdirSync(bin);
    symlinkSync(target, join(bin, "ucarp"));
    const alice = lab.host("alice");
    for (const way of ["up", "down"]) {
      const journal = `#!/bin/sh\necho "${way} $*" >>/var/log/scripts\n`;
      alice.write(`ha.d/${way}`, journal, 0o755);
    }
    alice.write("ha.d/passfile", "love\n", 0o600);
    const hearing = await Hearing.of(lab.host("bob"), "eth0", "arp");
    return new Subject(lab, join(bin, "ucarp"), hearing);
  }

  start({ vhid, options, pass = "love" }: Case): void {
    const own = ["-i", "eth0", "-s", this.host.address(), "-v", `${vhid}`, "-a", vip(vhid)];
    const secret = options.some((each) => /^(-o|--passfile)/.test(each)) ? [] : ["-p", pass];
    const command = [this.#program, ...own, ...secret, ...options];
    this.#running.set(vhid, this.host.spawn(command, `ucarp-${vhid}.log`));
  }

  /** Sends an advert of a peer to the router of this case. */
  async hears(cases: readonly Case[], pace: { advbase: number; advskew: number; counter: bigint }) {
    const source4 = addressToBytes(this.#observer.address());
    const frames = cases.map(({ vhid, pass = "love", group = "224.0.0.18" }) => {
      const voice = new Voice(router({ vhid, pass, addr: vip(vhid) }, { multicast: group }));
      const from = { mac: Uint8Array.of(2, 0, 0, 0, 0, 9), source4 };
      const [frame] = voice.frames({ ...pace, demote: 0 }, from, 1);
      return bytesToHex(frame ?? new Uint8Array(0));
    });
    await this.#observer.exec([BUN, SPEAK, "eth0"], frames.join("\n"));
  }

  /** What was seen of one router, in order. */
  events(vhid: number): Event[] {
    return this.#hearing.frames.flatMap(({ frame, atMs }): Event[] => {
      if (frame.readUInt16BE(12) === 0x0806) {
        const isOurs = frame.subarray(28, 32).join(".") === vip(vhid);
        const hex = frame.toString("hex");
        return isOurs ? [{ kind: "G" as const, counter: 0n, atMs, hex }] : [];
      }
      const dissected = dissect(frame);
      if (!dissected.ok || dissected.packet.vhid !== vhid) return [];
      const { counter } = decodeAdvert(dissected.packet.advert);
      return [{ kind: "A" as const, counter, atMs, hex: settled(frame, counter) }];
    });
  }

  /** Waits until each router has sent adverts with counters from here on. */
  async reaches(cases: readonly Case[], counter: bigint, adverts: number, withinMs: number) {
    for (const { vhid } of cases) {
      const what = `${adverts} adverts of ${vhid} from ${counter} on`;
      await until({ what, withinMs }, () => {
        const all = this.events(vhid).filter(({ kind }) => kind === "A");
        return (
          all.filter((each) => each.counter - counter < 1_000n && each.counter >= counter).length >=
          adverts
        );
      });
    }
  }

  /** Waits until each router has sent so many adverts at all. */
  async speaks(cases: readonly Case[], adverts: number, withinMs: number) {
    for (const { vhid } of cases) {
      await until({ what: `${adverts} adverts of ${vhid}`, withinMs }, () => {
        return this.events(vhid).filter(({ kind }) => kind === "A").length >= adverts;
      });
    }
  }

  /** Signals the process of one router. */
  signal(vhid: number, name: NodeJS.Signals): void {
    this.host.signal(name, new RegExp(`/bin/ucarp .*-v ${vhid} `));
  }

  /** How a process ended: its exit code, also when it died of a signal. */
  async end(vhid: number): Promise<number> {
    return (await this.#running.get(vhid)?.exited) ?? -1;
  }

  /** The script calls of one router, in order. */
  calls(vhid: number): string[] {
    const lines = this.host.read("log/scripts").split("\n");
    return lines.filter((line) => line.split(" ").includes(vip(vhid)));
  }

  /** What it wrote on stderr, without the time. What ucarp's children write stands at the end: they and
   *  their parent write at the same time. */
  words(vhid: number): string[] {
    const lines = this.host.read(`log/ucarp-${vhid}.log`).split("\n");
    const said = lines.flatMap((line) => /\[(?:WARNING|ERROR)\].*/.exec(line)?.[0] ?? []);
    const isChilds = (line: string) => line.startsWith("[ERROR] Unable to exec");
    return [...said.filter((line) => !isChilds(line)), ...said.filter(isChilds)];
  }
}

export function vip(vhid: number): string {
  return `10.77.200.${vhid}`;
}

/** The frame without identification and header checksum, and, while no peer was heard, without the random
 *  counter and what follows from it. */
function settled(frame: Buffer, counter: bigint): string {
  const bytes = Buffer.from(frame);
  bytes.fill(0, 18, 20);
  bytes.fill(0, 24, 26);
  if (counter > 1_000_000n) bytes.fill(0, 40, 70);
  return bytes.toString("hex");
}
