// ucarp 1.5.2 as docs/protocol/carp.md describes it and as it was seen to behave, in the core's language of
// inputs and effects: a neighbour for made-up segments. Its defects are its own:
//
// * What it hears reaches it up to a second late (ring.ts), and it waits by the wall clock.
// * It does nothing while a script runs, and does not care how a script ends.
// * Without a carrier it naps for ten seconds at a time; without its interface it ends.
// * After a sleep it reads what has come meanwhile and otherwise takes its own view for true.
// * It says no farewell. SIGTERM without -z, and SIGKILL always, leave everything where it is.
//
// Not modelled: who sends with another password or group (the ear of its host refuses that).

import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Boot } from "../../../../src/core/boot.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Input } from "../../../../src/core/input.ts";
import { at, type Instant } from "../../../../src/core/instant.ts";
import type { Mind } from "../../../../src/sim/shape.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { advertMs, deadMs, type Pace, rank, sleepMs, staysMaster } from "./pace.ts";
import { Ring } from "./ring.ts";

type InputOn<On extends Input["on"]> = Extract<Input, { readonly on: On }>;
type Signal = "TERM" | "USR2";

/** Without a carrier, between two looks. */
const napMs = 10_000;
/** After SIGUSR2. */
const pauseMs = 3_000;
const sendsInARow = 3;
const demotedSkew = 240;
/** Adverts from an announcement to its repetition. */
const repeatedAfter = 2;
/** An advert leaves when it is due within this. */
const earlyMs = 1;

/** What the process is doing: polling, waiting for a script, sleeping, or nothing any more. */
type Place = "start" | "poll" | "script" | "pause" | "nap" | "ended";

export class Ucarp implements Mind {
  readonly #router: RouterConfig;
  readonly #ring: Ring<HeardAdvert>;
  #effects: Effect[] = [];
  #place: Place = "start";
  #isMaster = false;
  /** When poll, pause or nap ends by itself. */
  #wakeAt = 0;
  /** By the wall clock; undefined: off. */
  #deadAt: number | undefined;
  #advertAt: number | undefined;
  #bootUnixMs: number;
  #standing: InputOn<"interface"> | undefined;
  #signals: Signal[] = [];
  /** What comes when the script has ended. */
  #afterScript: (now: number) => void = () => undefined;
  #job = 0;
  #counter: bigint | undefined;
  #badSends = 0;
  #goodSends = 0;
  #isDemoted = false;
  #repeatIn = 0;

  constructor(router: RouterConfig, boot: Pick<Boot, "bootUnixMs">, now: Instant) {
    this.#router = router;
    this.#ring = new Ring(now);
    this.#bootUnixMs = boot.bootUnixMs;
  }

