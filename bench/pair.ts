// A pair of nodes with a client, running hb or Heartbeat 3.0.6 with the same files: one subject of the
// failover measurement. Knows how to kill the holder and how to bring the dead node back.

import { HB, settled, startAgent, status } from "../test/lab/agent.ts";
import { Client, serve } from "../test/lab/client.ts";
import { type Cluster, configure } from "../test/lab/conf.ts";
import { startHeartbeat } from "../test/lab/heartbeat.ts";
import type { Host } from "../test/lab/host.ts";
import { Lab } from "../test/lab/lab.ts";
import { until } from "../test/lab/until.ts";
import { Sniffer } from "./sniffer.ts";

export type Program = "hb" | "heartbeat";
export const ADDRESS = "10.77.0.100";

export interface Setting {
  readonly keepalive: string;
  readonly warntime: string;
  readonly deadtime: string;
  readonly deadtimeMs: number;
  readonly keepaliveMs: number;
}

/** One death, in milliseconds after the kill. */
export interface Failover {
  readonly addressMs: number;
  readonly answerMs: number;
  /** Time from (last packet of the dead node + deadtime) to the address on the survivor. */
  readonly addedMs: number;
}

export class Pair {
  readonly program: Program;
  readonly setting: Setting;
  readonly #lab: Lab;
  readonly #client: Client;
  readonly #sniffer: Sniffer;
  readonly #spoke = new Map<string, number>();

  private constructor(program: Program, setting: Setting, lab: Lab) {
    this.program = program;
    this.setting = setting;
    this.#lab = lab;
    this.#client = new Client(lab.host("client"), ADDRESS, { everyMs: 2 });
    this.#sniffer = new Sniffer(lab, "udp and port 694", (atMs, text) => {
      const from = /IP (\S+)\.\d+ >/.exec(text)?.[1] ?? "";
      this.#spoke.set(from, atMs);
    });
  }

  /** Makes the lab, starts both nodes and waits until the address is served. */
  static async up(program: Program, setting: Setting): Promise<Pair> {
    const lab = await Lab.up({ hosts: ["alice", "bob", "client"] });
    const pair = new Pair(program, setting, lab);
    try {
      await pair.#sniffer.ready();
      configure(lab, pair.#files(), pair.#nodes());
      for (const node of pair.#nodes()) {
        serve(node);
        await pair.#start(node);
      }
      for (const node of pair.#nodes()) await pair.#joined(node, 60_000);
      const one = { what: `one holder of ${ADDRESS}`, withinMs: 60_000, everyMs: 100 };
      await until(one, () => lab.watch.holders(ADDRESS).length === 1);
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

  /** Kills the holder with everything on it, measures, and brings it back as the other node. */
  async failover(): Promise<Failover> {
    const { watch } = this.#lab;
    const holders = watch.holders(ADDRESS);
    const [holder = ""] = holders;
    if (holders.length !== 1) throw new Error(`False takeover: ${holders.join(" and ")} hold it`);
    const dead = this.#lab.host(holder);
    const heir = this.#lab.host(holder === "alice" ? "bob" : "alice");
    const killedAt = dead.kill();
    await this.#lab.cut(holder);

    const withinMs = this.setting.deadtimeMs + 10_000;
    const answer = await this.#client.answered(heir.name, killedAt, withinMs);
    const up = await until({ what: `the address on ${heir.name}`, withinMs }, () =>
      watch.since(ADDRESS, killedAt).find((change) => change.host === heir.name && change.up),
    );
    const spokeAt = this.#spoke.get(dead.address()) ?? killedAt;
    await this.#revive(dead);
    return {
      addressMs: up.atMs - killedAt,
      answerMs: answer.atMs - killedAt,
      addedMs: up.atMs - spokeAt - this.setting.deadtimeMs,
    };
  }

  #nodes(): Host[] {
    return [this.#lab.host("alice"), this.#lab.host("bob")];
  }

  #files(): Cluster {
    const { keepalive, warntime, deadtime } = this.setting;
    const times = { keepalive, warntime, deadtime, initdead: "10" };
    const resources = [`alice ${ADDRESS}/24/eth0`];
    return { ...times, resources, failback: "off", nodes: ["alice", "bob"] };
  }

  async #start(node: Host): Promise<void> {
    if (this.program === "hb") startAgent(node);
    else await startHeartbeat(node);
  }

  async #joined(node: Host, withinMs: number): Promise<void> {
    if (this.program === "hb") {
      await settled(node, withinMs);
      const both = { what: `${node.name} to see both nodes active`, withinMs, everyMs: 100 };
      await until(both, async () => {
        const nodes = (await status(node))?.nodes ?? [];
        return nodes.length === 2 && nodes.every((one) => one.state === "active");
      });
      return;
    }
    await node.says("log/ha-log", /(remote|local) resource transition completed/, withinMs);
    await node.says("log/ha-log", /(R|r)esource acquisition complete/, withinMs);
  }

  /** The dead node comes back empty-handed; a dead Heartbeat 3.0.6 has left its address behind. */
  async #revive(dead: Host): Promise<void> {
    await dead.exec(["ip", "addr", "del", `${ADDRESS}/24`, "dev", "eth0"]);
    await this.#lab.mend(dead.name);
    dead.forgetRun();
    dead.write("log/ha-log", "");
    serve(dead);
    await this.#start(dead);
    await this.#joined(dead, 60_000);
    // Not always at the same phase of the heartbeat, and not in the wake of the joining.
    await Bun.sleep(1_500 + Math.random() * this.setting.keepaliveMs);
  }
}

/** Whether the binary of hb can be measured. */
export function hasHb(): Promise<boolean> {
  return Bun.file(HB).exists();
}
