// Who this node is to its peers, as far as it is kept on the disk: uuid, generation, learned nodes.

import { reasonOf } from "../../ffi/error.ts";
import type { HaConf } from "../config/haconf.ts";
import type { Boot, HostcacheEntry } from "../core/boot.ts";
import { bumpGeneration, timeGeneration } from "./generation.ts";
import { readHostcache, writeHostcache } from "./hostcache.ts";
import type { Log } from "./log.ts";
import type { Places } from "./place.ts";
import { ownUuid, uuidOfName } from "./uuid.ts";

export type Facts = Omit<Boot, "memory" | "bootUnixMs">;

export class Identity {
  readonly #places: Places;
  readonly #log: Pick<Log, "error">;
  readonly #uuid: string;
  readonly #method: HaConf["hbgenmethod"];
  #generation = 0;
  #above = 0;
  #hosts: readonly HostcacheEntry[];
  #deleted: readonly HostcacheEntry[];

  /** Reads what there is; makes the uuid at the first start. */
  constructor(places: Places, conf: HaConf, self: string, log: Pick<Log, "error" | "warn">) {
    const complain = (text: string) => log.error(text, "start");
    const warn = (text: string) => log.warn(text, "start");
    this.#places = places;
    this.#log = log;
    this.#method = conf.hbgenmethod;
    this.#uuid = conf.uuidfrom === "nodename" ? uuidOfName(self) : ownUuid(places.uuid, warn);
    this.#hosts = readHostcache(places.hostcache, complain);
    this.#deleted = readHostcache(places.delhostcache, complain);
  }

  /** The facts for one more life of the pulse, with a generation that is already on the disk. */
  next(note: (text: string) => void): Facts {
    const unixSeconds = Date.now() / 1_000;
    if (this.#method === "time") {
      const previous = Math.max(this.#generation, this.#above);
      this.#generation = timeGeneration(previous, unixSeconds);
    } else {
      const bumped = bumpGeneration(this.#places.generation, unixSeconds, this.#above);
      if (bumped.note !== undefined) note(bumped.note);
      this.#generation = bumped.generation;
    }
    return {
      uuid: this.#uuid,
      generation: this.#generation,
      hostcache: this.#hosts,
      delhostcache: this.#deleted,
    };
  }

  /** Peers remember this generation: the next life has one above it. */
  outrun(generation: number): void {
    this.#above = generation;
  }

  /** The next life shall know what this one learned. What cannot be written is known until this agent ends, and
   *  learned again after that. */
  learned(hosts: readonly HostcacheEntry[], deleted: readonly HostcacheEntry[]): void {
    this.#hosts = hosts;
    this.#deleted = deleted;
    try {
      writeHostcache(this.#places.hostcache, hosts);
      writeHostcache(this.#places.delhostcache, deleted);
    } catch (error) {
      const text = `The next agent must learn the nodes anew: ${reasonOf(error)}`;
      this.#log.error(text, "hostcache");
    }
  }
}
