// Law 7, after a partition: of several nodes that hold the same group one keeps it, and nothing else
// restarts (docs/design.md, "Partition").
//
// When all cables are whole again and several live nodes have all of a group up, then one of these nodes has
// all of it up at every moment until three deadtimes and five seconds have passed, or until something
// else is done to the cluster.
//
// Who takes the group before it hears one of them (its deadtime ends just as the cables heal) is one of
// them as well, once it has all of it up: it took the group last, and nobody could tell it not to.
//
// Exceptions: the owner is alive, is to have what is its own (`auto_failback`), and has nothing of it or will
// have nothing: it overslept, or adopted what an earlier life of it had up, and who is not sure gives up what
// others hold. It is sure when it is a member (it has heard everybody, or initdead is over) and has asked its
// scripts, or announced its addresses, again, which may be later than a deadtime: it waits until everybody whom
// it hears has answered, or turns out to be deaf. Or it gives way to one that takes the group without having
// heard it since the heal: that one cannot be told to yield. Then the group goes home, whoever keeps it until
// then. Ping nodes that were not seen, which may call for another move; nodes that leave, read different files,
// or whose scripts misbehave; groups that are stuck or were left up by an earlier life of an agent.

import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Contact } from "./contact.ts";
import type { Law, Report } from "./law.ts";
import { isAlive, type Picture, type Seen } from "./picture.ts";
import { sameView } from "./single.ts";

interface Watch {
  readonly group: GroupSpec;
  readonly since: number;
  /** Nodes that have had all of it up ever since. */
  readonly keepers: Set<string>;
  /** Nodes that began to take it before they had heard any of these. */
  readonly takers: Set<string>;
  /** Nodes that the owner had been hearing all along as the cables healed. */
  readonly heard: ReadonlySet<string>;
}

export class Heal implements Law {
  readonly ignoresPackets = true;
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #report: Report;
  #watches: Watch[] = [];
  #until = 0;
  readonly #leaving = new Set<string>();
  /** What a node had up as it woke from a sleep that was surely too long, or as its agent began to run, and has
   *  not asked for since. */
  readonly #unasked = new Map<string, Set<string>>();
  /** Some node has not always seen all ping nodes. */
  #mayBeBlind = false;

