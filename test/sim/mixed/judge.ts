// The judge of mixed runs. Of the eight laws he judges what can hold beside a Heartbeat 3 node; the others
// are judged for hb nodes only.
//
// | law | beside Heartbeat 3 |
// | --- | --- |
// | 1 | only in settled company (company.ts): after a partition, a nap or a start its own ways take their time: it restarts, it condemns the healthy, it keeps what it took (heartbeat-wire 9.3, 13) |
// | 2 | in settled company, whoever is left of it, and in the end. Not while a script that failed, hangs or is slow is about: it hands nothing over and waits for ever (heartbeat-resources 10) |
// | 3, 5, storm | hb nodes only: it announces after a nap (heartbeat-wire 9.3), stops what does not run |
// | 4 | hb nodes only: its commands are written into a FIFO, and nobody tells how they ended |
// | 6 | that nothing throws |
// | 7 | in the end nothing moves. A quick restart may move things: owners take their own groups back |
//
// With three nodes it takes a dead node's groups whoever else does, and keeps them (heartbeat-resources 11):
// law 1 is judged among hb nodes there, and law 2 asks for one holder at least. Where no hb node is there,
// neither is judged: nodes that all run Heartbeat 3 now and then leave a group to nobody (4.5: what the
// other one claims, or did before it restarted, is not taken).

import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Violation } from "../kind.ts";
import { Docket } from "../law/docket.ts";
import { misplaced } from "../law/holder.ts";
import type { Law } from "../law/law.ts";
import { Order } from "../law/order.ts";
import { isAlive, Picture, type Seen } from "../law/picture.ts";
import { Post } from "../law/post.ts";
import { Request } from "../law/request.ts";
import { Restart } from "../law/restart.ts";
import { Sleeper } from "../law/sleeper.ts";
import { Storm } from "../law/storm.ts";
import { quietMs } from "../plan/peace.ts";
import { Company } from "./company.ts";
import { missing, Veterans } from "./veteran.ts";

const violationsMax = 20;
/** A message needs so long; a Heartbeat 3 node reads it half a second later. */
const doubledMs = 5;
const vacantMs = 15_000;

export class MixedJudge {
  readonly #docket: Docket;
  readonly #picture: Picture;
  readonly #company: Company;
  readonly #post = new Post();
  readonly #request: Request;
  readonly #restart: Restart;
  readonly #laws: readonly Law[];
  readonly #veterans: Veterans;
  readonly #report: (law: string, text: string) => void;
  /** Since when something has been wrong. */
  readonly #since = new Map<string, number>();
  #now = 0;
  #troubledAt = Number.NEGATIVE_INFINITY;

