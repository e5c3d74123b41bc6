// The ears of the media: descriptors that packets are heard by, opened once however many ports listen.
//
// Equal keys share one ear (several ucast lines on one device bind one port); it is closed when the last
// of its ports has left. What is heard goes to the listener; what it means is not known here.

import { reasonOf } from "../../ffi/error.ts";
import type { Ear, EarSpec, Heard } from "./media/carrier.ts";
import type { Watch } from "./watch.ts";

/** What is for the core costs so much of a turn as so many packets that are rejected: digests are made and checked, it
 *  is judged, clients are told. */
const CORE_COST = 4;
/** And so much more of it for each so many bytes. */
const COST_BYTES = 2_048;

/** Longer than any datagram: what UDP and ICMP can carry at most is 65 535 bytes. */
const PACKET_BUFFER = 65_536;

interface OpenEar<Port> {
  readonly ear: Ear;
  readonly ports: Set<Port>;
}

export interface Listener<Port> {
  /** A packet that may be for any of these ports; it shares memory with the next one. True when it is for the core. */
  heard(ports: ReadonlySet<Port>, heard: Heard): boolean;
  /** Reading failed; whatever waited on the descriptor is taken away by that. */
  deaf(ports: ReadonlySet<Port>, reason: string): void;
}

export class Ears<Port> {
  readonly #watch: Watch;
  readonly #listener: Listener<Port>;
  readonly #open = new Map<string, OpenEar<Port>>();
  #hearsSelf = false;
  readonly #buffer = new Uint8Array(new ArrayBuffer(PACKET_BUFFER));

  constructor(watch: Watch, listener: Listener<Port>) {
    this.#watch = watch;
    this.#listener = listener;
  }

  /** The port listens by this ear from now on. Throws when the ear cannot be opened. */
  listen(spec: EarSpec, port: Port): void {
    const known = this.#open.get(spec.key);
    if (known !== undefined) {
      known.ports.add(port);
      return;
    }
    const opened = { ear: spec.open(), ports: new Set([port]) };
    if (this.#hearsSelf) opened.ear.hearSelf?.(true);
    this.#open.set(spec.key, opened);
    this.#watch.add(opened.ear.fd, (limit) => this.#hear(opened, limit));
  }

  /** The port listens no more; the ear is closed when nobody else does. */
  leave(key: string, port: Port): void {
    const opened = this.#open.get(key);
    if (opened?.ports.delete(port) !== true || opened.ports.size > 0) return;
    this.#open.delete(key);
    this.#watch.remove(opened.ear.fd);
    opened.ear.close();
  }

  /** From now on what this host itself sends to all is heard, or is not, as far as the kernel brings it. */
  hearSelf(wanted: boolean): void {
    if (wanted === this.#hearsSelf) return;
    this.#hearsSelf = wanted;
    for (const { ear } of this.#open.values()) ear.hearSelf?.(wanted);
  }

  #hear({ ear, ports }: OpenEar<Port>, limit: number): void {
    for (let cost = 0; cost < limit; ) {
      let heard: Heard | undefined;
      try {
        heard = ear.hear(this.#buffer);
      } catch (error) {
        this.#listener.deaf(new Set(ports), reasonOf(error));
        return;
      }
      if (heard === undefined) return;
      const isForCore = this.#listener.heard(ports, heard);
      const bytes = heard.packet?.length ?? 0;
      cost += (isForCore ? CORE_COST : 1) * (1 + Math.floor(bytes / COST_BYTES));
      // What was heard may have closed the ear.
      if (ports.size === 0) return;
    }
  }
}
