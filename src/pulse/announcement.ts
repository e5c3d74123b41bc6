// How a burst of announcements is told: in the words of the address scripts of Heartbeat, by which people and their
// programs know that an address was announced. One line for all that is announced at once.

import { addressText } from "../../ffi/layout.ts";

/** So many addresses are named in a line; the others are counted. */
const NAMED_MAX = 8;

interface Place {
  readonly address: Uint8Array;
  /** Of the interface. */
  readonly index: number;
}

/** The lines for these, one for each interface and family. */
export function announcements(
  batch: readonly Place[],
  nameOf: (index: number) => string | undefined,
): string[] {
  const groups = Map.groupBy(batch, ({ index, address }) => `${index} ${address.length}`);
  return [...groups.values()].flatMap((group) => line(group, nameOf) ?? []);
}

function line(
  group: readonly Place[],
  nameOf: (index: number) => string | undefined,
): string | undefined {
  const [first] = group;
  const device = first && nameOf(first.index);
  if (first === undefined || device === undefined) return undefined;
  const named = group.slice(0, NAMED_MAX).map(({ address }) => addressText(address));
  const others = group.length - named.length;
  const list = `${named.join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
  return first.address.length === 4
    ? `Sending Gratuitous Arp for ${list} on ${device}`
    : `Sending unsolicited neighbour advertisements for ${list} on ${device}`;
}
