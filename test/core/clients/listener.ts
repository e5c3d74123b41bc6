// Alice's core with local clients, and what they are told.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { Medium } from "../../../src/config/medium.ts";
import type { Directory } from "../../../src/core/clients/directory.ts";
import { Core } from "../../../src/core/core.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import { at } from "../../../src/core/instant.ts";
import { type Message, text } from "../../../src/wire/message.ts";
import { decodeNetstring } from "../../../src/wire/netstring.ts";
import { boot, config } from "../membership/scene.ts";

const media: readonly Medium[] = [
  { kind: "bcast", device: "eth0", port: 694 },
  { kind: "ucast", device: "eth0", peer: "10.0.0.2", port: 694 },
  { kind: "serial", device: "/dev/ttyS0", baud: 19_200, flow: "rtscts" },
  { kind: "ping", name: "router", address: "10.0.0.254" },
];

/** What the ping node sends back. */
export const echo = text({ t: "NS_st", st: "ping", info: "ping", src: "router", ts: "6b001160" });

export class Listener {
  readonly told: Directory[] = [];
  /** "1 status st=up …": class and fields of each delivery. */
  delivered: string[] = [];
  /** Each opening and closing. */
  readonly flow: boolean[] = [];
  readonly #core: Core;

  constructor(changes: Partial<ClusterConfig> = {}) {
    this.#core = new Core(config("alice", { media, ...changes }), boot("alice"), at(0));
    this.step({ on: "start" }, 0);
  }

  step(input: Input, ms: number): Effect[] {
    const effects = this.#core.step(input, at(ms));
    for (const effect of effects) {
      if (effect.do === "directory") this.told.push(effect.directory);
      if (effect.do === "flow") this.flow.push(effect.open);
      if (effect.do === "deliver") {
        this.delivered.push(`${effect.filter.toString(16)} ${shown(effect.body)}`);
      }
    }
    return effects;
  }

  hears(message: Message, link = "eth0", ms = 10): Effect[] {
    return this.step({ on: "message", link, message }, ms);
  }

  last(): Directory {
    const last = this.told.at(-1);
    if (last === undefined) throw new Error("nothing was told");
    return last;
  }

  node(name: string): unknown {
    return this.last().nodes.find((node) => node.name === name);
  }

  /** Lets time pass until this moment. */
  wait(until: number): void {
    for (let due = this.#core.deadline(); due !== undefined && due <= until; ) {
      this.step({ on: "alarm" }, due);
      due = this.#core.deadline();
    }
  }
}

/** The fields of a body in order, the type without its name; binary ones by their names alone. */
function shown(body: string): string {
  const decoded = decodeNetstring(body);
  if (decoded === undefined || decoded.end !== body.length) throw new Error(`not one: ${body}`);
  const words = decoded.message.fields.map(({ name, type, value }) => {
    if (type !== "string") return name;
    return name === "t" ? value : `${name}=${value}`;
  });
  return words.join(" ");
}
