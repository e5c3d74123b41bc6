// Loses packets where a test wants that (OnlyForTesting, config/testloss.ts). Everywhere else it loses nothing.

import type { ClusterConfig } from "../config/cluster.ts";

export class WantedLoss {
  readonly #config: Pick<ClusterConfig, "self" | "testLoss">;
  readonly #random: () => number;

  /** `random` gives numbers from 0 to below 1. */
  constructor(
    config: Pick<ClusterConfig, "self" | "testLoss">,
    random: () => number = Math.random,
  ) {
    this.#config = config;
    this.#random = random;
  }

  /** Whether the next message is not sent. With nodes that are heard all the same, all is sent, as by 3.0.6. */
  losesSent(): boolean {
    const { testLoss } = this.#config;
    if (testLoss === undefined || testLoss.allowNodes.length > 0) return false;
    return this.#random() < testLoss.xmit;
  }

  /** Whether this message of a node is not heard. */
  losesHeard(source: string | undefined): boolean {
    const { self, testLoss } = this.#config;
    if (testLoss === undefined || source === undefined || source === self) return false;
    if (testLoss.allowNodes.includes(source)) return false;
    return this.#random() < testLoss.receive;
  }
}
