// One virtual router of this host: its parts, and what each input means to them. Who is master is decided
// in mastership.ts.

import type { RouterConfig } from "../../config/router.ts";
import { advertIntervalMs, deadIntervalMs } from "../../wire/carp/timing.ts";
import type { Effect } from "../effect.ts";
import type { Input } from "../input.ts";
import type { Instant } from "../instant.ts";
import type { RouterView } from "../snapshot.ts";
import { Demotion } from "./demotion.ts";
import { Footing, type Standing } from "./footing.ts";
import { Grip } from "./grip.ts";
import type { HeardAdvert } from "./heard.ts";
import { Hearing } from "./hearing.ts";
import { Mastership } from "./mastership.ts";
import { Rhythm } from "./rhythm.ts";
import { Speech } from "./speech.ts";

/** ucarp's, after SIGUSR2 (carp.md 10). */
const yieldPauseMs = 3_000;

export interface RouterBirth {
  readonly nextJob: () => number;
  /** It was master in a life that ended a moment ago, a demoted one perhaps. */
  readonly adopts: "no" | "yes" | "demoted";
}

export class Router {
  #config: RouterConfig;
  readonly #grip: Grip;
  readonly #footing: Footing;
  readonly #hearing: Hearing;
  readonly #demotion = new Demotion();
  readonly #rhythm = new Rhythm();
  readonly #speech: Speech;
  readonly #mastership: Mastership;
  readonly #adopts: RouterBirth["adopts"];
  /** What is wrong here was so in the life before, and no reason to hand over once more. */
  #isExcused = false;
  #isLeaving = false;
  #isOver = false;

