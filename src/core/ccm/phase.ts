// A phase of the membership with consensus, and where it leads to.

import type { CcmMessage } from "../../wire/ccm.ts";

export interface Phase {
  /** A message of another node that belongs to what this node is in. */
  heard(message: CcmMessage): void;
  /** The seat's timer went off. */
  expired(): void;
  /** A node died, or its `ccm` left. It counts as present no longer. */
  left(node: string): void;
}

export interface Moves {
  /** Asks who leads, as often as it takes. */
  ask(): void;
  /** A round in which all say whom they see; `first`: whose call began it. */
  round(minor: number, first?: CcmMessage): void;
  /** The number of those who lead is one that was reported here already: all begin anew, above it. */
  renumber(): void;
}
