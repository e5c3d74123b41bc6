// Law 7, after a partition: of several nodes that hold the same group one keeps it, and nothing else
// restarts (docs/design.md, "Partition").
//
// When all cables are whole again and several live nodes have all of a group up, then one of these nodes has
// all of it up at every moment until three deadtimes and five seconds have passed, or until something
// else is done to the cluster.
//
// Who takes the group before it hears one of them (its deadtime ends just as the cables heal) is one of
// them as well: it takes the group last, and nobody can tell it not to.
//
// The last of them may send it home in good order (`auto_failback`), and then its owner keeps it: the owner is
// alive, has nothing of it, and has told so. One that was a holder itself has nothing for a reason of its own: it
// was not sure (it overslept, or adopted), or gave way to one that could not hear it. Where its own files do
// not ask for the group, it left it to the others, and does not get it back.
//
// Exceptions: ping nodes that were not seen, which may call for another move; nodes that leave, read different
// files, or whose scripts misbehave; groups that are stuck or were left up by an earlier life of an agent.

import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Contact } from "./contact.ts";
import type { Law, Report } from "./law.ts";
import { isAlive, type Picture, type Seen } from "./picture.ts";
import { sameView } from "./single.ts";

interface Watch {
  readonly group: GroupSpec;
  readonly since: number;
  /** Nodes that had all of it up as the cables healed. */
  readonly holders: ReadonlySet<string>;
  /** Those of them that have had it ever since, and who took it unheard. */
  readonly keepers: Set<string>;
  /** When its owner last did anything with it. */
  ownerAt: number;
}

export class Heal implements Law {
  readonly ignoresPackets = true;
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #report: Report;
  #watches: Watch[] = [];
  #until = 0;
  readonly #leaving = new Set<string>();
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
    if (sight.saw === "process") this.#leaving.delete(sight.node);
    if (sight.saw === "process" || sight.saw === "frozen" || now > this.#until) this.#watches = [];
    if (sight.saw !== "script" && sight.saw !== "address" && sight.saw !== "service") return;
    for (const watch of this.#watches)
      if (isOf(watch.group, sight.word)) this.#judge(watch, sight, now);
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
      const holders = this.#namesOf((host) => isWhole(host, group));
      if (holders.length < 2 || !this.#isSound(group)) continue;
      const keepers = new Set([...holders, ...this.#namesOf((host) => isTaking(host, group))]);
      this.#watches.push({ group, since: now, holders: new Set(holders), keepers, ownerAt: now });
    }
  }

  #namesOf(does: (host: Seen) => boolean): string[] {
    return this.#picture.alive.filter(does).map(({ name }) => name);
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

  #judge(watch: Watch, sight: WordSight, now: number): void {
    const { node } = sight;
    if (node === watch.group.owner) watch.ownerAt = now;
    const begins = sight.saw === "script" && sight.phase === "begins" ? sight.action : undefined;
    const up = sight.saw !== "script" && sight.up;
    const down = sight.saw !== "script" && !sight.up;
    if (up || begins === "start") this.#takes(watch, node);
    if (down || begins === "stop") this.#letsGo(watch, node);
  }

  #takes({ since, keepers }: Watch, node: string): void {
    const hasHeard = [...keepers].some((other) => this.#contact.heardAt(node, other) >= since);
    if (!hasHeard) keepers.add(node);
  }

  #letsGo(watch: Watch, node: string): void {
    const { group, keepers } = watch;
    if (!keepers.delete(node) || keepers.size > 0) return;
    if (this.#goesHome(watch, this.#picture.host(node))) {
      keepers.add(group.owner);
      return;
    }
    this.#watches = this.#watches.filter((other) => other !== watch);
    this.#report("7", `${group.key} was held by several, and none keeps it`);
  }

  /** Its last keeper sends it home, and may. */
  #goesHome({ group, holders, ownerAt }: Watch, keeper: Seen): boolean {
    const owner = this.#picture.hosts.get(group.owner);
    if (owner === undefined || owner === keeper || !isAlive(owner)) return false;
    const asking = holders.has(owner.name) ? [keeper, owner] : [keeper];
    if (asking.some(({ config }) => config.autoFailback === "off")) return false;
    return !hasAnyOf(owner, group) && this.#contact.sentAt(keeper.name, owner.name) >= ownerAt;
  }
}

type WordSight = Extract<Sight, { readonly saw: "script" | "address" | "service" }>;

function isWhole(host: Seen, { resources }: GroupSpec): boolean {
  return resources.every(({ word }) => hasUp(host, word));
}

/** Something of it is up there, or about to be, and it is on the way up. */
function isTaking(host: Seen, { resources }: GroupSpec): boolean {
  const actions = resources.map(({ word }) => host.running.get(word)?.action);
  const asks = actions.includes("status") && resources.some(({ word }) => hasUp(host, word));
  return asks || actions.includes("start");
}

function hasAnyOf(host: Seen, { resources }: GroupSpec): boolean {
  return resources.some(({ word }) => host.running.has(word) || hasUp(host, word));
}

function hasUp(host: Seen, word: string): boolean {
  return host.up.has(word) && host.touched.has(word);
}

function isOf({ resources }: GroupSpec, word: string): boolean {
  return resources.some((resource) => resource.word === word);
}
