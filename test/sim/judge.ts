// Watches a made-up cluster for the laws of docs/design.md ("The core").

import type { Sight } from "../../src/sim/sight.ts";
import type { Cluster } from "./cluster.ts";

/** How long nodes that have been hearing each other may both have an address: not at all, but for
 *  what one message needs. */
const messageMs = 5;

export class Judge {
  readonly #cluster: Cluster;
  /** How long two nodes may need to find each other after a cut, a nap or a start. */
  readonly #toleranceMs: number;
  readonly #since = new Map<string, number>();
  /** Since when two nodes have been up and hearing each other. */
  readonly #mutualSince = new Map<string, number>();

  constructor(cluster: Cluster, toleranceMs: number) {
    this.#cluster = cluster;
    this.#toleranceMs = toleranceMs;
    cluster.world.watch((sight) => this.#saw(sight));
  }

  #saw(sight: Sight): void {
    switch (sight.saw) {
      case "act":
      case "process":
      case "frozen":
      case "service":
        this.look();
        return;
      case "address":
        if (sight.up) this.#started(sight.node, sight.word);
        this.look();
        return;
      case "script":
        if (sight.phase === "begins" && sight.action === "start") {
          this.#started(sight.node, sight.word);
        }
    }
  }

  /** Law 1: an address never has two holders among nodes that can hear each other for longer than a
   *  message needs. To be called after every change of anything. */
  look(): void {
    this.#lookAround();
    const doubled = new Set(this.#addresses().flatMap((word) => this.#doubled(word)));
    for (const [pair, since] of this.#since) {
      this.#measure(pair, since);
      if (!doubled.has(pair)) this.#since.delete(pair);
    }
    for (const pair of doubled) {
      if (!this.#since.has(pair)) this.#since.set(pair, this.#cluster.now);
    }
  }

  /** Release first, then take: nobody starts what a node which it hears still has. */
  #started(node: string, word: string): void {
    const { now } = this.#cluster;
    for (const host of this.#cluster.hosts) {
      if (host.name === node || !host.has(word)) continue;
      // Its stop was tried eleven times in vain; the configuration said to go on.
      const { tempers } = host.scripts;
      if (tempers.get(word)?.stopHangs || tempers.get(word)?.stopFails) continue;
      const since = this.#mutualSince.get([node, host.name].sort().join(" and "));
      if (since === undefined || now - since <= this.#toleranceMs) continue;
      this.#cluster.violated(`${node} starts ${word}, which ${host.name} still has`);
    }
  }

  #measure(pair: string, since: number): void {
    const { now } = this.#cluster;
    const [, nodes = ""] = pair.split(": ");
    const mutualSince = this.#mutualSince.get(nodes);
    // Whoever does not hear the other any more is not to blame from then on.
    if (mutualSince === undefined || now - mutualSince <= this.#toleranceMs) return;
    if (now - since <= messageMs) return;
    this.#cluster.violated(`${pair} have both had it for ${(now - since).toFixed(1)} ms`);
    this.#since.delete(pair);
  }

  /** Laws 2 and 4, when everything is quiet: each group has one holder, each request an answer. */
  verdict(): void {
    for (const word of this.#misplaced()) {
      const holders = this.#cluster.holders(word);
      this.#cluster.violated(`${word} is held by ${holders.join(" and ") || "nobody"}`);
    }
    for (const { request, node } of this.#cluster.unanswered) {
      this.#cluster.violated(`request ${request} to ${node} was never answered`);
    }
  }

  /** Everything is up exactly once. */
  isQuiet(): boolean {
    return this.#misplaced().length === 0;
  }

  #misplaced(): string[] {
    return this.#cluster.spec.groups
      .flatMap(([, ...words]) => words)
      .filter((word) => this.#cluster.holders(word).length !== 1);
  }

  #lookAround(): void {
    const cluster = this.#cluster;
    const names = cluster.hosts.map(({ name }) => name);
    for (const one of names) {
      for (const two of names.filter((name) => one < name)) {
        const pair = `${one} and ${two}`;
        const isMutual =
          cluster.host(one).isUp &&
          cluster.host(two).isUp &&
          cluster.hears(one, two) &&
          cluster.hears(two, one);
        if (!isMutual) this.#mutualSince.delete(pair);
        else if (!this.#mutualSince.has(pair)) this.#mutualSince.set(pair, cluster.now);
      }
    }
  }

  #addresses(): string[] {
    return this.#cluster.spec.groups.flatMap(([, ...words]) =>
      words.filter((word) => /^\d/.test(word)),
    );
  }

  #doubled(word: string): string[] {
    const cluster = this.#cluster;
    const nodes = cluster.holders(word).filter((name) => cluster.host(name).isUp);
    return nodes.flatMap((one) =>
      nodes
        .filter((two) => one < two && cluster.hears(one, two) && cluster.hears(two, one))
        .map((two) => `${word}: ${one} and ${two}`),
    );
  }
}
