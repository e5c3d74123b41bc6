// Adverts of virtual routers between made-up hosts: everybody with the same router on the same interface
// hears them. They travel as what an ear makes of them, not as bytes.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { HeardAdvert } from "../../core/carp/heard.ts";
import type { Effect } from "../../core/effect.ts";
import type { Instant } from "../../core/instant.ts";
import type { Happening } from "../agenda.ts";
import type { Host } from "./host.ts";

type AdvertEffect = Extract<Effect, { readonly do: "advert" }>;

/** So many adverts in a row must leave before a trouble is over (carp.md 8). */
const goodInARow = 3;

export class Adverts {
  readonly #host: Host;
  #config: ClusterConfig;
  /** Good news of a router that its mind still waits for. */
  readonly #owed = new Map<string, number>();

  constructor(host: Host, config: ClusterConfig) {
    this.#host = host;
    this.#config = config;
  }

  reconfigure(config: ClusterConfig): void {
    this.#config = config;
  }

  send(effect: AdvertEffect, now: Instant): void {
    const { world } = this.#host;
    const router = this.#config.routers.find(({ name }) => name === effect.router);
    if (router === undefined) return;
    const { kernel, isMute } = this.#host;
    const ok = !isMute && kernel.stateOf(router.device) !== "down";
    if (this.#noteSent(router.name, ok)) {
      this.#host.pulse?.give({ on: "advert-sent", router: router.name, ok });
    }
    if (!ok || !kernel.carries(router.device)) return;
    const advert = this.#advert(effect, router.sourceMac, now);
    const { name: node } = this.#host;
    if (world.watched) world.tell({ saw: "advert", node, router: router.name, advert });
    for (const to of world.hosts) {
      if (to === this.#host || !world.network.reaches(this.#host, to, router.device)) continue;
      const ms = world.network.frameMs(router.device);
      if (ms === undefined) continue;
      world.plan(world.now + ms, new Flight(node, to, effect.router, advert));
    }
  }

  /** True when the mind must know: every failure, and the good ones after it (src/pulse/carp/seat.ts). */
  #noteSent(router: string, ok: boolean): boolean {
    const owed = this.#owed.get(router) ?? 0;
    this.#owed.set(router, ok ? Math.max(0, owed - 1) : goodInARow);
    return !ok || owed > 0;
  }

  #advert(
    { advbase, advskew, demote, counter }: AdvertEffect,
    mac: "ucarp" | "bsd" | "interface",
    now: Instant,
  ): HeardAdvert {
    const { world, address, index } = this.#host;
    const random = () => BigInt(world.chance.below(2 ** 31)) + BigInt(Math.floor(now));
    const own = `02:00:00:00:00:${(index + 1).toString(16).padStart(2, "0")}`;
    return {
      family: 4,
      from: address,
      mac: mac === "interface" ? own : `00:00:5e:00:0${mac === "bsd" ? 1 : 0}:2a`,
      advbase,
      advskew,
      demote,
      counter: counter === "random" ? random() : counter,
    };
  }
}

/** An advert on its way to one host. */
class Flight implements Happening {
  readonly #from: string;
  readonly #to: Host;
  readonly #router: string;
  readonly #advert: HeardAdvert;

  constructor(from: string, to: Host, router: string, advert: HeardAdvert) {
    this.#from = from;
    this.#to = to;
    this.#router = router;
    this.#advert = advert;
  }

  happen(): void {
    const { pulse, config, world, name: node } = this.#to;
    const [from, router, advert] = [this.#from, this.#router, this.#advert];
    if (pulse === undefined || !config.routers.some(({ name }) => name === router)) return;
    if (world.watched) world.tell({ saw: "advert-heard", node, from, router, advert });
    pulse.give({ on: "advert", router, advert });
  }
}
