// What the hands of a made-up host do for its program: addresses up and down, announcements, scripts, adverts;
// and whatever it says, said to the segment.

import type { Effect } from "../../../../src/core/effect.ts";
import { renewEveryMs, routerLeaseSeconds } from "../../../../src/core/lease.ts";
import type { Temper } from "../../../../src/sim/act.ts";
import { isKernel } from "./breed.ts";
import type { RouterHost } from "./host.ts";
import type { Life } from "./life.ts";
import type { Segment } from "./segment.ts";

type EffectOf<Do extends Effect["do"]> = Extract<Effect, { readonly do: Do }>;

/** What the kernel needs for one list of addresses. */
const holdMs = 0.3;

export class Hand {
  /** How putting addresses up ends. */
  temper: Temper = {};
  readonly #host: RouterHost;
  readonly #segment: Segment;
  /** There are leases to renew. */
  #isRenewed = false;
  /** Counts what ends the renewals that were planned before. */
  #renewals = 0;
  /** The life that waits for a script: calls of one router never overlap (core/effect.ts). */
  #called: Life | undefined;

  constructor(host: RouterHost, segment: Segment) {
    this.#host = host;
    this.#segment = segment;
  }

  /** The pulse renews leases now and then, by the router's dead time, and not while it is stopped. */
  renew(life: Life): void {
    if (this.#isRenewed && !life.isFrozen) this.#lease();
    this.#renewals += 1;
    const renewals = this.#renewals;
    life.later(renewEveryMs(this.#leaseSeconds), () => {
      if (renewals === this.#renewals) this.renew(life);
    });
  }

  /** The pulse finds that a lease has ended that it would have renewed. */
  putBack(): void {
    if (this.#isRenewed && !this.#host.held.isUp) this.#lease();
  }

  /** The program is gone: nobody renews anything. */
  end(): void {
    this.#isRenewed = false;
  }

  act(effect: Effect, life: Life): void {
    const node = this.#host.name;
    switch (effect.do) {
      case "advert":
        this.#advertise(effect, life);
        return;
      case "hold":
        this.#hold(effect.job, life);
        return;
      case "drop":
      case "suspend":
        this.say(effect.do);
        this.#host.held.drop();
        this.#isRenewed = false;
        if (effect.do === "drop") this.#answer(effect.job, true, life);
        return;
      case "announce":
        this.say("announce");
        this.#segment.tell({ saw: "announce", node, words: effect.words });
        return;
      case "call":
        this.#call(effect, life);
        return;
      case "log": {
        if (!this.#segment.logs) return;
        const text = effect.text.replace(`${this.#host.spoken.name}: `, "");
        this.#segment.tell({ saw: "log", node, level: effect.level, text });
        return;
      }
      case "reply": {
        const { request, ok, text } = effect;
        this.#segment.tell({ saw: "answered", node, request, ok, text });
        return;
      }
      default:
        return;
    }
  }

  /** For people. */
  say(text: string): void {
    if (!this.#segment.logs) return;
    this.#segment.tell({ saw: "log", node: this.#host.name, level: "debug", text });
  }

  #lease(): void {
    const { runs, held } = this.#host;
    if (isKernel(runs)) {
      held.lease(Number.POSITIVE_INFINITY);
      return;
    }
    this.#isRenewed = true;
    held.lease(this.#leaseSeconds * 1_000);
  }

  get #leaseSeconds(): number {
    return routerLeaseSeconds(this.#host.spoken);
  }

  #hold(job: number, life: Life): void {
    this.say("hold");
    const ok = this.temper.startFails !== true || isKernel(life.breed);
    if (ok) this.#lease();
    else {
      const what = { saw: "script", node: this.#host.name, word: "address" } as const;
      this.#segment.tell({ ...what, action: "start", phase: "ends", ok: false });
      this.#host.held.drop();
      this.#isRenewed = false;
    }
    this.#answer(job, ok, life);
  }

  #answer(job: number, ok: boolean, life: Life): void {
    if (isKernel(life.breed)) return;
    const text = ok ? "done" : "the kernel refuses";
    life.later(holdMs, () => life.give({ on: "result", job, ok, text, tookMs: holdMs }));
  }

  #call(call: EffectOf<"call">, life: Life): void {
    const { job, path, args } = call;
    this.say(`call ${[path, ...args].join(" ")}`);
    if (this.#called === life) {
      const text = `${path} is called while another script is not over`;
      this.#segment.tell({ saw: "breach", node: this.#host.name, law: 5, text });
    }
    this.#called = life;
    this.#host.scripts.call(call, path === this.#host.spoken.upScript, (ending) => {
      if (this.#called === life) this.#called = undefined;
      life.give({ on: "result", job, ...ending });
    });
  }

  #advertise(effect: EffectOf<"advert">, life: Life): void {
    const { mouth, spoken } = this.#host;
    const { advbase, advskew, demote } = effect;
    const shown = demote === 0 ? "" : ` demote ${demote}`;
    this.say(`advert ${advbase}/${advskew}${shown}`);
    const advert = mouth.utter(effect);
    const ok = advert !== undefined;
    if (ok) this.#segment.transmit(this.#host, advert);
    if (!mouth.tells(ok)) return;
    life.later(0, () => life.give({ on: "advert-sent", router: spoken.name, ok }));
  }
}
