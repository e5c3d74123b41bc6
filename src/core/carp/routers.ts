// All virtual routers of a host: hands each input to whom it concerns, and knows who is due next.

import type { RouterConfig } from "../../config/router.ts";
import { advertIntervalMs, deadIntervalMs } from "../../wire/carp/timing.ts";
import type { RouterMemory } from "../boot.ts";
import type { Effect } from "../effect.ts";
import type { Input } from "../input.ts";
import { after, at, type Instant } from "../instant.ts";
import type { PulseView, RouterView } from "../snapshot.ts";
import { Roll } from "./roll.ts";
import { Router, type RouterBirth } from "./router.ts";
import { Surroundings, tracksOf } from "./surroundings.ts";
import { Timetable } from "./timetable.ts";

type InputOn<On extends Input["on"]> = Extract<Input, { readonly on: On }>;

/** Far beyond the numbers of the groups' jobs, and exact as a number. */
const firstJob = 1e15;
const jobsPerGeneration = 1e6;

/** A whole view of 255 routers takes a millisecond or two to write: not in every turn of a mass takeover. */
const publishPauseMs = 20;
/** The name of its moment in the timetable; no router's name is without a "/". */
const publication = "publish";

export interface RoutersBirth {
  /** Job numbers of different runs never meet: a late result of an earlier run is nobody's. */
  readonly generation: number;
  readonly masters?: RouterMemory | undefined;
}

export class Routers {
  readonly #roll = new Roll();
  readonly #timetable = new Timetable();
  readonly #jobs = new Map<number, Router>();
  readonly #surroundings = new Surroundings();
  /** What a router becomes when the old one of its name is gone. */
  readonly #next = new Map<string, RouterConfig>();
  readonly #leaving = new Set<Router>();
  /** Groups in which somebody's troubles may have changed. */
  readonly #stirred = new Set<string>();
  #job: number;
  #publishedAt: Instant | undefined;
  #hasChanged = false;

  constructor(
    configs: readonly RouterConfig[],
    { generation, masters }: RoutersBirth,
    now: Instant,
  ) {
    this.#job = firstJob + (generation % jobsPerGeneration) * jobsPerGeneration;
    for (const config of configs) this.#add(config, now, adopts(config, masters, now));
  }

  get isEmpty(): boolean {
    return this.#roll.size === 0;
  }

  /** True for a job of ours. */
  owns(job: number): boolean {
    return this.#jobs.has(job);
  }

  /** True for an address that one of ours holds. */
  holds(word: string): boolean {
    return this.#roll.holding(word) !== undefined;
  }

  /** All have left, or ended with their interfaces as ucarp does. Looks at every one. */
  get over(): boolean {
    return this.#roll.all().every((router) => router.gone || router.over);
  }

  /** The routers that count now, changed ones in their old form until that is down. */
  inForce(): RouterConfig[] {
    return this.#roll.all().map(({ config }) => config);
  }

  /** True once after a reload, when the last old form is down. */
  settled(): boolean {
    const has = this.#hasChanged && this.#leaving.size === 0;
    if (has) this.#hasChanged = false;
    return has;
  }

  deadline(): Instant | undefined {
    return this.#timetable.first();
  }

