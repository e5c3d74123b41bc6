// A bench for models of Heartbeat 3 alone: hosts, a wire and scripts that work, and everything that was said.
// Where faults matter there is the made-up world (src/sim); this one is for comparing with captures.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Input } from "../../../../src/core/input.ts";
import { at } from "../../../../src/core/instant.ts";
import { Agenda } from "../../../../src/sim/agenda.ts";
import type { Mind } from "../../../../src/sim/shape.ts";
import { type Message, textOf } from "../../../../src/wire/message.ts";
import { heartbeat3 } from "./heartbeat3.ts";

const WIRE_MS = 0.2;
const SCRIPT_MS = 20;
const UNIX_MS = 1_700_000_000_000;

export interface Said {
  readonly atMs: number;
  readonly src: string;
  readonly message: Message;
}

interface BenchHost {
  readonly name: string;
  readonly config: ClusterConfig;
  mind: Mind | undefined;
  generation: number;
  life: number;
  alarm: number | undefined;
  readonly up: Set<string>;
}

export class Bench {
  now = 0;
  readonly said: Said[] = [];
  readonly logs: { readonly atMs: number; readonly node: string; readonly text: string }[] = [];
  readonly #agenda = new Agenda();
  readonly #hosts: ReadonlyMap<string, BenchHost>;
  /** Scripts that fail to start, as "node word". */
  readonly broken = new Set<string>();
  isCut = false;
  #requests = 0;

  constructor(configs: readonly ClusterConfig[], firstGeneration = 100) {
    const hosts = configs.map((config): [string, BenchHost] => [
      config.self,
      {
        name: config.self,
        config,
        mind: undefined,
        generation: firstGeneration - 1,
        life: 0,
        alarm: undefined,
        up: new Set(),
      },
    ]);
    this.#hosts = new Map(hosts);
  }

  start(name: string): void {
    const host = this.#host(name);
    host.generation += 1;
    host.life += 1;
    const uuid = name.charCodeAt(0).toString(16).repeat(16);
    const { generation } = host;
    const boot = { uuid, generation, bootUnixMs: UNIX_MS, hostcache: [], delhostcache: [] };
    host.mind = heartbeat3(host.config, boot, at(this.now));
    this.#give(host, { on: "start" });
  }

  kill(name: string): void {
    const host = this.#host(name);
    host.mind = undefined;
    host.life += 1;
    host.up.clear();
  }

  command(name: string, command: "standby" | "takeover", set: "all" | "local" | "foreign"): void {
    this.#requests += 1;
    const input: Input = {
      on: "command",
      request: this.#requests,
      command: { name: command, set },
    };
    this.#give(this.#host(name), input);
  }

  /** A node hears something that nobody on this bench said. */
  hear(name: string, message: Message): void {
    this.#give(this.#host(name), { on: "message", link: "eth0", message });
  }

  leave(name: string): void {
    this.#requests += 1;
    const command = { name: "leave" } as const;
    this.#give(this.#host(name), { on: "command", request: this.#requests, command });
  }

  /** What is up on a node. */
  held(name: string): string[] {
    return [...this.#host(name).up].sort();
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#agenda.next(); next !== undefined && next <= end; ) {
      const entry = this.#agenda.take();
      this.now = Math.max(this.now, next);
      entry?.happen();
      next = this.#agenda.next();
    }
    this.now = end;
  }

  #host(name: string): BenchHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  #give(host: BenchHost, input: Input): void {
    if (host.mind === undefined) return;
    const effects = host.mind.step(input, at(this.now));
    for (const effect of effects) this.#act(host, effect);
    this.#arm(host);
  }

  #arm(host: BenchHost): void {
    const due = host.mind?.deadline();
    if (due === undefined) return;
    if (host.alarm !== undefined && host.alarm <= due && host.alarm >= this.now) return;
    host.alarm = due;
    this.#later(host, Math.max(due - this.now, 0), () => {
      if (host.alarm !== due) return;
      host.alarm = undefined;
      this.#give(host, { on: "alarm" });
    });
  }

  #later(host: BenchHost, ms: number, act: () => void): void {
    const { life } = host;
    const happen = () => {
      if (life === host.life) act();
    };
    this.#agenda.plan(this.now + ms, { happen });
  }

  #act(host: BenchHost, effect: Effect): void {
    switch (effect.do) {
      case "send":
        this.#send(host, effect.message);
        return;
      case "log":
        this.logs.push({ atMs: this.now, node: host.name, text: effect.text });
        return;
      case "hold":
      case "drop": {
        for (const { word } of effect.resources) {
          if (effect.do === "hold") host.up.add(word);
          else host.up.delete(word);
        }
        this.#answer(host, effect.job, true);
        return;
      }
      case "run":
        this.#answer(host, effect.job, this.#run(host, effect));
        return;
      case "exit":
        this.kill(host.name);
        return;
      case "restart":
        this.start(host.name);
        return;
      default:
        return;
    }
  }

  #run(host: BenchHost, { action, resource }: Extract<Effect, { do: "run" }>): boolean {
    const { word } = resource;
    if (action === "status") return host.up.has(word);
    if (action === "start" && this.broken.has(`${host.name} ${word}`)) return false;
    if (action === "start") host.up.add(word);
    else host.up.delete(word);
    return true;
  }

  #answer(host: BenchHost, job: number, ok: boolean): void {
    this.#later(host, SCRIPT_MS, () =>
      this.#give(host, { on: "result", job, ok, text: "", tookMs: SCRIPT_MS }),
    );
  }

  #send(host: BenchHost, message: Message): void {
    this.said.push({ atMs: this.now, src: textOf(message, "src") ?? "", message });
    for (const other of this.#hosts.values()) {
      if (this.isCut && other !== host) continue;
      this.#later(other, WIRE_MS, () =>
        this.#give(other, { on: "message", link: "eth0", message }),
      );
    }
  }
}