  constructor(picture: Picture, contact: Contact, report: Report) {
    this.#picture = picture;
    this.#contact = contact;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act") {
      this.#act(sight.act, now);
      return;
    }
    this.#ask(sight, now);
    if (sight.saw === "process") this.#leaving.delete(sight.node);
    if (sight.saw === "process" || sight.saw === "frozen") this.#watches = [];
    if (this.#watches.length === 0) return;
    if (now > this.#until) this.#watches = [];
    if (sight.saw === "script" && sight.phase === "begins") {
      if (sight.action === "stop") this.#released(sight.node, sight.word);
      else this.#taken(sight.node, sight.word);
    }
    if (sight.saw !== "address" && sight.saw !== "service") return;
    if (sight.up) this.#taken(sight.node, sight.word);
    else this.#lost(sight.node, sight.word);
  }

  #ask(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "process": {
        const { up } = this.#picture.host(sight.node);
        if (sight.process === "pulse")
          this.#unasked.set(sight.node, new Set(sight.alive ? up.keys() : []));
        return;
      }
      case "frozen": {
        const { up, mayNapMs, frozenAt, thawedAt } = this.#picture.host(sight.node);
        const isLong = !sight.frozen && thawedAt - frozenAt >= mayNapMs;
        if (isLong) this.#unasked.set(sight.node, new Set(up.keys()));
        return;
      }
      case "address":
      case "script":
        this.#unasked.get(sight.node)?.delete(sight.word);
        return;
      case "announce":
        if (!this.#isMember(this.#picture.host(sight.node), now)) return;
        for (const word of sight.words) this.#unasked.get(sight.node)?.delete(word);
        return;
      default:
        return;
    }
  }

  #act(act: Extract<Sight, { readonly saw: "act" }>["act"], now: number): void {
    if (act.act === "blind") this.#mayBeBlind = true;
    if (act.act === "weather" && act.weather.loss !== undefined) this.#mayBeBlind = true;
    if (act.act === "leave") this.#leaving.add(act.node);
    const isIdle = act.act === "start" && this.#picture.host(act.node).pulse;
    const isFine = act.act === "weather" && Object.keys(act.weather).length === 0;
    if (!isIdle && !isFine) this.#watches = [];
    if (act.act === "heal" && act.link === undefined && this.#leaving.size === 0) this.#begin(now);
  }

  #begin(now: number): void {
    const timings = this.#picture.all.map(({ config }) => config.timing);
    this.#until = now + 3 * Math.max(...timings.map(({ deadtimeMs }) => deadtimeMs)) + 5_000;
    const hasPings = this.#picture.all.some(({ config }) =>
      config.media.some(({ kind }) => kind.startsWith("ping")),
    );
    if (
      (hasPings && this.#mayBeBlind) ||
      !this.#picture.all.every((host) => isAlive(host) || !host.pulse)
    )
      return;
    for (const group of this.#picture.groups) {
      const holders = this.#picture.alive.filter((host) => isWhole(host, group));
      if (holders.length < 2 || this.#goesHome(group, holders, now) || !this.#isSound(group)) {
        continue;
      }
      const keepers = new Set(holders.map(({ name }) => name));
      const takers = this.#picture.alive.filter((host) => isTaking(host, group));
      const names = takers.map(({ name }) => name).filter((name) => !keepers.has(name));
      const owner = this.#picture.hosts.get(group.owner);
      const heard = owner === undefined ? new Set<string>() : this.#heardBy(owner, now);
      this.#watches.push({ group, since: now, keepers, takers: new Set(names), heard });
    }
  }

  #goesHome(group: GroupSpec, holders: readonly Seen[], now: number): boolean {
    const owner = this.#homeOf(group);
    if (owner === undefined) return false;
    if (!holders.includes(owner) || hasJustOverslept(owner, now)) return true;
    const unasked = this.#unasked.get(owner.name);
    return group.resources.some(({ word }) => unasked?.has(word));
  }

  /** Its owner, alive and to have what is its own. */
  #homeOf(group: GroupSpec): Seen | undefined {
    const owner = this.#picture.hosts.get(group.owner);
    if (owner === undefined || !isAlive(owner)) return undefined;
    const isOff = this.#picture.all.every(({ config }) => config.autoFailback === "off");
    return isOff ? undefined : owner;
  }

  /** This owner gives it to one that is deaf, as far as it can know. */
  #givesWay(owner: string, { group, since, keepers, heard }: Watch): boolean {
    if (!keepers.has(owner) || this.#homeOf(group)?.name !== owner) return false;
    const others = [...keepers].filter((node) => node !== owner && heard.has(node));
    return others.some((node) => this.#contact.heardAt(node, owner) < since);
  }

  #heardBy({ name, config }: Seen, now: number): Set<string> {
    const others = this.#picture.all.filter(
      (host) => now - this.#contact.heardAt(name, host.name) < config.timing.deadtimeMs,
    );
    return new Set(others.map((host) => host.name));
  }

  /** Before, it announces what it adopted and knows nothing. */
  #isMember({ name, bornAt, config }: Seen, now: number): boolean {
    if (now - bornAt >= config.timing.initdeadMs) return true;
    const others = this.#picture.alive.filter((other) => other.name !== name);
    return others.every((other) => this.#contact.heardAt(name, other.name) > bornAt);
  }

  #isSound({ key, resources }: GroupSpec): boolean {
    const [first, ...others] = this.#picture.all;
    return this.#picture.all.every(
      (host) =>
        others.every((other) => first === undefined || sameView(first, other, key)) &&
        resources.every(
          ({ word }) =>
            !host.stuck.has(word) && Object.keys(host.tempers.get(word) ?? {}).length === 0,
        ),
    );
  }

  #taken(node: string, word: string): void {
    for (const { group, since, keepers, takers } of this.#watches) {
      if (keepers.has(node) || !isOf(group, word)) continue;
      const heard = [...keepers].some((keeper) => this.#contact.heardAt(node, keeper) >= since);
      if (!heard) takers.add(node);
      if (takers.has(node) && isWhole(this.#picture.host(node), group)) keepers.add(node);
    }
  }

  /** It lets go, or begins to. */
  #released(node: string, word: string): void {
    this.#watches = this.#watches.filter(
      (watch) => !isOf(watch.group, word) || !this.#givesWay(node, watch),
    );
  }

  #lost(node: string, word: string): void {
    this.#released(node, word);
    for (const watch of this.#watches) {
      const { group, keepers } = watch;
      if (!keepers.has(node) || !isOf(group, word)) continue;
      keepers.delete(node);
      if (keepers.size > 0) continue;
      this.#watches = this.#watches.filter((other) => other !== watch);
      this.#report("7", `${group.key} was held by several, and none keeps it`);
    }
  }
}

function isWhole(host: Seen, { resources }: GroupSpec): boolean {
  return resources.every(({ word }) => host.up.has(word) && host.touched.has(word));
}

/** Its scripts are on the way up. */
function isTaking(host: Seen, { resources }: GroupSpec): boolean {
  return resources.some(({ word }) => (host.running.get(word)?.action ?? "stop") !== "stop");
}

/** It stood still for so long that others may have taken what it has, and may not have found out yet. */
function hasJustOverslept({ config, mayNapMs, frozenAt, thawedAt }: Seen, now: number): boolean {
  const { deadtimeMs, keepaliveMs } = config.timing;
  // Its last turn before was up to a keepalive earlier.
  return thawedAt - frozenAt >= mayNapMs - keepaliveMs && now - thawedAt < deadtimeMs;
}

function isOf({ resources }: GroupSpec, word: string): boolean {
  return resources.some((resource) => resource.word === word);
}
