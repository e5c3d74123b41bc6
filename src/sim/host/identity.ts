// Who a made-up host is to its peers, as its disk tells (src/desk/identity.ts, generation.ts, uuid.ts).

import type { Boot } from "../../core/boot.ts";
import type { Chance } from "../chance.ts";
import { type Disk, type Hostcache, torn } from "./disk.ts";

export type Facts = Pick<Boot, "uuid" | "generation" | "hostcache" | "delhostcache">;

export class Identity {
  readonly #disk: Disk;
  readonly #uuid: string;
  #known: Hostcache;
  #above = 0;

  /** Reads what there is; makes a uuid where there is none, or where it is torn. `ownUuid`: it is made from
   *  the node's name instead. Throws when the disk is full. */
  constructor(disk: Disk, chance: Chance, ownUuid: string | undefined) {
    this.#disk = disk;
    this.#uuid = ownUuid ?? uuidOf(disk, chance);
    const { hostcache } = disk;
    const isReadable = hostcache !== undefined && hostcache !== torn;
    this.#known = isReadable ? hostcache : { hosts: [], deleted: [] };
  }

  /** The facts for one more life of the pulse; its generation is on the disk already. Throws when that
   *  is full. */
  next(unixMs: number, note: (text: string) => void): Facts {
    const before = this.#disk.generation;
    const isReadable = before !== undefined && before !== torn;
    const base = isReadable ? before : Math.floor(unixMs / 1_000);
    const generation = Math.max(base, this.#above) + 1;
    this.#disk.generation = generation;
    if (!isReadable) {
      const reason = before === torn ? "Unreadable generation" : "No previous generation";
      note(`${reason}: starting at ${generation}`);
    }
    const { hosts, deleted } = this.#known;
    return { uuid: this.#uuid, generation, hostcache: hosts, delhostcache: deleted };
  }

  /** Peers remember this generation: the next one is above it. */
  outrun(generation: number): void {
    this.#above = generation;
  }

  /** Throws when the disk is full. */
  learned(hostcache: Hostcache): void {
    this.#known = hostcache;
    this.#disk.hostcache = hostcache;
  }
}

function uuidOf(disk: Disk, chance: Chance): string {
  const known = disk.uuid;
  if (known !== undefined && known !== torn) return known;
  const fresh = randomUuid(chance);
  disk.uuid = fresh;
  return fresh;
}

/** 32 hex digits. */
export function randomUuid(chance: Chance): string {
  return Array.from({ length: 32 }, () => chance.below(16).toString(16)).join("");
}
