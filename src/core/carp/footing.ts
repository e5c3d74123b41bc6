// The interface that a router stands on: whether it can speak there, and from which address.

import type { RouterConfig } from "../../config/router.ts";
import { familiesOf } from "../../wire/carp/destination.ts";
import type { Input } from "../input.ts";

export type Standing = Omit<Extract<Input, { readonly on: "interface" }>, "on">;

export class Footing {
  readonly #config: () => RouterConfig;
  #standing: Standing | undefined;

  constructor(config: () => RouterConfig) {
    this.#config = config;
  }

  get known(): boolean {
    return this.#standing !== undefined;
  }

  put(standing: Standing): void {
    this.#standing = standing;
  }

  /** Why the router cannot work; undefined: it can. */
  get trouble(): string | undefined {
    const { device, ignoreIfState } = this.#config();
    const state = this.#standing?.state;
    if (state === undefined) return `${device} is not known yet`;
    if (state === "gone" || state === "down") return `${device} is ${state}`;
    if (state === "no-carrier" && !ignoreIfState) return `${device} has no carrier`;
    return this.#muteness;
  }

  /** The device itself is lost, not its cable alone: ucarp ends then (carp.md 10). */
  get isLost(): boolean {
    return this.#standing?.state === "down" || this.#standing?.state === "gone";
  }

  /** Our own source address in this family. */
  source(family: 4 | 6): string | undefined {
    if (family === 6) return this.#standing?.address6;
    return this.#config().source ?? this.#standing?.address;
  }

  /** IPv6 always has a link-local address to speak from. */
  get #muteness(): string | undefined {
    const canSpeak = familiesOf(this.#config()).includes(6) || this.source(4) !== undefined;
    return canSpeak ? undefined : `${this.#config().device} has no IPv4 address to speak from`;
  }
}
