// Two hosts that share an address by hb carp, ucarp or keepalived (VRRPv3), and a client: one subject of the
// measurement. Knows how to kill the master and how to bring the dead host back as backup.

import { existsSync } from "node:fs";
import { HB } from "../test/lab/agent.ts";
import { Client, serve } from "../test/lab/client.ts";
import type { Host } from "../test/lab/host.ts";
import { Lab } from "../test/lab/lab.ts";
import { until } from "../test/lab/until.ts";
import { Sniffer } from "./sniffer.ts";

/** "other" is another hb: what was before a change, beside what is after it. */
export type Sharer = "hb" | "other" | "ucarp" | "keepalived";
export const ADDRESS = "10.77.0.252";

/** Times of a shared address, in the terms of each program; the dead times are the same within 1 %. */
export interface Tempo {
  readonly title: string;
  readonly intervalMs: number;
  readonly deadMs: number;
  /** advbase, advskew. */
  readonly carp: readonly [number, number];
  /** Seconds; keepalived counts in hundredths. */
  readonly advertInt: number;
  readonly sharers: readonly Sharer[];
}

/** One death, in milliseconds after the kill. */
export interface Death {
  readonly addressMs: number;
  readonly answerMs: number;
  /** From (last advert + dead time) to the address on the survivor. */
  readonly addedMs: number;
}

const PROGRAMS: Readonly<Record<Sharer, string>> = {
  hb: HB,
  other: process.env.HB_OTHER ?? "",
  ucarp: "/usr/sbin/ucarp",
  keepalived: "/usr/sbin/keepalived",
};

export function isThere(sharer: Sharer): boolean {
  return existsSync(PROGRAMS[sharer]);
}

export class CarpPair {
  readonly sharer: Sharer;
  readonly tempo: Tempo;
  readonly #lab: Lab;
  readonly #client: Client;
  readonly #sniffer: Sniffer;
  readonly #spoke = new Map<string, number>();

  private constructor(sharer: Sharer, tempo: Tempo, lab: Lab) {
    this.sharer = sharer;
    this.tempo = tempo;
    this.#lab = lab;
    this.#client = new Client(lab.host("client"), ADDRESS, { everyMs: 2 });
    this.#sniffer = new Sniffer(lab, "ip proto 112", (atMs, text) => {
      this.#spoke.set(/IP (\S+) >/.exec(text)?.[1] ?? "", atMs);
    });
  }

  /** Makes the lab, starts both hosts and waits until one of them has the address. */
  static async up(sharer: Sharer, tempo: Tempo): Promise<CarpPair> {
    const lab = await Lab.up({ hosts: ["alice", "bob", "client"], name: "bench" });
    const pair = new CarpPair(sharer, tempo, lab);
    try {
      await pair.#sniffer.ready();
      for (const host of pair.#hosts) {
        serve(host);
        pair.#write(host);
        pair.#start(host);
        const one = { what: `${host.name} to settle`, withinMs: 30_000, everyMs: 50 };
        await until(one, () => lab.watch.holders(ADDRESS).length === 1);
      }
      await Bun.sleep(2 * tempo.deadMs);
      return pair;
    } catch (error) {
      process.stderr.write(`${lab.tail()}\n`);
      await pair.down();
      throw error;
    }
  }

  async down(): Promise<void> {
    this.#client.stop();
    this.#sniffer.stop();
    await this.#lab.down();
  }

  /** How often the address came to a host since it is there: once is right. */
  get takeovers(): number {
    const came = this.#lab.watch.changes.filter(({ address, up }) => up && address === ADDRESS);
    return came.length;
  }

  /** Kills the master with everything on it, measures, and brings it back as the other one. */
  async death(): Promise<Death> {
    const { watch } = this.#lab;
    const holders = watch.holders(ADDRESS);
    const [holder = ""] = holders;
    if (holders.length !== 1) throw new Error(`False takeover: ${holders.join(" and ")} hold it`);
    const dead = this.#lab.host(holder);
    const heir = this.#lab.host(holder === "alice" ? "bob" : "alice");
    const killedAt = dead.kill();
    await this.#lab.cut(holder);
    const withinMs = this.tempo.deadMs + 10_000;
    const answer = await this.#client.answered(heir.name, killedAt, withinMs);
    const up = await until({ what: `the address on ${heir.name}`, withinMs }, () =>
      watch.since(ADDRESS, killedAt).find((change) => change.host === heir.name && change.up),
    );
    const spokeAt = this.#spoke.get(dead.address()) ?? killedAt;
    await this.#revive(dead);
    return {
      addressMs: up.atMs - killedAt,
      answerMs: answer.atMs - killedAt,
      addedMs: up.atMs - spokeAt - this.tempo.deadMs,
    };
  }

  get #hosts(): Host[] {
    return [this.#lab.host("alice"), this.#lab.host("bob")];
  }

  #write(host: Host): void {
    const [up, down] = ["add", "del"].map(
      (verb) => `#!/bin/sh\nip addr ${verb} "$2/24" dev "$1" 2>/dev/null\nexit 0\n`,
    );
    host.write("ha.d/up", up ?? "", 0o755);
    host.write("ha.d/down", down ?? "", 0o755);
    host.write("ha.d/passfile", "bench-secret\n", 0o600);
    const instance = [
      "global_defs { vrrp_version 3 }",
      "vrrp_instance V { state BACKUP; interface eth0; virtual_router_id 42; priority 254; nopreempt",
      `  advert_int ${this.tempo.advertInt}`,
      `  virtual_ipaddress { ${ADDRESS}/24 } }`,
    ];
    host.write("ha.d/keepalived.conf", `${instance.join("\n").replaceAll("; ", "\n  ")}\n`);
  }

  #start(host: Host): void {
    const [advbase, advskew] = this.tempo.carp;
    const pace = ["-b", `${advbase}`, "-k", `${advskew}`];
    switch (this.sharer) {
      case "hb":
      case "other": {
        const own = ["-i", "eth0", "-v", "42", "-o", "/etc/ha.d/passfile", "-a", `${ADDRESS}/24`];
        host.spawn([PROGRAMS[this.sharer], "carp", ...own, ...pace], "hb-carp.log");
        return;
      }
      case "ucarp": {
        const own = ["-i", "eth0", "-s", host.address(), "-v", "42", "-a", ADDRESS];
        const hands = ["-p", "bench-secret", "-u", "/etc/ha.d/up", "-d", "/etc/ha.d/down"];
        host.spawn([PROGRAMS.ucarp, ...own, ...hands, ...pace, "-f", "none"], "ucarp.log");
        return;
      }
      case "keepalived":
        host.spawn(
          [PROGRAMS.keepalived, "-n", "-l", "-P", "-f", "/etc/ha.d/keepalived.conf"],
          "keepalived.log",
        );
    }
  }

  /** Comes back empty-handed and waits as a backup for some while, not always for the same. */
  async #revive(dead: Host): Promise<void> {
    await dead.exec(["ip", "addr", "del", `${ADDRESS}/24`, "dev", "eth0"]);
    dead.forgetRun();
    await dead.exec(["sh", "-c", "rm -f /run/keepalived*.pid /run/vrrp.pid"]);
    await this.#lab.mend(dead.name);
    serve(dead);
    this.#start(dead);
    await Bun.sleep(2_000 + this.tempo.deadMs + Math.random() * this.tempo.intervalMs);
  }
}