  constructor(shape: Shape, tell: (violation: Violation) => void = () => undefined) {
    this.#docket = new Docket(violationsMax, tell);
    this.#report = (law, text) => this.found({ law, at: this.#now, text });
    this.#picture = new Picture(shape);
    this.#veterans = new Veterans(shape, this.#picture);
    this.#company = new Company(this.#picture);
    this.#request = new Request(this.#picture, this.#report);
    this.#restart = new Restart(this.#picture, () => undefined);
    this.#laws = [
      new Sleeper(this.#picture, this.#post, this.#report),
      this.#request,
      new Order(this.#picture, this.#report),
      new Storm(this.#picture, this.#report),
      { see: (sight) => sight.saw === "breach" && this.#report(String(sight.law), sight.text) },
    ];
  }

  get violations(): Violation[] {
    return this.#docket.violations;
  }

  /** A violation that others saw. */
  found(violation: Violation): void {
    this.#docket.add(violation);
  }

  readonly see = (sight: Sight, now: number): void => {
    this.#now = now;
    if (sight.saw === "log") return;
    this.#picture.see(sight, now);
    this.#post.see(sight, now);
    this.#company.see(sight, now);
    this.#restart.see(sight, now);
    this.#veterans.see(sight);
    if (sight.saw === "act" && sight.act.act === "address-lost") this.#troubledAt = now;
    if (sight.saw === "script" && sight.phase !== "begins" && sight.ok === false) {
      if (sight.action !== "status") this.#troubledAt = now;
    }
    if (!("node" in sight) || !this.#veterans.has(sight.node)) {
      for (const law of this.#laws) law.see(sight, now);
    }
    this.#look(now);
  };

  isPeaceful(now: number): boolean {
    const movedAt = Math.max(this.#restart.movedAt, this.#picture.disturbedAt);
    return (
      now - movedAt > quietMs &&
      this.#request.isIdle &&
      missing(this.#picture, this.#veterans).length === 0 &&
      this.#misplaced().length === 0
    );
  }

  verdict(now: number): void {
    this.#now = now;
    for (const law of this.#laws) law.verdict?.(now);
    for (const word of this.#misplaced()) {
      const names = this.#holders(word).map(({ name }) => name);
      const law = names.length > 1 ? "1" : "2";
      this.#report(law, `in the end ${word} is held by ${names.join(" and ") || "nobody"}`);
    }
    const away = missing(this.#picture, this.#veterans).map(({ name }) => name);
    if (away.length > 0) this.#report("7", `in the end ${away.join(" and ")} is not running`);
    if (now - this.#restart.movedAt <= quietMs) {
      this.#report("7", "in the end something still moves");
    }
  }

  thrown(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violations.push({ law: "6", at: this.#now, text: `a mind throws: ${text}` });
  }

  #look(now: number): void {
    if (!this.#hasHb || !this.#company.isSettled(now)) {
      this.#since.clear();
      return;
    }
    for (const { resources } of this.#picture.groups) {
      for (const { word } of resources) this.#single(word, now);
    }
    const isExcused = now - this.#troubledAt < 720_000 || this.#hasTemper();
    const { alive } = this.#picture;
    for (const { key, resources } of this.#picture.groups) {
      if (this.#veterans.neverTakes(key)) continue;
      const isHeld = alive.some((host) => resources.every(({ word }) => host.up.has(word)));
      this.#last("2", `nobody has ${key}`, !isExcused && !isHeld, { forMs: vacantMs, now });
    }
  }

  #single(word: string, now: number): void {
    const isPair = this.#picture.hosts.size === 2;
    const names = this.#holders(word)
      .filter((host) => isAlive(host) && host.touched.has(word) && !host.stuck.has(word))
      .filter((host) => !this.#veterans.mayDouble(host, word))
      .filter(({ name }) => isPair || !this.#veterans.has(name))
      .map(({ name }) => name);
    const text = `${names.join(" and ")} both have ${word}`;
    this.#last("1", text, names.length > 1, { forMs: doubledMs, now });
  }

  #last(
    law: string,
    text: string,
    isWrong: boolean,
    { forMs, now }: { forMs: number; now: number },
  ): void {
    const key = `${law} ${text}`;
    if (!isWrong) {
      this.#since.delete(key);
      return;
    }
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    if (now - since <= forMs) return;
    this.#since.set(key, Number.POSITIVE_INFINITY);
    this.#report(law, text);
  }

  get #hasHb(): boolean {
    return this.#picture.alive.some(({ name }) => !this.#veterans.has(name));
  }

  /** A script that hangs goes on to do so when its next run would not. */
  #hasTemper(): boolean {
    return this.#picture.all.some(
      ({ tempers, running }) =>
        [...tempers.values()].some((temper) => Object.keys(temper).length > 0) ||
        [...running.values()].some(({ isTempered }) => isTempered),
    );
  }

  /** In a pair, words that are not up on exactly one host; among more, those that are up on none. */
  #misplaced(): string[] {
    const isPair = this.#picture.hosts.size === 2;
    if (!this.#hasHb) return [];
    return misplaced(this.#picture).filter((word) => {
      const holders = this.#holders(word);
      const able = holders.filter((host) => !this.#veterans.mayDouble(host, word));
      if (holders.length === 0) return !this.#isNeverTaken(word);
      return isPair && able.length > 1;
    });
  }

  #isNeverTaken(word: string): boolean {
    return this.#picture.groups.some(
      ({ key, resources }) =>
        this.#veterans.neverTakes(key) && resources.some((each) => each.word === word),
    );
  }

  #holders(word: string): Seen[] {
    return this.#picture.all.filter((host) => host.up.has(word));
  }
}
