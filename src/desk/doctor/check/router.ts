// Whether a virtual router does its work: its state beside what is on the interfaces, who else says to be its
// master, and which adverts did not count. What an advert is, carp.md says.

import type { RouterView } from "../../../core/snapshot.ts";
import { otherMaster } from "../../carp/othermaster.ts";
import { about, type Finding, many } from "../finding.ts";

export interface RouterFacts {
  /** At two moments, the same one where nothing was ever counted. */
  readonly before: RouterView;
  readonly now: RouterView;
  /** Its scripts put the addresses up, or whatever they do instead; absent: nobody told. */
  readonly hasScripts?: boolean;
  /** Its addresses that are on this host. */
  readonly here: readonly PresentAddress[];
}

export interface PresentAddress {
  readonly address: string;
  readonly prefix: number;
  readonly device: string;
}

/** So long an address may be on its way. */
const settledMs = 3_000;
/** Adverts of other virtual routers, and our own that come back: every day. */
const everyday: readonly string[] = ["own", "vhid", "destination"];

/** It never rejected anything that a second look would judge. */
export function isQuietRouter({ packets }: RouterView): boolean {
  return Object.entries(packets.rejected).every(([reason, count]) => {
    return count === 0 || everyday.includes(reason);
  });
}

export function judgeRouters(all: readonly RouterFacts[]): Finding[] {
  const findings = all.flatMap((facts) => [
    ...judgeState(facts),
    ...judgeAddresses(facts),
    ...judgeRejected(facts),
  ]);
  if (all.length === 0 || findings.length > 0) return findings;
  const states = all.map(({ now: { name, state } }) => `${name} is ${state}`);
  return [about("carp").ok(states.join(", "))];
}

function judgeState({ now }: RouterFacts): Finding[] {
  const { warn, fail } = about("carp");
  const { name, device, state, why, demoted } = now;
  if (state === "init") return [fail(`${name} does not work: ${why}`, { hint: "hb events" })];
  const findings: Finding[] = [];
  const rival = otherMaster(now);
  if (rival !== undefined) {
    const hint = `On ${rival}: does it hear protocol 112 on the network of ${device}?`;
    findings.push(
      fail(`${rival} is master of ${name} as well: it does not hear this host`, { hint }),
    );
  }
  if (demoted.length > 0) {
    findings.push(warn(`${name} is demoted: ${demoted.join("; ")}`, { hint: "Repair that" }));
  }
  return findings;
}

function judgeAddresses({ now, hasScripts, here }: RouterFacts): Finding[] {
  const { warn, fail } = about("carp");
  const { name, state, sinceMs, addresses } = now;
  if (sinceMs < settledMs) return [];
  // What scripts do is theirs: they may put up something else, and take long.
  const say = hasScripts === false ? fail : warn;
  if (state === "master") {
    const lost = addresses.filter((one) => !here.some(({ address }) => address === one));
    if (lost.length === 0) return [];
    const text = `This host is master of ${name}, but ${lost.join(", ")} is not on it`;
    return [say(text, { hint: hasScripts === false ? "hb events" : "Look at its up script" })];
  }
  return here.map(({ address, prefix, device }) => {
    const text = `${address} is on ${device}, but this host is not master of ${name}`;
    return say(text, { fix: `ip address del ${address}/${prefix} dev ${device}` });
  });
}

const remedies: Readonly<Record<string, string>> = {
  digest: "All members need the same password and the same addresses; others another vhid",
  ttl: "Adverts come through a router, or from a program that forwards them",
  version: "Another protocol uses number 112 there (VRRP): give it another vhid",
  unsealed: "A member that sealed does so no longer: hb events names it",
  replay: "Somebody repeats old adverts, or the clock of a member was set back: hb events",
  seal: "Adverts are changed on their way: hb events",
};

function judgeRejected({ before, now }: RouterFacts): Finding[] {
  const { warn, fail } = about("carp");
  const { name, device, vhid } = now;
  return Object.entries(now.packets.rejected).flatMap(([reason, count]) => {
    if (count === 0 || everyday.includes(reason)) return [];
    const text =
      reason === "digest"
        ? `${many(count, "advert")} for vhid ${vhid} on ${device} with another password or other addresses`
        : `${many(count, "advert")} of ${name} rejected: ${reason}`;
    const remedy = { hint: remedies[reason] ?? "hb events says when, and from where" };
    const isNow = count > (before.packets.rejected[reason] ?? 0);
    return [isNow ? fail(`${text}, and it goes on`, remedy) : warn(`${text}, not now`, remedy)];
  });
}
