// A run full of faults that a seed chooses: deaths, crashes, naps, cuts, loss, bad scripts, failing
// checks, pulled cables, operators, and somebody who plays recorded adverts again. Then everything is
// mended, and the segment must find its peace.

import type { RouterConfig } from "../../../src/config/router.ts";
import { Chance } from "../../../src/sim/chance.ts";
import { comparePace } from "../../../src/wire/carp/timing.ts";
import type { RouterHost } from "./host.ts";
import { Judge } from "./judge.ts";
import { type Delivery, type Member, Segment } from "./segment.ts";

const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace"];
/** The longest script, up and down. */
const workMs = 6_000;

/** One seeded run; the segment that it leaves, with every violation that was seen. */
export function chaos(seed: number, steps = 30): Segment {
  const chance = new Chance(seed);
  const segment = new Segment(membersOf(chance), seed);
  const judge = new Judge(segment, workMs);
  const look = (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      segment.advance(Math.min(left, 100));
      judge.look();
    }
  };
  const isLossy = chance.next() < 0.25;
  segment.lossRate = isLossy ? 0.2 : 0;
  segment.startAll();
  look(chance.below(8_000));
  for (let step = 0; step < steps; step += 1) {
    disturb(segment, chance);
    look(chance.below(chance.next() < 0.5 ? 600 : 9_000));
  }
  mend(segment);
  // A script that failed is tried again after a minute at the latest.
  look(90_000);
  judge.verdict();
  return segment;
}

/** Members with the timings, dialects and scripts that a seed chooses. */
export function membersOf(chance: Chance): Member[] {
  const count = chance.pick([2, 2, 3, 4, 7]);
  const advbase = chance.pick([1, 1, 1, 0]);
  const isEqual = chance.next() < 0.3;
  const dialects = chance.pick([["ucarp"], ["ucarp"], ["bsd"], ["ucarp", "bsd"]] as const);
  const hasScripts = chance.next() < 0.4;
  const seal = chance.pick(["auto", "auto", "require", "off"] as const);
  return names.slice(0, count).map((name, n) => {
    const least = advbase === 0 ? 40 : 0;
    const config: Partial<RouterConfig> = {
      advbase,
      advskew: isEqual ? least : least + chance.below(100),
      preempt: chance.next() < 0.5,
      dialect: chance.pick(dialects),
      sourceMac: chance.pick(["ucarp", "bsd"]),
      seal,
      ...(hasScripts ? { upScript: "/up", downScript: "/down" } : {}),
      holdsAddresses: !hasScripts || chance.next() < 0.5,
    };
    // Neither the order of the names nor that of the octets is that of the addresses.
    return { name, address: `10.77.${(n * 5) % 7}.${100 - 13 * ((n * 3) % 7)}`, config };
  });
}

function disturb(segment: Segment, chance: Chance): void {
  const hosts = [...segment.hosts.values()];
  const host = chance.pick(hosts);
  switch (chance.below(18)) {
    case 0:
    case 1:
      host.kill();
      return;
    case 2:
      host.crash();
      host.start();
      return;
    case 3:
      host.crash();
      return;
    case 4:
      host.freeze();
      return;
    case 5:
    case 6:
      for (const other of hosts) {
        other.thaw();
        other.start();
      }
      return;
    case 7: {
      const side = hosts.filter(() => chance.next() < 0.5).map(({ name }) => name);
      const others = hosts.map(({ name }) => name).filter((name) => !side.includes(name));
      segment.cut(side, others);
      return;
    }
    case 8:
      segment.cut([host.name], [chance.pick(hosts).name], true);
      return;
    case 9:
      segment.heal();
      return;
    case 10:
      host.command({ name: chance.next() < 0.5 ? "leave" : "yield" });
      return;
    case 11:
      host.carrier(chance.next() < 0.5 ? "no-carrier" : "up");
      return;
    case 12:
      host.check(chance.next() < 0.5);
      return;
    case 13:
    case 14:
      for (let n = 0; n < 5; n += 1) forge(segment, host, chance);
      return;
    default:
      host.tempers.set(
        chance.pick(["/up", "/up", "/down", "hold"]),
        chance.pick([{ fails: true }, { fails: true }, { tookMs: 2_500 }, { tookMs: 50 }, {}]),
      );
  }
}

/** Plays an advert again that this host has heard, as it was or bare and with another timing. */
function forge(segment: Segment, host: RouterHost, chance: Chance): void {
  const heard = segment.deliveries.filter(({ to, life }) => to === host.name && life === host.life);
  const sealed = heard.filter(({ advert }) => advert.seal !== undefined);
  if (!host.isUp || sealed.length === 0) return;
  const { advert } = chance.pick(sealed);
  const latest = (one: Delivery, other: Delivery) =>
    (one.advert.seal?.number ?? 0n) > (other.advert.seal?.number ?? 0n) ? one : other;
  // Not the last to arrive: a bad network changes the order.
  const last = sealed.filter((each) => each.advert.from === advert.from).reduce(latest).advert;
  // After a sealed farewell a host may come back without seals: that is no forgery.
  const isGone = comparePace(last, { advbase: 255, advskew: 255 }) === 0;
  const { seal: _, ...bare } = advert;
  const timing = chance.pick([
    { advbase: 0, advskew: 1 },
    { advbase: 255, advskew: 255 },
    { advskew: 0, demote: 9 },
  ]);
  const forged = isGone || chance.next() < 0.5 ? advert : { ...bare, ...timing };
  const before = faceOf(host);
  host.hear(forged);
  if (faceOf(host) === before) return;
  segment.violated(`${host.name} fell for a forgery: ${before} became ${faceOf(host)}`);
}

/** Everything of it that a forged advert must not change. */
function faceOf(host: RouterHost): string {
  const { state, why, demoted, heard, next } = host.view ?? {};
  return JSON.stringify({ state, why, demoted, heard, next, holds: host.holds });
}

function mend(segment: Segment): void {
  segment.heal();
  segment.lossRate = 0;
  for (const host of segment.hosts.values()) {
    host.tempers.clear();
    host.thaw();
    host.carrier("up");
    host.check(true);
    host.start();
  }
}
