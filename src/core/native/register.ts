// To whom a group is assigned, as every hb node of the cluster remembers it.
//
// Whoever assigns anew raises the epoch by one; the higher epoch wins wherever two meet, and between
// equal epochs the lower node name, so that all nodes end with the same register in any order.

export interface Register {
  readonly node: string;
  readonly epoch: number;
}

/** The one of two that all nodes must remember. */
export function newer(one: Register, other: Register): Register {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch ? one : other;
  return one.node <= other.node ? one : other;
}

/** The same group assigned to another node. */
export function assign(from: Register, node: string): Register {
  return { node, epoch: from.epoch + 1 };
}

export function sameRegister(one: Register, other: Register): boolean {
  return one.epoch === other.epoch && one.node === other.node;
}
