// What an agent is to Heartbeat's own programs on this host: the client API, the membership with consensus, a
// client of apphbd. Each of them has its place; here is when they begin, what concerns them, and how they end.

import type { ClusterConfig } from "../config/cluster.ts";
import type { HaConf } from "../config/haconf.ts";
import type { DeskEffect } from "../core/channel.ts";
import { Api, type ApiOptions } from "./api/api.ts";
import { ApphbMember } from "./apphbd/member.ts";
import { CcmDoor } from "./ccm/door.ts";
import type { Places } from "./place.ts";

export type DoorEffect = Extract<
  DeskEffect,
  { readonly do: "deliver" | "directory" | "flow" | "consensus" }
>;

export interface DoorOptions extends ApiOptions {
  readonly places: Pick<Places, "register" | "ccm" | "run">;
}

export class Doors {
  readonly api: Api;
  readonly #ccm: CcmDoor;
  readonly #apphb: ApphbMember;

  constructor(options: DoorOptions, conf: HaConf) {
    const { places, log, self } = options;
    this.api = new Api(options, conf);
    this.#ccm = new CcmDoor({ path: places.ccm, self, log });
    this.#apphb = new ApphbMember(places.run, log);
  }

  /** Opens what the configuration wants. */
  use({ useApphbd, membership }: HaConf, { timing }: ClusterConfig): void {
    this.#apphb.use(useApphbd, timing);
    this.#ccm.use(membership);
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
    if (effect.do === "consensus") this.#ccm.tell(effect.news);
    else this.api.effect(effect);
  }

  end(): void {
    this.api.end();
    this.#ccm.end();
    this.#apphb.end();
  }
}
