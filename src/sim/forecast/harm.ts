// What is wrong with a run, as figures: for each group, how long something was up twice, and how long
// nobody answered beyond what a death must cost.

import { type Forecast, unavoidableMs } from "./forecast.ts";
import { doublesIn, type Stretch } from "./moment.ts";
import type { Site } from "./site.ts";

export interface Harm {
  readonly kind: "twice" | "none";
  readonly group: string;
  readonly from: number;
  readonly ms: number;
  /** It did not end by itself. */
  readonly lasts: boolean;
  /** Hosts that have it; for "none" empty. */
  readonly nodes: readonly string[];
  readonly words: readonly string[];
  /** An address is among them: clients notice. */
  readonly hasAddress: boolean;
}

/** All harm of a run, the worst of each sort and group. */
export function harms(site: Site, { groups, endMs }: Forecast): Harm[] {
  const isAddress = (word: string) => site.addresses.has(word);
  return groups.flatMap((group): Harm[] => {
    const lengthOf = ({ from, to }: Stretch) => ({
      group: group.key,
      from,
      ms: (to ?? endMs) - from,
      lasts: to === undefined,
    });
    const twice = (hasAddress: boolean) =>
      doublesIn(group.moments, (word) => isAddress(word) === hasAddress).map((double): Harm => {
        const { nodes, words } = double;
        return { kind: "twice", ...lengthOf(double), nodes, words, hasAddress };
      });
    const limit = unavoidableMs(site, group);
    const words = group.resources;
    const none = group.waits
      .filter(({ after, cutOff }) => after !== undefined && !cutOff)
      .map((wait): Harm => {
        const hasAddress = words.some(isAddress);
        return { kind: "none", ...lengthOf(wait), nodes: [], words, hasAddress };
      })
      .filter(({ ms }) => ms > limit);
    const address = worst(twice(true));
    const service = worst(twice(false));
    // That the services are twice where the address is, and no longer, is no news.
    const isSame = address !== undefined && (address.lasts || service?.lasts === false);
    const found = [address, isSame ? undefined : service, worst(none)];
    return found.filter((harm) => harm !== undefined);
  });
}

function worst(harms: readonly Harm[]): Harm | undefined {
  return harms.toSorted(byGravity)[0];
}

/** Two holders before none, of an address before of a service alone; lasting before passing, long before
 *  short. */
export function byGravity(a: Harm, b: Harm): number {
  return (
    Number(b.kind === "twice") - Number(a.kind === "twice") ||
    Number(b.hasAddress) - Number(a.hasAddress) ||
    Number(b.lasts) - Number(a.lasts) ||
    b.ms - a.ms
  );
}
