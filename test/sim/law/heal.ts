// Law 7, after a partition: of several nodes that hold the same group one keeps it, and nothing else
// restarts (docs/design.md, "Partition").
//
// When all cables are whole again and several live nodes have all of a group up, then one of these nodes has
// all of it up at every moment until three deadtimes and five seconds have passed, or until something
// else is done to the cluster.
//
// Exceptions: the owner is alive and has nothing of it, so that it goes home; ping nodes that were not seen,
// which may call for another move; nodes that leave, read different files, or whose scripts misbehave; groups that are
// stuck or were left up by an earlier life of an agent.

import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import { isAlive, type Picture, type Seen } from "./picture.ts";
import { sameView } from "./single.ts";

interface Watch {
  readonly group: GroupSpec;
  /** Nodes that have had all of it up ever since. */
  readonly keepers: Set<string>;
}

export class Heal implements Law {
  readonly ignoresPackets = true;
  readonly #picture: Picture;
  readonly #report: Report;
  #watches: Watch[] = [];
  #until = 0;
  readonly #leaving = new Set<string>();
  /** Some node has not always seen all ping nodes. */
  #mayBeBlind = false;

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act") {
      this.#act(sight.act, now);
      return;
    }
    if (sight.saw === "process") this.#leaving.delete(sight.node);
    if (sight.saw === "process" || sight.saw === "frozen") this.#watches = [];
    if (this.#watches.length === 0) return;
    if (now > this.#until) this.#watches = [];
    const isLoss = (sight.saw === "address" || sight.saw === "service") && !sight.up;
    if (isLoss) this.#lost(sight.node, sight.word);
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
      const owner = this.#picture.hosts.get(group.owner);
      const goesHome = owner !== undefined && isAlive(owner) && !holders.includes(owner);
      if (holders.length < 2 || goesHome || !this.#isSound(group)) continue;
      this.#watches.push({ group, keepers: new Set(holders.map(({ name }) => name)) });
    }
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

  #lost(node: string, word: string): void {
    for (const watch of this.#watches) {
      const { group, keepers } = watch;
      if (!keepers.has(node) || !group.resources.some((resource) => resource.word === word)) {
        continue;
      }
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
