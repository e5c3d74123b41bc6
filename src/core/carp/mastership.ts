// Who is master here: INIT, BACKUP or MASTER of one virtual router (carp.md 7).
//
//   init ── interface up ──▶ backup ── silence, farewell, preemption ──▶ rising ── all is up ──▶ master
//    ▲                        ▲  ▲                                         │                       │
//    │                        │  └──────────── a better master ◀───────────┴───────────────────────┤
//    └── interface lost,      └─ all is off, farewell said ◀── falling ◀── yield, demotion, leave ──┘
//        from everywhere
//
// Rising and falling: a master whose addresses and scripts are on their way. It goes on to advertise while
// its scripts run, so that nobody else takes over meanwhile. Only where it preempts a master that works it
// says nothing before it is ready: a script that fails must not cost a healthy service.

import type { RouterConfig } from "../../config/router.ts";
import { familiesOf } from "../../wire/carp/destination.ts";
import { deadIntervalMs } from "../../wire/carp/timing.ts";
import { after, type Instant } from "../instant.ts";
import type { Demotion } from "./demotion.ts";
import type { Footing } from "./footing.ts";
import type { Grasp, Grip } from "./grip.ts";
import { isFarewell } from "./guard.ts";
import type { HeardAdvert } from "./heard.ts";
import type { Hearing } from "./hearing.ts";
import type { Rhythm } from "./rhythm.ts";
import type { Speech } from "./speech.ts";
import { Tie } from "./tie.ts";
import { asBackup, asMaster, looksLikeBsd, reasonOf, type Stance, staysInTie } from "./verdict.ts";

export type Phase = "init" | "backup" | "rising" | "master" | "falling";

/** Between tries of what fails: doubled each time. */
const retryMinMs = 1_000;
const retryMaxMs = 60_000;
/** A demoted backup leaves a farewell to its betters for so long: ucarp's demoted skew. */
const hesitationMs = 937.5;

export interface Parts {
  readonly config: () => RouterConfig;
  readonly grip: Grip;
  readonly footing: Footing;
  readonly hearing: Hearing;
  readonly demotion: Demotion;
  readonly rhythm: Rhythm;
  readonly speech: Speech;
}

/** Where a planned fall ends: no takeover for `pauseMs` after it. */
export interface Landing {
  readonly phase: "init" | "backup";
  readonly pauseMs: number;
}

export class Mastership {
  readonly #parts: Parts;
  #phase: Phase = "init";
  #since: Instant;
  #why = "its interface is not known yet";
  #landing: Landing = { phase: "backup", pauseMs: 0 };
  #pausedUntil: Instant | undefined;
  /** Peers heard us as master in this term. */
  #hasClaimed = false;
  #failures = 0;
  readonly #tie = new Tie();
  /** Who said farewell, when nobody was heard after that. */
  #vacatedBy: string | undefined;

  constructor(parts: Parts, now: Instant) {
    this.#parts = parts;
    this.#since = now;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get since(): Instant {
    return this.#since;
  }

  /** The rule that put it into this phase: one sentence. */
  get why(): string {
    return this.#why;
  }

  /** It has, or is about to have, what can be handed over. */
  get canFall(): boolean {
    return this.#phase === "master" || this.#phase === "rising";
  }

  get stance(): Stance {
    const config = this.#parts.config();
    const { deadratio, preempt, dialect, likeUcarp } = config;
    const { demotion } = this.#parts;
    const [pace, demote] = [demotion.pace(config), demotion.count(config)];
    return { pace, demote, deadratio, preempt, dialect, mindsDemotion: !likeUcarp };
  }

  /** Nothing more than to listen, or not even that. */
  settle(phase: "init" | "backup", why: string, now: Instant): void {
    this.#parts.rhythm.stop("dead", "advert", "announce");
    this.#parts.speech.rest();
    this.#hasClaimed = false;
    // ucarp knows no INIT: without a carrier it calls itself BACKUP, with its timers off. A backup that
    // ends becomes nothing else.
    const { likeUcarp } = this.#parts.config();
    const isSilent = likeUcarp && this.phase === "backup";
    this.#enter(phase, why, now);
    const shown = phase === "backup" || likeUcarp ? "BACKUP" : "INIT";
    if (!isSilent) this.#parts.speech.switched(shown);
    if (phase === "backup") this.listen(now);
  }

  /** The dead time begins anew. */
  listen(now: Instant, extraMs = 0): void {
    this.#vacatedBy = undefined;
    this.#parts.rhythm.set("dead", after(now, this.deadMs + extraMs));
  }

  get deadMs(): number {
    const { pace, deadratio } = this.stance;
    return deadIntervalMs(pace, deadratio);
  }