  constructor(config: RouterConfig, { nextJob, adopts }: RouterBirth, now: Instant) {
    this.#config = config;
    this.#adopts = adopts;
    const current = () => this.#config;
    this.#grip = new Grip(current, nextJob);
    this.#footing = new Footing(current);
    this.#hearing = new Hearing(config.seal);
    const shared = { config: current, rhythm: this.#rhythm, demotion: this.#demotion };
    this.#speech = new Speech({ ...shared, counter: this.#hearing.counter });
    const own = { grip: this.#grip, footing: this.#footing, hearing: this.#hearing };
    this.#mastership = new Mastership({ ...shared, ...own, speech: this.#speech }, now);
  }

  get config(): RouterConfig {
    return this.#config;
  }

  /** The addresses that it holds, or would. */
  get words(): readonly string[] {
    return this.#grip.resources.map(({ word }) => word);
  }

  /** What is wrong here: a group shares it. */
  get troubles(): readonly string[] {
    return this.#demotion.own;
  }

  /** It has left: nothing of it is up and nothing is under way. */
  get gone(): boolean {
    if (!this.#isLeaving || this.#mastership.phase !== "init") return false;
    return this.#grip.idle || !this.#config.shutdown;
  }

  /** As ucarp, it ends with its interface (carp.md 10). */
  get over(): boolean {
    return this.#isOver && this.#grip.idle;
  }

  get canYield(): boolean {
    return this.#mastership.canFall;
  }

  deadline(): Instant | undefined {
    return this.#rhythm.next();
  }

  waitsFor(job: number): boolean {
    return this.#grip.waitsFor(job);
  }

  /** The interface it stands on changed, or is known for the first time. */
  stand(standing: Standing, now: Instant): Effect[] {
    const isFirst = !this.#footing.known;
    const was = this.#footing.trouble;
    this.#footing.put(standing);
    const { trouble } = this.#footing;
    this.#demotion.note("interface", trouble);
    if (this.#isLeaving || this.#isOver) return [];
    if (isFirst) this.#begin(trouble, now);
    else if (trouble === undefined && was !== undefined) {
      this.#mastership.settle("backup", `${this.#config.device} works again`, now);
    } else if (trouble !== undefined && trouble !== was) this.#stumble(trouble, now);
    return this.#speech.take();
  }

  heard(advert: HeardAdvert, now: Instant): Effect[] {
    const refusal = this.#hearing.take(advert, now);
    if (refusal === undefined) this.#mastership.heard(advert, now);
    else if (this.#hearing.tells(advert, refusal, now)) {
      const what = refusal === "replay" ? "a replayed" : "an unsealed";
      this.#speech.log("warn", `Refusing ${what} advert from ${advert.from}`, refusal);
    }
    return this.#speech.take();
  }

  expire(now: Instant): Effect[] {
    const rhythm = this.#rhythm;
    if (rhythm.strikes("lapse", now)) this.#trouble("up", undefined, now);
    if (rhythm.strikes("dead", now)) this.#mastership.silence(now);
    if (rhythm.strikes("announce", now)) this.#speech.announce(now);
    const due = rhythm.at("advert");
    if (due !== undefined && due <= now) {
      // By now everything that goes on failing was told again.
      this.#isExcused = false;
      this.#speech.beat(due, now);
    }
    return this.#speech.take();
  }

  result(result: Extract<Input, { readonly on: "result" }>, now: Instant): Effect[] {
    this.#mastership.grasp(this.#grip.result(result, now), now);
    return this.#speech.take();
  }

  /** The host was away. Others may be master by now: everything off first, then listen. */
  overslept(ms: number, now: Instant): Effect[] {
    const { phase, stance } = this.#mastership;
    if (phase === "init") return [];
    if (phase === "backup") {
      if (ms >= advertIntervalMs(stance.pace)) this.#mastership.listen(now);
      return this.#speech.take();
    }
    const { advbase, advskew, deadratio } = this.#config;
    // The most eager backup of the group may have no skew at all.
    const least = { advbase, advskew: advbase === 0 ? advskew : 0 };
    const silentMs = now - (this.#speech.saidAt ?? now);
    if (Math.max(ms, silentMs) < deadIntervalMs(least, deadratio)) return [];
    const why = `this host was away for ${Math.round(ms)} ms: others may have taken over`;
    this.#speech.log("warn", `Addresses off: ${why}`, "overslept");
    this.#mastership.retreat(this.#isLeaving ? "init" : "backup", why, now);
    return this.#speech.take();
  }

  sent(ok: boolean, now: Instant): Effect[] {
    const had = this.#demotion.calls;
    if (this.#demotion.sent(ok)) this.#demoted(had, now);
    return this.#speech.take();
  }

  /** Something that this router watches went wrong, or is right again (undefined). */
  trouble(kind: string, text: string | undefined, now: Instant): Effect[] {
    this.#trouble(kind, text, now);
    return this.#speech.take();
  }

  /** The troubles of the others in its group. */
  share(troubles: readonly string[], now: Instant): Effect[] {
    const had = this.#demotion.calls;
    if (this.#demotion.share(troubles)) this.#demoted(had, now);
    return this.#speech.take();
  }

  addressLost(reason: string, recoverable: boolean, now: Instant): Effect[] {
    if (!this.canYield) return [];
    if (recoverable) {
      this.#speech.log("warn", `An address is lost, putting it back: ${reason}`, "address");
      this.#mastership.grasp(this.#grip.repair(), now);
    } else this.#mastership.fail(`an address is lost: ${reason}`, now);
    return this.#speech.take();
  }

  rival(mac: string, now: Instant): Effect[] {
    if (this.#mastership.phase !== "master" || !this.#speech.mayAnnounce(now)) return [];
    const text = `${mac} answers for an address of this router: announcing it again`;
    this.#speech.log("warn", text, "rival");
    this.#speech.announce(now);
    return this.#speech.take();
  }

  /** SIGUSR2 of ucarp: hands its addresses over, and does not come back for three seconds. */
  yield(now: Instant): Effect[] {
    const landing = { phase: "backup", pauseMs: yieldPauseMs } as const;
    if (this.canYield) this.#mastership.fall("an operator told it to yield", landing, now);
    return this.#speech.take();
  }

  /** Everything off, a farewell, and no more. */
  leave(why: string, now: Instant): Effect[] {
    if (this.#isLeaving) return [];
    this.#isLeaving = true;
    const { phase } = this.#mastership;
    // ucarp without -z leaves everything where it is (carp.md 10).
    const holds = phase !== "init" && phase !== "backup" && this.#config.shutdown;
    if (holds) this.#mastership.fall(why, { phase: "init", pauseMs: 0 }, now);
    else if (phase !== "init") this.#mastership.settle("init", why, now);
    return this.#speech.take();
  }

  /** Other timings, tracks or policies; what it holds is the same. */
  reconfigure(config: RouterConfig, now: Instant): Effect[] {
    if (config.seal !== this.#config.seal) this.#hearing.follow(config.seal);
    this.#config = config;
    if (this.#mastership.phase === "backup") this.#mastership.listen(now);
    if (this.#mastership.phase === "master") this.#speech.advertise(now);
    return this.#speech.take();
  }

  view(now: Instant): RouterView {
    const { name, device, vhid, addresses, advbase, advskew } = this.#config;
    const { phase, since, why } = this.#mastership;
    const { received, refused } = this.#hearing;
    const heard = this.#hearing.view(now);
    const next = this.#rhythm.view(now);
    return {
      name,
      device,
      vhid,
      // Who is on the way up or down is no master: nobody can rely on its addresses.
      state: phase === "init" || phase === "master" ? phase : "backup",
      sinceMs: now - since,
      why,
      addresses: addresses.map(({ address }) => address),
      advbase,
      advskew,
      demoted: this.#demotion.all,
      packets: { sent: this.#speech.sent, received, rejected: { ...refused } },
      ...(heard === undefined ? {} : { heard }),
      ...(next === undefined ? {} : { next }),
    };
  }

  /** The first thing that is known: what an earlier life left up goes on, or is taken down. */
  #begin(trouble: string | undefined, now: Instant): void {
    const mastership = this.#mastership;
    if (trouble === undefined && this.#adopts !== "no") {
      this.#isExcused = this.#adopts === "demoted";
      mastership.adopt(now);
      return;
    }
    const phase = trouble === undefined ? "backup" : "init";
    const why = trouble ?? "it has just started";
    if (this.#config.neutral) mastership.settle(phase, why, now);
    else mastership.retreat(phase, why, now);
  }

  /** It cannot work where it stands. */
  #stumble(trouble: string, now: Instant): void {
    const { likeUcarp, shutdown } = this.#config;
    const { phase } = this.#mastership;
    const ends = likeUcarp && this.#footing.isLost;
    const holds = phase !== "init" && phase !== "backup";
    if (ends) {
      this.#isOver = true;
      this.#speech.log("error", "exiting: pfds[0].revents = 8", "interface");
    } else this.#speech.log("warn", `It cannot work: ${trouble}`, "interface");
    if (holds && (shutdown || !ends)) this.#mastership.retreat("init", trouble, now);
    else if (phase !== "init") this.#mastership.settle("init", trouble, now);
  }

  #trouble(kind: string, text: string | undefined, now: Instant): void {
    const had = this.#demotion.calls;
    if (this.#demotion.note(kind, text)) this.#demoted(had, now);
  }

  /** The reasons to be demoted changed. Who was fit until now hands over: another one may do better. */
  #demoted(had: boolean, now: Instant): void {
    const { isDemoted, all, calls } = this.#demotion;
    const text = isDemoted ? `Demoted: ${all.join("; ")}` : "No longer demoted";
    this.#speech.log(isDemoted ? "warn" : "info", text, "demotion");
    this.#speech.do([{ do: "publish" }]);
    const landing = { phase: "backup", pauseMs: 0 } as const;
    if (calls && !had && !this.#isExcused && this.canYield)
      this.#mastership.fall(all.join("; "), landing, now);
    // The peers judge us by what we said last. ucarp says the worse at once, but not the better (carp.md 8).
    const isTold = isDemoted || !this.#config.likeUcarp;
    if (isTold && this.#mastership.phase === "master") this.#speech.advertise(now);
  }
}