  step(input: Input, now: Instant): Effect[] {
    if (this.#place !== "ended") this.#take(input, now);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  deadline(): Instant | undefined {
    if (this.#place === "pause" || this.#place === "nap") return at(this.#wakeAt);
    if (this.#place !== "poll") return undefined;
    return at(Math.min(this.#wakeAt, this.#ring.next() ?? this.#wakeAt));
  }

  #take(input: Input, now: number): void {
    switch (input.on) {
      case "clock":
        this.#bootUnixMs = input.bootUnixMs;
        return;
      case "interface":
        this.#stand(input, now);
        return;
      case "advert":
        this.#ring.put(input.advert, now);
        return;
      case "alarm":
        this.#wake(now);
        return;
      case "result":
        if (input.job !== this.#job || this.#place !== "script") return;
        this.#place = "poll";
        this.#afterScript(now);
        return;
      case "advert-sent":
        this.#sent(input.ok, now);
        return;
      case "command":
        this.#order(input, now);
        return;
      default:
    }
  }

  #wall(now: number): number {
    return this.#bootUnixMs + now;
  }

  get #pace(): Pace {
    const { advbase, advskew } = this.#router;
    return { advbase, advskew: this.#isDemoted ? Math.max(advskew, demotedSkew) : advskew };
  }

  get #hasCarrier(): boolean {
    return this.#router.ignoreIfState || this.#standing?.state !== "no-carrier";
  }

  get #isLost(): boolean {
    return this.#standing?.state === "down" || this.#standing?.state === "gone";
  }

  #stand(standing: InputOn<"interface">, now: number): void {
    this.#standing = standing;
    if (this.#place === "start") this.#start(now);
    // The packet socket reports this one, while a cable is only looked at.
    else if (this.#isLost && this.#place === "poll") this.#wake(now);
  }

  #start(now: number): void {
    if (this.#isLost) {
      this.#log("That device is not up", "error");
      this.#end("its interface is not up");
      return;
    }
    this.#say("BACKUP");
    const listen = (later: number) => {
      this.#deadAt = this.#wall(later) + deadMs(this.#pace, this.#router.deadratio);
      this.#turn(later);
    };
    if (this.#router.neutral) listen(now);
    else this.#run("down", now, listen);
  }

  #wake(now: number): void {
    const due = this.deadline();
    const isCalled = this.#place === "poll" && this.#isLost;
    if (!isCalled && (due === undefined || now < due)) return;
    if (this.#place === "pause" || this.#place === "nap") this.#wakeUp(now);
    else this.#turn(now);
  }

  /** The end of a sleep: after USR2 as after a lost carrier the dead time begins then. */
  #wakeUp(now: number): void {
    if (!this.#hasCarrier && !this.#isLost) {
      this.#place = "nap";
      this.#wakeAt = now + napMs;
      return;
    }
    this.#place = "poll";
    this.#deadAt = this.#wall(now) + deadMs(this.#pace, this.#router.deadratio);
    this.#turn(now);
  }

  /** One turn of its loop: the interface, signals, packets, then the timers. */
  #turn(now: number): void {
    this.#place = "poll";
    if (this.#isLost) {
      this.#loseInterface(now);
      return;
    }
    if (!this.#hasCarrier) {
      this.#loseCarrier(now);
      return;
    }
    const signal = this.#signals.shift();
    if (signal !== undefined) {
      this.#obey(signal, now);
      return;
    }
    const advert = this.#ring.take(now);
    if (advert !== undefined) {
      this.#heard(advert, now);
      return;
    }
    this.#judgeTimers(now);
  }

  #judgeTimers(now: number): void {
    const wall = this.#wall(now);
    if (this.#isMaster && this.#advertAt !== undefined && wall >= this.#advertAt - earlyMs) {
      this.#advertAt = wall + advertMs(this.#pace);
      this.#advertise();
      this.#repeat();
    } else if (!this.#isMaster && this.#deadAt !== undefined && wall >= this.#deadAt) {
      // It asks for more than the deadline, and a real poll always wakes a little late.
      this.#takeOver(now, undefined);
      return;
    }
    this.#poll(now);
  }

  #poll(now: number): void {
    this.#place = "poll";
    const wall = this.#wall(now);
    const waitMs = this.#isMaster
      ? Math.floor(Math.max(0, (this.#advertAt ?? wall) - wall))
      : sleepMs(this.#pace);
    this.#wakeAt = now + waitMs;
  }

  #heard(advert: HeardAdvert, now: number): void {
    this.#counter = advert.counter;
    const own = rank(this.#pace);
    const theirs = rank(advert);
    if (!this.#isMaster) {
      const { advbase, advskew } = this.#pace;
      const patience = rank({ advbase: advbase * this.#router.deadratio, advskew });
      if (this.#router.preempt && own < theirs) {
        this.#takeOver(now, "Putting MASTER down - preemption");
      } else if (patience < theirs) {
        this.#takeOver(now, "Putting MASTER DOWN (going to time out)");
      } else {
        this.#deadAt = this.#wall(now) + deadMs(this.#pace, this.#router.deadratio);
        this.#turn(now);
      }
      return;
    }
    const source = this.#router.source ?? this.#standing?.address ?? "0.0.0.0";
    if (own > theirs || (own === theirs && !staysMaster(source, advert.from))) {
      this.#advertise();
      this.#fallBack(now, (later) => {
        this.#deadAt = this.#wall(later) + deadMs(this.#pace, this.#router.deadratio);
        this.#log("Preferred master advertised: going back to BACKUP state");
        this.#turn(later);
      });
      return;
    }
    this.#announce();
    this.#repeatIn = repeatedAfter;
    const again = "reasserting control of VIP with another gratuitous arp";
    this.#log(`Non-preferred master advertising: ${again}`);
    this.#turn(now);
  }

  /** Up script, announcement, advert. The next advert is counted from before the script. */
  #takeOver(now: number, why: string | undefined): void {
    const stamp = this.#wall(now);
    this.#say("MASTER");
    this.#isMaster = true;
    this.#deadAt = undefined;
    this.#run("up", now, (later) => {
      this.#announce();
      this.#advertise();
      this.#repeatIn = repeatedAfter;
      this.#advertAt = stamp + advertMs(this.#pace);
      if (why !== undefined) this.#log(why);
      this.#turn(later);
    });
  }

