// The files of state of a made-up host, each whole, torn or not there: what a desk finds when it starts.
//
// Generation, uuid and hostcache are on the disk and outlive everything; the memory of what is up is in
// the run directory, which is empty after a boot. A full disk takes no new bytes: writing throws. A
// generation can be written over another one, which takes no room (src/desk/disk.ts).

import type { HostcacheEntry } from "../../core/boot.ts";
import type { GroupMemory } from "../../core/memory.ts";

export type StateFile = "generation" | "uuid" | "memory" | "hostcache" | "seals";

/** What a file holds that cannot be understood. */
export const torn = Symbol("torn");

export type Content<Value> = Value | typeof torn | undefined;

export interface Hostcache {
  readonly hosts: readonly HostcacheEntry[];
  readonly deleted: readonly HostcacheEntry[];
}

export class DiskFull extends Error {
  constructor(file: string) {
    super(`ENOSPC: no space left on device, write "${file}"`);
  }
}

export class Disk {
  isFull = false;
  #generation: Content<number>;
  #uuid: Content<string>;
  #hostcache: Content<Hostcache>;
  /** Up to which number seals were granted (src/desk/carp/sealbook.ts). */
  #seals: Content<number>;
  /** In the run directory: not on this disk. */
  memory: Content<GroupMemory>;

  constructor(generation: number, uuid: string) {
    this.#generation = generation;
    this.#uuid = uuid;
  }

  get generation(): Content<number> {
    return this.#generation;
  }

  set generation(value: number) {
    if (typeof this.#generation !== "number") this.#needRoom("generation");
    this.#generation = value;
  }

  get uuid(): Content<string> {
    return this.#uuid;
  }

  set uuid(value: string) {
    this.#needRoom("uuid");
    this.#uuid = value;
  }

  get hostcache(): Content<Hostcache> {
    return this.#hostcache;
  }

  set hostcache(value: Hostcache) {
    this.#needRoom("hostcache");
    this.#hostcache = value;
  }

  get seals(): Content<number> {
    return this.#seals;
  }

  set seals(value: number) {
    this.#needRoom("seals");
    this.#seals = value;
  }

  /** Somebody or something spoils a file. */
  lose(file: StateFile, how: "lost" | "torn"): void {
    const rest = how === "torn" ? torn : undefined;
    switch (file) {
      case "generation":
        this.#generation = rest;
        return;
      case "uuid":
        this.#uuid = rest;
        return;
      case "hostcache":
        this.#hostcache = rest;
        return;
      case "seals":
        this.#seals = rest;
        return;
      case "memory":
        this.memory = rest;
        return;
    }
  }

  #needRoom(file: StateFile): void {
    if (this.isFull) throw new DiskFull(file);
  }
}
