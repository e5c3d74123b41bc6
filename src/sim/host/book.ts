// The addresses that a made-up pulse holds: put up, renewed, announced, taken down (src/pulse/addressbook.ts).
// An announcement is one sight, not the burst of frames that it is on a real host.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { AddressResource, PulseResource } from "../../config/resource.ts";
import { after, earliest, type Instant } from "../../core/instant.ts";
import { type Leased, Leases } from "../../core/leases.ts";
import type { How } from "../sight.ts";
import type { Host } from "./host.ts";

type Resources = readonly (AddressResource | PulseResource)[];

interface Held extends Leased {
  announceAt: Instant | undefined;
}

export class Book {
  readonly #host: Host;
  readonly #leases: Leases;
  readonly #held = new Map<string, Held>();
  #config: ClusterConfig;
  #announceAt: Instant | undefined;

  constructor(host: Host, config: ClusterConfig) {
    this.#host = host;
    this.#config = leased(host, config);
    this.#leases = new Leases(this.#config);
  }

  reconfigure(config: ClusterConfig, now: Instant): void {
    this.#config = leased(this.#host, config);
    this.#leases.reconfigure(this.#config, this.#held.values(), now);
  }

  /** Puts all of them up, or none; undefined, or why not. */
  hold(resources: Resources, now: Instant): string | undefined {
    const batch: Held[] = [];
    for (const resource of resources) {
      if (resource.kind !== "address") continue;
      const method = methodOf(this.#config, resource);
      const held: Held = { resource, method, up: true, renewAt: undefined, announceAt: undefined };
      this.#held.set(resource.word, held);
      batch.push(held);
      if (this.#host.kernel.put(resource.word, this.#secondsOf(held), "hold")) continue;
      this.#takeDown(resources, "drop");
      return `no interface for ${resource.word}`;
    }
    this.#leases.began(batch, now);
    this.announce(
      resources.filter(({ kind }) => kind !== "srcaddr").map(({ word }) => word),
      now,
      true,
    );
    return undefined;
  }

  drop(resources: Resources): void {
    this.#takeDown(resources, "drop");
  }

  suspend(resources: Resources): void {
    this.#takeDown(resources, "suspend");
  }

  holds(word: string): boolean {
    return this.#held.get(word)?.up === true;
  }

  /** It vanished and cannot be kept there. */
  lost(word: string): void {
    const held = this.#held.get(word);
    if (held === undefined) return;
    held.up = false;
    held.renewAt = undefined;
    held.announceAt = undefined;
  }

  /** Words that are not held are passed over, unless they are `any`. */
  announce(words: readonly string[], now: Instant, any = false): void {
    const said = any ? words : words.filter((word) => this.holds(word));
    for (const word of said) this.#again(word, now);
    this.#say(said);
  }

  expire(now: Instant): void {
    if (this.#announceAt === undefined || this.#announceAt > now) return;
    this.#announceAt = undefined;
    const due: string[] = [];
    for (const [word, held] of this.#held) {
      if (held.announceAt !== undefined && held.announceAt <= now) {
        due.push(word);
        this.#again(word, now);
      }
      this.#announceAt = earliest(this.#announceAt, held.announceAt);
    }
    this.#say(due);
  }

  /** Only after a healthy turn. */
  renew(now: Instant): void {
    const at = this.#leases.deadline();
    if (at === undefined || at > now) return;
    for (const held of this.#leases.due(this.#held, now)) {
      this.#host.kernel.put(held.resource.word, this.#secondsOf(held), "hold");
    }
  }

  deadline(): Instant | undefined {
    return earliest(this.#leases.deadline(), this.#announceAt);
  }

  /** The pulse ends by itself: what the kernel does not take down, it does. */
  close(): void {
    for (const [word, held] of this.#held) {
      if (held.up && !this.#leases.isLeased(held)) this.#host.kernel.remove(word, "end");
    }
  }

  #takeDown(resources: Resources, how: How): void {
    for (const { word } of [...resources].reverse()) {
      this.#held.delete(word);
      this.#host.kernel.remove(word, how);
    }
  }

  #secondsOf(held: Held): number | undefined {
    return held.method === "netlink" ? this.#leases.seconds(held.resource) : undefined;
  }

  #again(word: string, now: Instant): void {
    const held = this.#held.get(word);
    if (held === undefined || held.resource.router !== undefined) return;
    held.announceAt = after(now, this.#config.announceIntervalMs);
    this.#announceAt = earliest(this.#announceAt, held.announceAt);
  }

  #say(words: readonly string[]): void {
    const { world, name: node } = this.#host;
    if (words.length > 0 && world.watched) world.tell({ saw: "announce", node, words });
  }
}

/** An agent that knows no leases makes permanent addresses. */
function leased(host: Host, config: ClusterConfig): ClusterConfig {
  return host.traits.leases ? config : { ...config, addressLease: "off" };
}

/** The classic alias, which has a label, cannot be leased (src/pulse/held.ts). */
function methodOf({ addressMethod }: ClusterConfig, one: AddressResource): "netlink" | "ioctl" {
  const isLabelled = one.label !== undefined || one.agent === "IPaddr";
  return addressMethod === "ioctl" && isLabelled ? "ioctl" : "netlink";
}