  #fallBack(now: number, then: (later: number) => void): void {
    this.#say("BACKUP");
    this.#isMaster = false;
    this.#advertAt = undefined;
    this.#repeatIn = 0;
    this.#run("down", now, then);
  }

  #loseCarrier(now: number): void {
    const sleep = (later: number) => {
      this.#deadAt = undefined;
      this.#place = "nap";
      this.#wakeAt = later + napMs;
    };
    if (this.#isMaster) this.#fallBack(now, sleep);
    else sleep(now);
  }

  #loseInterface(now: number): void {
    this.#log("exiting: pfds[0].revents = 8", "error");
    const end = () => this.#end("its interface is lost");
    if (this.#isMaster && this.#router.shutdown) this.#run("down", now, end);
    else end();
  }

  #order({ request, command }: InputOn<"command">, now: number): void {
    const isKnown = command.name === "leave" || command.name === "yield";
    this.#effects.push({ do: "reply", request, ok: isKnown, text: isKnown ? "Signalled" : "?" });
    if (command.name === "leave" && !this.#router.shutdown) this.#end("killed by SIGTERM");
    else if (command.name === "leave") this.#signal("TERM", now);
    else if (command.name === "yield") this.#signal("USR2", now);
  }

  #signal(signal: Signal, now: number): void {
    // A nap has no ear for USR2, and keeps TERM for later.
    if (this.#place === "nap" && signal === "USR2") return;
    this.#signals.push(signal);
    if (this.#place === "pause") this.#wakeUp(now);
    else if (this.#place === "poll") this.#turn(now);
  }

  #obey(signal: Signal, now: number): void {
    if (signal === "TERM") {
      const end = () => this.#end("told to end");
      if (this.#isMaster) this.#run("down", now, end);
      else end();
    } else if (this.#isMaster) {
      this.#fallBack(now, (later) => {
        this.#deadAt = undefined;
        this.#place = "pause";
        this.#wakeAt = later + pauseMs;
        if (this.#signals.length > 0) this.#wakeUp(later);
      });
    } else this.#turn(now);
  }

  /** Three in a row that could not be written demote it, with one more try at once; three good ones heal. */
  #sent(ok: boolean, now: number): void {
    this.#badSends = ok ? 0 : this.#badSends + 1;
    this.#goodSends = ok ? this.#goodSends + 1 : 0;
    if (this.#goodSends >= sendsInARow) this.#isDemoted = false;
    if (this.#badSends !== sendsInARow) return;
    this.#isDemoted = true;
    if (!this.#isMaster || this.#place !== "poll") return;
    this.#advertAt = this.#wall(now) + advertMs(this.#pace);
    this.#advertise();
    this.#poll(now);
  }

  #advertise(): void {
    // Random until somebody was heard, then one more than the last that was heard or said.
    const counter =
      this.#counter === undefined ? undefined : BigInt.asUintN(64, this.#counter + 1n);
    this.#counter = counter;
    const { name } = this.#router;
    this.#effects.push({
      do: "advert",
      router: name,
      ...this.#pace,
      demote: 0,
      counter: counter ?? "random",
    });
  }

  #repeat(): void {
    if (this.#repeatIn === 0) return;
    this.#repeatIn -= 1;
    if (this.#repeatIn === 0) this.#announce();
  }

  #announce(): void {
    this.#effects.push({ do: "announce", words: [this.#router.name] });
  }

  /** Runs a script and waits for it, whatever becomes of it. */
  #run(which: "up" | "down", now: number, then: (later: number) => void): void {
    const { upScript, downScript, device, addresses, xparam, name } = this.#router;
    const path = which === "up" ? upScript : downScript;
    if (path === undefined || path === "") {
      then(now);
      return;
    }
    const args = [device, addresses[0]?.address ?? "", ...(xparam === undefined ? [] : [xparam])];
    this.#log(`Spawning [${[path, ...args].join(" ")}]`);
    this.#job += 1;
    this.#place = "script";
    this.#afterScript = then;
    const timeoutMs = Number.POSITIVE_INFINITY;
    this.#effects.push({ do: "call", job: this.#job, router: name, path, args, timeoutMs });
  }

  #say(state: "BACKUP" | "MASTER"): void {
    this.#log(`Switching to state: ${state}`);
  }

  #log(text: string, level: "warn" | "error" = "warn"): void {
    this.#effects.push({ do: "log", level, topic: "carp", text });
  }

  #end(reason: string): void {
    this.#place = "ended";
    this.#effects.push({ do: "exit", reason });
  }
}
