// Which hosts clients reach, and when: a plug that is out of the clients' network hides whatever the
// host holds. A partition hides nobody: each side has clients of its own.

import type { Fault } from "./fault.ts";
import type { Site } from "./site.ts";

interface Change {
  readonly at: number;
  readonly node: string;
  readonly ok: boolean;
}

export class Reach {
  /** In order of time. */
  readonly #changes: readonly Change[];

  constructor(faults: readonly Fault[], { nodes, clients }: Pick<Site, "nodes" | "clients">) {
    this.#changes = faults
      .toSorted((a, b) => a.at - b.at)
      .flatMap((fault): Change[] => {
        const { at } = fault;
        if (fault.kind === "unplug" && fault.link === clients) {
          return [{ at, node: fault.node, ok: false }];
        }
        if (fault.kind === "cut" && fault.link === clients) {
          return nodes.map((node) => ({ at, node, ok: false }));
        }
        if (fault.kind === "heal" && (fault.link ?? clients) === clients) {
          return nodes.map((node) => ({ at, node, ok: true }));
        }
        return [];
      });
  }

  /** Whether clients can talk to this host at a moment. */
  has(node: string, at: number): boolean {
    return this.#changes.findLast((each) => each.node === node && each.at <= at)?.ok ?? true;
  }
}
