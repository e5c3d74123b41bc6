// What several virtual routers mean together, and beside the groups of haresources: no address may have
// two hands on it.

import { split, splitCommas } from "../lexer.ts";
import type { Report, Word } from "../report.ts";
import type { GroupSpec } from "../resource.ts";
import { isLineOf } from "./secret.ts";
import type { RouterLine } from "./setting.ts";

/** Says which addresses are held twice. `spots`: the words behind `carp` of every line. */
export function checkRouters(
  routers: readonly RouterLine[],
  groups: readonly GroupSpec[],
  spots: readonly Word[],
  report: Report,
): void {
  const holders = new Map<string, string>();
  for (const { key, resources } of groups) {
    for (const resource of resources) {
      if (resource.kind === "address") holders.set(resource.address, `group "${key}"`);
    }
  }
  for (const router of routers) {
    for (const { address } of router.addresses) {
      const holder = holders.get(address);
      if (holder === undefined) holders.set(address, `the virtual router ${router.name}`);
      else {
        const word = addressWord(router, address, spots);
        report.error(word, `Address ${address} is already one of ${holder}`);
      }
    }
  }
}

/** The address in the line of its router; the line's first word if it is written otherwise there. */
function addressWord(
  router: RouterLine,
  address: string,
  spots: readonly Word[],
): Word | undefined {
  const spot = spots.find((each) => isLineOf(each, router));
  if (spot === undefined) return undefined;
  const [, , addresses] = split(spot.source.slice(spot.column - 1), spot);
  const all = addresses === undefined ? [] : splitCommas(addresses);
  return all.find((word) => word.text.split("/")[0] === address) ?? spot;
}