  expire(now: Instant): Effect[] {
    const due = this.#timetable.due(now);
    if (due.includes(publication)) this.#timetable.set(publication, undefined);
    const effects = this.#each(due, (router) => router.expire(now), now);
    return due.includes(publication) ? [...effects, ...this.#publish(now)] : effects;
  }

  advert({ router, advert }: InputOn<"advert">, now: Instant): Effect[] {
    return this.#each([router], (each) => each.heard(advert, now), now);
  }

  sent({ router, ok }: InputOn<"advert-sent">, now: Instant): Effect[] {
    return this.#each([router], (each) => each.sent(ok, now), now);
  }

  /** An interface: some stand on it, others track it. */
  interface(standing: InputOn<"interface">, now: Instant): Effect[] {
    const { device } = standing;
    this.#surroundings.stand(standing);
    const stood = this.#all(this.#roll.on(device), (router) => router.stand(standing, now), now);
    return [...stood, ...this.#judge(`interface ${device}`, now)];
  }

  track({ path, ok }: InputOn<"track">, now: Instant): Effect[] {
    this.#surroundings.check(path, ok);
    return this.#judge(`script ${path}`, now);
  }

  result(result: InputOn<"result">, now: Instant): Effect[] {
    const router = this.#jobs.get(result.job);
    this.#jobs.delete(result.job);
    if (router === undefined || !router.waitsFor(result.job)) return [];
    return this.#all([router], (each) => each.result(result, now), now);
  }

  lost({ word, reason, recoverable }: InputOn<"address-lost">, now: Instant): Effect[] {
    const router = this.#roll.holding(word);
    if (router === undefined) return [];
    return this.#all([router], (each) => each.addressLost(reason, recoverable, now), now);
  }

  rival({ word, mac }: InputOn<"rival">, now: Instant): Effect[] {
    const router = this.#roll.holding(word);
    return router === undefined ? [] : this.#all([router], (each) => each.rival(mac, now), now);
  }

  overslept(ms: number, now: Instant): Effect[] {
    return this.#all(this.#roll.all(), (router) => router.overslept(ms, now), now);
  }

  /** Masters hand over; without a name, all of them. */
  yield(request: number, name: string | undefined, now: Instant): Effect[] {
    const named = name === undefined ? undefined : this.#roll.named(name);
    const asked = name === undefined ? this.#roll.all() : named === undefined ? [] : [named];
    const masters = asked.filter(({ canYield }) => canYield);
    const effects = this.#all(masters, (router) => router.yield(now), now);
    const names = masters.map(({ config }) => config.name).join(", ");
    const reason = name === undefined ? "No router is master" : `${name} is not master`;
    const refused = asked.length === 0 && name !== undefined ? `No router ${name}` : reason;
    const ok = masters.length > 0;
    const text = ok ? `Handed over: ${names}` : refused;
    return [...effects, { do: "reply", request, ok, text }];
  }

  leave(now: Instant): Effect[] {
    this.#next.clear();
    return this.#all(this.#roll.all(), (router) => router.leave("this host leaves", now), now);
  }

  /** New ones begin, old ones leave; a changed one leaves first when what it holds has changed. */
  reload(configs: readonly RouterConfig[], now: Instant): Effect[] {
    this.#next.clear();
    const kept = new Map(configs.map((config) => [config.name, config]));
    const effects: Effect[] = [];
    for (const router of this.#roll.all()) {
      const config = kept.get(router.config.name);
      kept.delete(router.config.name);
      if (config !== undefined && holdsSame(router.config, config) && !this.#leaving.has(router)) {
        effects.push(...this.#change(router, config, now));
        continue;
      }
      if (config !== undefined) this.#next.set(config.name, config);
      this.#leaving.add(router);
      const why = config === undefined ? "it is not configured any more" : "it has changed";
      effects.push(...this.#all([router], (each) => each.leave(why, now), now));
    }
    for (const config of kept.values()) effects.push(...this.#join(config, now));
    this.#hasChanged = this.#leaving.size > 0;
    return effects;
  }

  /** With what the pulse counted before a packet came here. */
  views(now: Instant, pulse: PulseView): RouterView[] {
    return this.#roll.all().map((router) => {
      const view = router.view(now);
      const counted = pulse.adverts?.[view.name];
      if (counted === undefined) return view;
      const rejected = { ...counted.rejected };
      for (const [reason, count] of Object.entries(view.packets.rejected)) {
        rejected[reason] = (rejected[reason] ?? 0) + count;
      }
      return { ...view, packets: { ...view.packets, sent: counted.sent, rejected } };
    });
  }

  #add(config: RouterConfig, now: Instant, adopts: RouterBirth["adopts"]): Router {
    const nextJob = () => {
      this.#job += 1;
      this.#jobs.set(this.#job, router);
      return this.#job;
    };
    const router: Router = new Router(config, { nextJob, adopts }, now);
    this.#roll.add(router);
    return router;
  }

  /** A router that comes while the host runs: what is known already is told to it. */
  #join(config: RouterConfig, now: Instant): Effect[] {
    const router = this.#add(config, now, "no");
    const standing = this.#surroundings.standing(config.device);
    if (config.group !== undefined) this.#stirred.add(config.group);
    const act = () => [
      ...tracksOf(config).flatMap((track) =>
        router.trouble(`track ${track}`, this.#surroundings.fault(track), now),
      ),
      ...(standing === undefined ? [] : router.stand(standing, now)),
    ];
    return this.#all([router], act, now);
  }

  #change(router: Router, config: RouterConfig, now: Instant): Effect[] {
    if (JSON.stringify(router.config) === JSON.stringify(config)) return [];
    const old = router.config;
    this.#roll.remove(router);
    const act = () => [
      ...router.reconfigure(config, now),
      // A track that goes on failing is no news: a lone master must not hand over for it once more.
      ...tracksOf(old)
        .filter((track) => !tracksOf(config).includes(track))
        .flatMap((track) => router.trouble(`track ${track}`, undefined, now)),
      ...tracksOf(config).flatMap((track) =>
        router.trouble(`track ${track}`, this.#surroundings.fault(track), now),
      ),
      ...(config.group === undefined ? router.share([], now) : []),
    ];
    const effects = act();
    this.#roll.add(router);
    for (const group of [old.group, config.group])
      if (group !== undefined) this.#stirred.add(group);
    return [...effects, ...this.#all([router], () => [], now)];
  }

  #judge(track: string, now: Instant): Effect[] {
    const fault = this.#surroundings.fault(track);
    const act = (router: Router) => router.trouble(`track ${track}`, fault, now);
    return this.#all(this.#roll.tracking(track), act, now);
  }

  #each(names: readonly string[], act: (router: Router) => Effect[], now: Instant): Effect[] {
    return this.#all(
      names.flatMap((name) => this.#roll.named(name) ?? []),
      act,
      now,
    );
  }

  /** Lets these act, and then whoever is concerned by what they did. */
  #all(routers: Iterable<Router>, act: (router: Router) => Effect[], now: Instant): Effect[] {
    const effects: Effect[] = [];
    for (const router of [...routers]) {
      const before = router.troubles;
      effects.push(...act(router));
      this.#timetable.set(router.config.name, router.deadline());
      const { group } = router.config;
      if (group !== undefined && before.join() !== router.troubles.join()) this.#stirred.add(group);
      if (router.gone && this.#leaving.delete(router)) effects.push(...this.#replace(router, now));
    }
    for (const group of this.#stirred) {
      this.#stirred.delete(group);
      effects.push(...this.#share(group, now));
    }
    const others = effects.filter((effect) => effect.do !== "publish");
    return others.length === effects.length ? effects : [...others, ...this.#publish(now)];
  }

  /** Hundreds that change one after the other are one piece of news. */
  #publish(now: Instant): Effect[] {
    const nextAt = after(this.#publishedAt ?? at(0), publishPauseMs);
    if (this.#publishedAt !== undefined && now < nextAt) {
      this.#timetable.set(publication, nextAt);
      return [];
    }
    this.#publishedAt = now;
    return [{ do: "publish" }];
  }

  /** Everybody of a group bears the troubles of the others. */
  #share(group: string, now: Instant): Effect[] {
    const members = this.#roll.group(group);
    const faults = members.flatMap((member) =>
      member.troubles.map((text) => ({ member, text: `${member.config.name}: ${text}` })),
    );
    const act = (router: Router) => {
      const others = faults.filter(({ member }) => member !== router);
      return router.share(
        others.map(({ text }) => text),
        now,
      );
    };
    return this.#all(members, act, now);
  }

  #replace(router: Router, now: Instant): Effect[] {
    const { name, group } = router.config;
    this.#roll.remove(router);
    this.#timetable.set(name, undefined);
    if (group !== undefined) this.#stirred.add(group);
    const next = this.#next.get(name);
    this.#next.delete(name);
    return next === undefined ? [] : this.#join(next, now);
  }
}

/** Nobody has taken over yet: the last advert left at most an interval before the last sign of life. */
function adopts(
  config: RouterConfig,
  masters: RouterMemory | undefined,
  now: Instant,
): RouterBirth["adopts"] {
  if (masters?.routers.includes(config.name) !== true) return "no";
  const { advbase, advskew, deadratio } = config;
  const least = { advbase, advskew: advbase === 0 ? advskew : 0 };
  const limitMs = deadIntervalMs(least, deadratio) - advertIntervalMs(config);
  if (now - masters.at >= limitMs) return "no";
  return masters.demoted?.includes(config.name) === true ? "demoted" : "yes";
}

/** True when the second can go on with what the first has up. */
function holdsSame(one: RouterConfig, other: RouterConfig): boolean {
  const held = ({ device, vhid, password, addresses, source, ...rest }: RouterConfig) => {
    const { vmac, holdsAddresses, upScript, downScript, xparam, likeUcarp, ignoreIfState } = rest;
    const scripts = [upScript, downScript, xparam, likeUcarp, ignoreIfState];
    return JSON.stringify([
      device,
      vhid,
      password,
      addresses,
      source,
      vmac,
      holdsAddresses,
      scripts,
    ]);
  };
  return held(one) === held(other);
}
