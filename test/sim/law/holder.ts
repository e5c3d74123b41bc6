// Law 2: a group whose nodes are willing and alive has a holder within deadtime + the time of its
// scripts.
//
// Live nodes of which one hears the other, in whichever direction, are one party; each party is to have
// a node with everything of the group up. The time runs from the moment at which the parties became what
// they are, anything was done to the cluster, or a script of the group last worked. It is the longest
// deadtime, also that which a node of the party heard of one that is not heard any more, for a node is
// waited for as long as it asks for; initdead as well while a node of the party has not been running for
// long, what it stood still not counted; 4 keepalives and a second for the conversation.
//
// When everything is mended (verdict): every word of every group is up on exactly one host.
//
// Exceptions:
// * A group of which anything failed, hangs, lies, is slow or was lost on a node of the party, until it
//   is mended and twelve minutes have passed: a node is unwilling for ten after a failure, and tries again
//   each minute when alone. (The end of the run is after that.)
// * A service that does not run although its status said so when it was to be started: it counts as up
//   there until somebody asks again, for nobody watches services here.
// * Nodes that are leaving; parties whose nodes do not read the same line for the group.
// * At the end: a service whose stop was tried in vain and that therefore runs on beside its successor.

import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Contact } from "./contact.ts";
import type { Law, Report } from "./law.ts";
import { countsAsUp, type Picture, type Seen } from "./picture.ts";

const unwillingMs = 720_000;

export class Holder implements Law {
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #report: Report;
  readonly #leaving = new Set<string>();
  /** When something of the word was last in a bad way on a node. */
  readonly #badAt = new Map<string, number>();
  /** Since when a group has had no holder in a party. */
  readonly #vacantSince = new Map<string, number>();
  #parties = "";
  #partiesSince = 0;
  #nextLook = 0;

  constructor(picture: Picture, contact: Contact, report: Report) {
    this.#picture = picture;
    this.#contact = contact;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act") this.#act(sight.act, now);
    if (sight.saw === "process" && !sight.alive) this.#leaving.delete(sight.node);
    if (sight.saw === "script" && sight.phase !== "begins" && sight.action !== "status") {
      if (sight.ok !== true) this.#badAt.set(`${sight.node} ${sight.word}`, now);
    }
    if (now < this.#nextLook) return;
    this.#nextLook = now + this.#keepaliveMs();
    this.#look(now);
  }

  verdict(now: number): void {
    for (const word of misplaced(this.#picture)) {
      const names = holdersOf(this.#picture, word).map(({ name }) => name);
      const law = names.length > 1 ? "1" : "2";
      this.#report(law, `in the end ${word} is held by ${names.join(" and ") || "nobody"}`);
    }
    this.#look(now);
  }

  #act(act: Extract<Sight, { readonly saw: "act" }>["act"], now: number): void {
    if (act.act === "leave") this.#leaving.add(act.node);
    if (act.act === "address-lost") this.#badAt.set(`${act.node} ${act.word}`, now);
  }

  #look(now: number): void {
    const parties = this.#partiesNow(now);
    const names = parties.map((party) => party.map(({ name }) => name).join(" ")).join(" | ");
    if (names !== this.#parties) {
      this.#parties = names;
      this.#partiesSince = now;
    }
    for (const party of parties) {
      for (const group of party[0]?.config.groups ?? []) this.#judge(party, group, now);
    }
  }

  #judge(party: readonly Seen[], group: GroupSpec, now: number): void {
    const names = party.map(({ name }) => name);
    const key = `${group.key} among ${names.join(" ")}`;
    const busy = party.some((host) => group.resources.some(({ word }) => host.running.has(word)));
    const isHeld = party.some((host) =>
      group.resources.every(({ word }) => countsAsUp(host, word)),
    );
    if (isHeld || busy || !this.#isJudged(party, group, now)) {
      this.#vacantSince.delete(key);
      return;
    }
    const since = this.#vacantSince.get(key) ?? now;
    this.#vacantSince.set(key, since);
    const from = Math.max(since, this.#partiesSince, this.#picture.disturbedAt);
    const limitMs = this.#limitMs(party, from);
    if (now - from <= limitMs) return;
    this.#vacantSince.set(key, Number.POSITIVE_INFINITY);
    this.#report("2", `${group.key} has had no holder among ${names.join(", ")} for ${limitMs} ms`);
  }

  #limitMs(party: readonly Seen[], from: number): number {
    const timings = party.map(({ config }) => config.timing);
    const said = party.map(({ name }) => this.#contact.patienceMs(name, from));
    const deadtimeMs = Math.max(...timings.map((timing) => timing.deadtimeMs), ...said);
    const initdeadMs = Math.max(...timings.map((timing) => timing.initdeadMs));
    const isYoung = party.some(({ bornAt }) => bornAt > from - initdeadMs - deadtimeMs);
    return deadtimeMs + (isYoung ? initdeadMs : 0) + 4 * this.#keepaliveMs() + 1_000;
  }

  #isJudged(party: readonly Seen[], group: GroupSpec, now: number): boolean {
    if (party.every(({ name }) => this.#leaving.has(name))) return false;
    const { key, resources } = group;
    const line = JSON.stringify(group);
    if (!party.every((host) => JSON.stringify(lineOf(host, key)) === line)) return false;
    return party.every((host) =>
      resources.every(({ word }) => {
        if (Object.keys(host.tempers.get(word) ?? {}).length > 0 || host.stuck.has(word))
          return false;
        return now - (this.#badAt.get(`${host.name} ${word}`) ?? -unwillingMs) >= unwillingMs;
      }),
    );
  }

  /** Live nodes, together with whom they hear and by whom they are heard. */
  #partiesNow(now: number): Seen[][] {
    const patienceMs = Math.max(...this.#picture.all.map(({ config }) => config.timing.deadtimeMs));
    const parties: Seen[][] = [];
    for (const host of this.#picture.alive) {
      const near = parties.filter((party) =>
        party.some(
          ({ name }) =>
            now - this.#contact.heardAt(name, host.name) <= patienceMs ||
            now - this.#contact.heardAt(host.name, name) <= patienceMs,
        ),
      );
      for (const party of near) parties.splice(parties.indexOf(party), 1);
      parties.push([...near.flat(), host]);
    }
    return parties;
  }

  #keepaliveMs(): number {
    return Math.max(...this.#picture.all.map(({ config }) => config.timing.keepaliveMs));
  }
}

/** What the host's files say of the group: those of a host outside the party say nothing of it. */
function lineOf({ config }: Seen, key: string): GroupSpec | undefined {
  return config.groups.find((group) => group.key === key);
}

/** Words that are not up on exactly one host although everything is mended. */
export function misplaced(picture: Picture): string[] {
  const words = picture.groups.flatMap(({ resources }) => resources.map(({ word }) => word));
  return words.filter((word) => holdersOf(picture, word).length !== 1);
}

function holdersOf(picture: Picture, word: string): Seen[] {
  const holders = picture.all.filter((host) => countsAsUp(host, word));
  const able = holders.filter((host) => !host.stuck.has(word));
  return able.length > 0 ? able : holders;
}