  /** Everything off now, without a word: somebody else is master, or nobody can hear us. */
  retreat(phase: "init" | "backup", why: string, now: Instant): void {
    // ucarp names the state before it runs the script; addresses do not wait for words.
    this.settle(phase, why, now);
    this.grasp(this.#parts.grip.lower(), now);
  }

  /** It was master a moment ago in a life of the process before this one, and still has everything. */
  adopt(now: Instant): void {
    this.#enter("rising", "it was master in the process before this one", now);
    this.#parts.speech.log(
      "info",
      "Going on as MASTER: the process before this one was it",
      "state",
      { state: "master" },
    );
    this.#claim(now);
    this.grasp(this.#parts.grip.adopt(now), now);
  }

  heard(advert: HeardAdvert, now: Instant): void {
    if (this.#phase === "backup") this.#heardAsBackup(advert, now);
    else if (this.#phase !== "init") this.#heardAsMaster(advert, now);
  }

  /** The dead time is over. */
  silence(now: Instant): void {
    if (this.#phase === "rising") {
      this.#claim(now);
      return;
    }
    if (this.#phase !== "backup") return;
    const { rhythm, speech } = this.#parts;
    const leaver = this.#vacatedBy;
    if (this.#isPaused(now)) rhythm.set("dead", this.#pausedUntil ?? now);
    else if (leaver === undefined) {
      this.#takeOver(`no advert for ${Math.round(this.deadMs)} ms`, "vacant", now);
    } else {
      this.#takeOver(`${leaver} said farewell`, "vacant", now);
      speech.log("info", "Putting MASTER DOWN (going to time out)", "takeover");
    }
  }

  /** Hands over what it has: everything off, then a farewell, so that a peer takes over at once. */
  fall(why: string, landing: Landing, now: Instant): void {
    if (this.#phase === "falling") {
      this.#landing = landing;
      return;
    }
    const { rhythm, speech, grip, config } = this.#parts;
    rhythm.stop("dead", "announce");
    speech.hush();
    if (!this.#hasClaimed || config().likeUcarp) rhythm.stop("advert");
    this.#landing = landing;
    this.#enter("falling", why, now);
    const shown = landing.phase === "backup" ? "BACKUP" : "INIT";
    // ucarp ends without a word, but for its script.
    const isSilent = config().likeUcarp && landing.phase === "init";
    if (!isSilent) speech.switched(shown);
    if (!config().likeUcarp) speech.log("info", `Handing over: ${why}`, "handover", { why });
    this.grasp(grip.lower(), now);
  }

  /** Its addresses or its up script fail here: not master, and not again for a while. */
  fail(text: string, now: Instant): void {
    const retryMs = Math.min(retryMaxMs, retryMinMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#pausedUntil = after(now, retryMs);
    this.#parts.rhythm.set("lapse", this.#pausedUntil);
    this.#parts.speech.log("error", `${text}; not tried again for ${retryMs / 1_000} s`, "fail");
    this.#parts.demotion.note("up", text);
    this.fall(text, { phase: "backup", pauseMs: retryMs }, now);
  }

  /** What the grip does now, and what became of it. */
  grasp({ effects, news, text }: Grasp, now: Instant): void {
    for (const each of news) {
      if (each === "up" && this.#phase === "rising") this.#arrive(now);
      if (each === "failed" && this.canFall) this.fail(text, now);
      if (each === "released" && this.#phase === "falling") this.#land(now);
    }
    // A farewell does not wait for the script that comes next.
    this.#parts.speech.do(effects);
  }

  #heardAsBackup(advert: HeardAdvert, now: Instant): void {
    const { rhythm, speech, hearing, config, demotion } = this.#parts;
    const verdict = asBackup(this.stance, advert);
    if (verdict === "listen" || (verdict !== "farewell" && this.#isPaused(now))) {
      this.#bow(advert, now);
      this.listen(now, this.#tieMs(advert, now));
      return;
    }
    // Of two masters one goes, or says its last word: the other one stays, and sees to it.
    if (!config().likeUcarp && hearing.isServed(advert, this.deadMs, now)) return;
    if (verdict === "farewell") {
      this.#vacatedBy = advert.from;
      const waitMs = demotion.isDemoted ? Math.min(hesitationMs, this.deadMs) : 0;
      // What arrived with it is heard first: after a nap it may be old, and somebody else the master.
      if (config().likeUcarp) this.silence(now);
      else rhythm.set("dead", after(now, waitMs));
      return;
    }
    this.#takeOver(reasonOf(verdict, advert), "served", now);
    const word = verdict === "times-out" ? "DOWN (going to time out)" : "down - preemption";
    speech.log("info", `Putting MASTER ${word}`, "takeover");
  }

  #heardAsMaster(advert: HeardAdvert, now: Instant): void {
    const { rhythm, speech } = this.#parts;
    const { stance } = this;
    const verdict = asMaster(stance, advert);
    const isTie = verdict === "tie";
    if (isTie && this.#isSettledInIpv4(advert, now)) return;
    const source = this.#parts.footing.source(advert.family);
    if (verdict === "yield" || (isTie && !staysInTie(stance, source, advert))) {
      this.#yieldTo(advert, isTie, now);
      return;
    }
    if (this.#phase === "falling") return;
    if (this.#phase === "master") speech.reassert(isFarewell(advert), now);
    else if (this.#hasClaimed) speech.insist(now);
    else if (isFarewell(advert)) this.#claim(now);
    else rhythm.set("dead", after(now, this.deadMs));
  }

  #tieMs(advert: HeardAdvert, now: Instant): number {
    const { footing, config } = this.#parts;
    if (config().likeUcarp) return 0;
    return this.#tie.extraMs(advert, this.stance, footing.source(advert.family), now);
  }

  /** The master is known by one address, in the family in which ties are judged. */
  #bow(advert: HeardAdvert, now: Instant): void {
    if (this.#isSettledInIpv4(advert, now)) return;
    this.#parts.hearing.bow(advert, this.stance, now);
  }

  /** A tie is judged once, in IPv4 where both families are spoken: two addresses could differ about it. */
  #isSettledInIpv4(advert: HeardAdvert, now: Instant): boolean {
    if (advert.family === 4 || !familiesOf(this.#parts.config()).includes(4)) return false;
    return this.#parts.hearing.heardIpv4(this.deadMs, now);
  }

  #yieldTo(advert: HeardAdvert, isTie: boolean, now: Instant): void {
    const { speech, config } = this.#parts;
    const isOver = this.#phase === "falling";
    // A BSD host yields to an equal advert: a last word would leave nobody (carp.md 14).
    const speaks = config().dialect === "ucarp" && !(isTie && looksLikeBsd(advert));
    if (this.#hasClaimed && speaks && !isOver) speech.lastWord(now);
    const what = isTie ? "equally good, with the better address" : "better";
    const phase = isOver ? this.#landing.phase : "backup";
    this.retreat(phase, `${advert.from} is master: ${what}`, now);
    this.#bow(advert, now);
    if (isTie && phase === "backup" && !config().likeUcarp) {
      this.#tie.begin(advert, now);
      this.listen(now, this.#tieMs(advert, now));
    }
    const text = "Preferred master advertised: going back to BACKUP state";
    if (!isOver) speech.log("info", text, "yield");
  }

  /** "served": a master works, and is to hear of us when we are ready. "vacant": nobody is. */
  #takeOver(why: string, place: "served" | "vacant", now: Instant): void {
    const { rhythm, speech, grip, config } = this.#parts;
    this.#enter("rising", why, now);
    rhythm.stop("dead");
    speech.switched("MASTER");
    if (!config().likeUcarp) speech.log("info", `Taking over: ${why}`, "takeover", { why });
    if (place === "served") this.listen(now);
    this.grasp(grip.raise(now), now);
    // Addresses are up within a millisecond: then the announcement comes first (carp.md 7). A script lasts.
    const lasts = this.#phase === "rising" && grip.risesSlowly;
    if (place === "vacant" && lasts) this.#claim(now);
  }

  /** Tells the peers that they need not take over, though not everything is up. ucarp does not. */
  #claim(now: Instant): void {
    if (this.#parts.config().likeUcarp) return;
    this.#hasClaimed = true;
    this.#parts.rhythm.stop("dead");
    this.#parts.speech.advertise(now);
  }

  /** Everything is up. */
  #arrive(now: Instant): void {
    this.#enter("master", this.#why, now);
    this.#failures = 0;
    this.#pausedUntil = undefined;
    this.#hasClaimed = true;
    this.#parts.rhythm.stop("dead", "lapse");
    this.#parts.demotion.note("up", undefined);
    this.#parts.speech.proclaim(now);
    if (!this.#parts.config().likeUcarp) {
      const tookMs = this.#parts.grip.tookMs(now);
      const text = `Everything is up after ${tookMs.toFixed(1)} ms`;
      this.#parts.speech.log("info", text, "takeover", { tookMs });
    }
  }

  /** Nothing of it is on the network any more. */
  #land(now: Instant): void {
    const { rhythm, speech, config } = this.#parts;
    const { phase, pauseMs } = this.#landing;
    if (this.#hasClaimed && !config().likeUcarp) speech.farewell(now);
    speech.rest();
    this.#hasClaimed = false;
    rhythm.stop("advert");
    this.#enter(phase, this.#why, now);
    if (phase === "init") return;
    this.#pausedUntil = pauseMs > 0 ? after(now, pauseMs) : undefined;
    this.listen(now, pauseMs);
  }

  #isPaused(now: Instant): boolean {
    return this.#pausedUntil !== undefined && now < this.#pausedUntil;
  }

  #enter(phase: Phase, why: string, now: Instant): void {
    if (phase === "rising") this.#hasClaimed = false;
    this.#phase = phase;
    this.#why = why;
    this.#since = now;
    this.#parts.speech.do([{ do: "publish" }]);
  }
}
