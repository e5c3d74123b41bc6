// Who shares the virtual router of a run, and with which settings: all hb, or hb beside ucarp and BSD hosts
// as they are in the field.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import type { Breed, HostShape } from "../../../../src/sim/shape.ts";
import { plainConfig } from "../../../plainconfig.ts";
import { plainRouter } from "../../../plainrouter.ts";

const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace"];

/** The longest script that nobody ends. */
export const scriptLimitMs = 8_000;

/** Where there is no base. */
export const leastSkew = 40;

/** "hb as ucarp": hb under the name ucarp, with its manners. */
type Seat = Exclude<Breed, "heartbeat3"> | "hb as ucarp";

const mixes: readonly (readonly Seat[])[] = [
  ["hb"],
  ["hb"],
  ["hb", "ucarp"],
  ["hb as ucarp", "ucarp"],
  ["hb", "hb as ucarp"],
  ["hb", "openbsd"],
  ["hb", "freebsd"],
  ["hb", "hb as ucarp", "ucarp", "openbsd", "freebsd"],
];

/** What all members have in common. */
interface Manner {
  readonly advbase: number;
  readonly isEqual: boolean;
  readonly dialects: readonly RouterConfig["dialect"][];
  readonly seal: RouterConfig["seal"];
  readonly hasScripts: boolean;
  readonly deadratio: number;
}

export function membersOf(chance: Chance): HostShape[] {
  const mix = chance.pick(mixes);
  const count = chance.pick([2, 2, 3, 3, 4, 5, 7]);
  const manner = mannerOf(mix, chance);
  // One of each at least, as far as there is room.
  const seats = names.slice(0, count).map((_, n) => mix[n] ?? chance.pick(mix));
  return seats.map((seat, n) => memberOf(seat, n, manner, chance));
}

function mannerOf(mix: readonly Seat[], chance: Chance): Manner {
  const hasBsd = mix.includes("openbsd") || mix.includes("freebsd");
  // With a base of 0 ucarp itself flaps once a second, and FreeBSD has none (carp.md 6).
  const mayBeFast = !mix.some((seat) => /ucarp|freebsd/.test(seat));
  const isPure = mix.length === 1;
  return {
    advbase: mayBeFast ? chance.pick([1, 1, 1, 0, 2]) : chance.pick([1, 1, 1, 2]),
    isEqual: chance.next() < 0.25,
    dialects: chance.pick(hasBsd ? bsdDialects : dialects),
    seal: chance.pick(isPure ? ["auto", "auto", "require", "off"] : ["auto", "auto", "off"]),
    hasScripts: chance.next() < 0.4,
    // BSD always waits three intervals.
    deadratio: hasBsd ? 3 : chance.pick([3, 3, 3, 2, 5]),
  };
}

const dialects = [["ucarp"], ["ucarp"], ["ucarp"], ["bsd"], ["ucarp", "bsd"]] as const;
const bsdDialects = [["bsd"], ["bsd"], ["ucarp"], ["ucarp", "bsd"]] as const;

function memberOf(seat: Seat, n: number, manner: Manner, chance: Chance): HostShape {
  const breed = seat === "hb as ucarp" ? "hb" : seat;
  const { advbase, isEqual, seal, deadratio } = manner;
  const least = advbase === 0 ? leastSkew : 0;
  const common: RouterConfig = {
    ...plainRouter,
    // Neither the order of the names nor that of the octets is that of the addresses.
    source: `10.77.${(n * 5) % 7}.${100 - 13 * ((n * 3) % 7)}`,
    advbase,
    advskew: isEqual ? least : least + chance.below(100),
    deadratio,
    preempt: chance.next() < 0.5,
    scriptTimeoutMs: scriptLimitMs,
    track: [{ kind: "script", path: "/check" }],
  };
  const isLikeUcarp = seat === "hb as ucarp" || seat === "ucarp";
  const router = isLikeUcarp
    ? { ...common, ...ucarpManners(chance), likeUcarp: breed === "hb" }
    : breed === "hb"
      ? { ...common, ...hbManners(manner, chance), seal }
      : { ...common, seal: "off" as const };
  return { config: clusterOf(names[n] ?? "", router), breed };
}

export function clusterOf(self: string, router: RouterConfig): ClusterConfig {
  return { ...plainConfig, self, routers: [router] };
}

function ucarpManners(chance: Chance) {
  return {
    seal: "off",
    holdsAddresses: false,
    upScript: "/up",
    downScript: "/down",
    neutral: chance.next() < 0.2,
    shutdown: chance.next() < 0.8,
    track: [],
    announceIntervalMs: 0,
  } as const;
}

function hbManners({ dialects, hasScripts }: Manner, chance: Chance) {
  const dialect = chance.pick(dialects);
  return {
    dialect,
    sourceMac: chance.next() < 0.8 ? dialect : chance.pick(["ucarp", "bsd"] as const),
    ...(hasScripts ? { upScript: "/up", downScript: "/down" } : {}),
    holdsAddresses: !hasScripts || chance.next() < 0.5,
    ignoreIfState: chance.next() < 0.05,
  };
}
