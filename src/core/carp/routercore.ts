// The core of a process that hosts virtual routers and nothing else (`hb carp`): the face of core.ts
// without membership and groups.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Boot } from "../boot.ts";
import type { Effect } from "../effect.ts";
import type { Input } from "../input.ts";
import type { Instant } from "../instant.ts";
import type { PulseView, Snapshot } from "../snapshot.ts";
import { Routers } from "./routers.ts";

export class RouterCore {
  readonly #routers: Routers;
  readonly #generation: number;
  #config: ClusterConfig;
  /** The request to leave, and what to answer when it is done. */
  #leave: { readonly request: number } | undefined;
  #hasExited = false;

  constructor(config: ClusterConfig, boot: Boot, now: Instant) {
    const { generation, masters } = boot;
    this.#config = config;
    this.#generation = generation;
    this.#routers = new Routers(config.routers, { generation, masters }, now);
  }

  /** Take one input and say what shall be done about it. */
  step(input: Input, now: Instant): Effect[] {
    const effects = this.#step(input, now);
    if (this.#routers.settled()) effects.push(this.#reconfigure());
    return [...effects, ...this.#end()];
  }

  deadline(): Instant | undefined {
    return this.#routers.deadline();
  }

  snapshot(now: Instant, pulse: PulseView): Snapshot {
    return {
      version: 1,
      node: this.#config.self,
      state: this.#leave === undefined ? "active" : "leaving",
      generation: this.#generation,
      resources: "none",
      nodes: [],
      groups: [],
      routers: this.#routers.views(now, pulse),
      dropped: {},
      pulse,
    };
  }

  #step(input: Input, now: Instant): Effect[] {
    const routers = this.#routers;
    switch (input.on) {
      case "alarm":
        return routers.expire(now);
      case "overslept":
        return routers.overslept(input.ms, now);
      case "result":
        return routers.result(input, now);
      case "address-lost":
        return routers.lost(input, now);
      case "rival":
        return routers.rival(input, now);
      case "fenced":
        return [];
      case "advert":
        return routers.advert(input, now);
      case "advert-sent":
        return routers.sent(input, now);
      case "interface":
        return routers.interface(input, now);
      case "track":
        return routers.track(input, now);
      case "command":
        return this.#command(input, now);
      case "reload":
        return this.#reload(input.config, now);
      case "start":
      case "beat":
      case "clock":
      case "message":
      case "link":
      case "client":
      case "audience":
        return [];
    }
  }

  #command(input: Extract<Input, { readonly on: "command" }>, now: Instant): Effect[] {
    const { request, command } = input;
    switch (command.name) {
      case "leave":
        if (this.#leave !== undefined) {
          return [{ do: "reply", request, ok: false, text: "It is leaving already" }];
        }
        this.#leave = { request };
        return [...this.#routers.leave(now), { do: "publish" }];
      case "yield":
        return this.#routers.yield(request, command.router, now);
      default: {
        const text = `There is no cluster here: "${command.name}" means nothing to virtual routers`;
        return [{ do: "reply", request, ok: false, text }];
      }
    }
  }

  #reload(config: ClusterConfig, now: Instant): Effect[] {
    this.#config = config;
    if (this.#leave !== undefined) return [];
    const effects = this.#routers.reload(config.routers, now);
    return [this.#reconfigure(), ...effects, { do: "publish" }];
  }

  /** What leaves still speaks: the pulse keeps its voice until it is down. */
  #reconfigure(): Effect {
    return { do: "reconfigure", config: { ...this.#config, routers: this.#routers.inForce() } };
  }

  /** ucarp does; under its name there is one router alone. */
  get #endsWithInterface(): boolean {
    const [only, ...others] = this.#config.routers;
    return only?.likeUcarp === true && others.length === 0;
  }

  /** Once everything has left, or ended with its interface. */
  #end(): Effect[] {
    const mayEnd = this.#leave !== undefined || this.#endsWithInterface;
    if (this.#hasExited || !mayEnd || !this.#routers.over) return [];
    this.#hasExited = true;
    const { request } = this.#leave ?? {};
    const reason = request === undefined ? "its interface is lost" : "asked to leave";
    const exit: Effect = { do: "exit", reason };
    if (request === undefined) return [exit];
    return [{ do: "reply", request, ok: true, text: "All routers have left" }, exit];
  }
}
