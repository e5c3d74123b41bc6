// What an agent is to Heartbeat's own programs on this host: the client API, the membership with consensus, a
// client of apphbd, and what runs the scripts of rc.d. Each of them has its place; here is when they begin, what
// concerns them, and how they end.

import type { ClusterConfig } from "../config/cluster.ts";
import type { HaConf } from "../config/haconf.ts";
import type { DeskEffect } from "../core/channel.ts";
import { Api, type ApiOptions } from "./api/api.ts";
import { ApphbMember } from "./apphbd/member.ts";
import { CcmDoor } from "./ccm/door.ts";
import type { Places } from "./place.ts";
import { Harc, type HarcOptions } from "./rcd/harc.ts";

export type DoorEffect = Extract<
  DeskEffect,
  { readonly do: "deliver" | "directory" | "flow" | "consensus" }
>;

export interface DoorOptions extends ApiOptions {
  readonly places: Pick<Places, "register" | "ccm"> & HarcOptions["places"];
}

export class Doors {
  readonly api: Api;
  readonly #ccm: CcmDoor;
  readonly #apphb: ApphbMember;
  readonly #harc: Harc;

  constructor(options: DoorOptions, conf: HaConf) {
    const { places, log, self } = options;
    this.#harc = new Harc({ places, log, self });
    this.api = new Api({ ...options, scripts: this.#harc }, conf);
    this.#ccm = new CcmDoor({ path: places.ccm, self, log });
    this.#apphb = new ApphbMember(places.run, log);
  }

  /** Opens what the configuration wants. */
  use(conf: HaConf, { timing, managesResources }: ClusterConfig): void {
    this.#apphb.use(conf.useApphbd, timing);
    this.#ccm.use(conf.membership);
    this.#harc.use(conf, managesResources);
  }

  /** Goes over to another configuration. */
  adopt(conf: HaConf, cluster: ClusterConfig): void {
    this.use(conf, cluster);
    void this.api.adopt(conf);
  }

  /** A core begins. */
  begin(): void {
    this.api.begin();
  }

  /** There is no core until the next one begins. */
  died(): void {
    this.api.died();
    this.#ccm.forget();
  }

  /** Both processes are well. */
  beat(): void {
    this.#apphb.beat();
  }

  effect(effect: DoorEffect): void {
    if (effect.do === "directory") this.#harc.knows(effect.directory);
    if (effect.do === "consensus") this.#ccm.tell(effect.news);
    else this.api.effect(effect);
  }

  end(): void {
    this.api.end();
    this.#ccm.end();
    this.#harc.end();
    this.#apphb.end();
  }
}
