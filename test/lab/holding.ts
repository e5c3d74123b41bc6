// Who holds which address, and since when, as told by somebody who listens to the kernels of hosts.

import { wallMs } from "./until.ts";

export interface Change {
  readonly atMs: number;
  readonly host: string;
  readonly address: string;
  readonly up: boolean;
}

export class Holdings {
  readonly changes: Change[] = [];
  readonly #holding = new Map<string, Set<string>>();
  readonly #listeners = new Set<(change: Change) => void>();

  /** An address came up on a host, or went; what is known already changes nothing. */
  note(host: string, address: string, up: boolean, atMs = wallMs()): void {
    const holding = this.#holding.get(host) ?? new Set<string>();
    this.#holding.set(host, holding);
    if (holding.has(address) === up) return;
    if (up) holding.add(address);
    else holding.delete(address);
    const change = { atMs, host, address, up };
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }

  /** A host that is switched off holds nothing. */
  forget(host: string): void {
    for (const address of [...(this.#holding.get(host) ?? [])]) this.note(host, address, false);
    this.#holding.delete(host);
  }

  /** Hosts that hold an address now, in name order. */
  holders(address: string): string[] {
    return [...this.#holding]
      .filter(([, held]) => held.has(address))
      .map(([host]) => host)
      .sort();
  }

  /** Waits until exactly these hosts hold the address. */
  async held(address: string, by: readonly string[], withinMs: number): Promise<void> {
    const want = [...by].sort().join(" ");
    if (this.holders(address).join(" ") === want) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (this.holders(address).join(" ") === want) resolve();
    };
    const timer = setTimeout(() => {
      const have = this.holders(address).join(" ") || "nobody";
      reject(
        new Error(
          `Waited ${withinMs} ms in vain for ${address} on ${want || "nobody"}: it is on ${have}`,
        ),
      );
    }, withinMs);
    this.#listeners.add(look);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  /** Calls back for each change from now on. */
  tell(listener: (change: Change) => void): void {
    this.#listeners.add(listener);
  }

  /** Changes of one address since a moment. */
  since(address: string, fromMs: number): Change[] {
    return this.changes.filter((change) => change.address === address && change.atMs >= fromMs);
  }

  /** Longest time that two or more hosts held the address together, since a moment. */
  overlapMs(address: string, fromMs = 0): number {
    const holders = new Set<string>();
    let since: number | undefined;
    let longest = 0;
    for (const change of [...this.changes].sort((a, b) => a.atMs - b.atMs)) {
      if (change.address !== address) continue;
      if (change.up) holders.add(change.host);
      else holders.delete(change.host);
      if (holders.size > 1) since ??= Math.max(change.atMs, fromMs);
      else if (since !== undefined) {
        longest = Math.max(longest, change.atMs - since);
        since = undefined;
      }
    }
    if (since !== undefined) longest = Math.max(longest, wallMs() - since);
    return longest;
  }
}
