// What a master has and a backup has not: the addresses, and what its scripts did. It does not decide.
//
// Up is: addresses, then the up script. Down is: addresses off, then the down script, so that clients
// reach the next master while services here still stop. One job at a time; the last order wins: who is
// told to go down while the up script runs waits for its end, but its addresses leave at once; and who is
// told to go up again before that end puts them back at once.

import type { AddressResource } from "../../config/resource.ts";
import type { RouterConfig } from "../../config/router.ts";
import type { Effect } from "../effect.ts";
import type { Input } from "../input.ts";
import type { Instant } from "../instant.ts";
import { Reckoning, tenths } from "../reckoning.ts";

type Step = "hold" | "up" | "drop" | "down" | "repair";

type Result = Extract<Input, { readonly on: "result" }>;

/** "released": nothing of it is on the network any more. "down": and the down script has ended. */
export type GripNews = "up" | "failed" | "released" | "down";

export interface Grasp {
  readonly effects: Effect[];
  readonly news: readonly GripNews[];
  /** Of a failure: why. */
  readonly text: string;
}

export class Grip {
  readonly #config: () => RouterConfig;
  readonly #nextJob: () => number;
  readonly resources: readonly AddressResource[];
  readonly #reckoning = new Reckoning();
  #raisedAt: Instant | undefined;
  #goal: "up" | "down" = "down";
  #steps: Step[] = [];
  #work: { readonly job: number; readonly step: Step } | undefined;
  /** The addresses left beside a job of the way up. */
  #isSuspended = false;
  /** The job that puts them back beside it. */
  #regaining: number | undefined;

  constructor(config: () => RouterConfig, nextJob: () => number) {
    this.#config = config;
    this.#nextJob = nextJob;
    this.resources = config().holdsAddresses ? resourcesOf(config()) : [];
  }

  /** Nothing is being done. */
  get idle(): boolean {
    return this.#work === undefined;
  }

  /** The way up may last: there is a script on it, or a job to wait for first. */
  get risesSlowly(): boolean {
    const isBusy = this.#work !== undefined && this.#work.step !== "hold";
    return isBusy || scriptOf(this.#config().upScript) !== undefined;
  }

  waitsFor(job: number): boolean {
    return this.#work?.job === job || this.#regaining === job;
  }

  /** Length of the way up so far, in milliseconds. */
  tookMs(now: Instant): number {
    const reached = this.#reckoning.at(now);
    return tenths(reached - (this.#raisedAt ?? reached));
  }

  raise(now: Instant): Grasp {
    this.#goal = "up";
    this.#raisedAt = this.#reckoning.at(now);
    if (this.#work === undefined) return this.#begin();
    if (!this.#isSuspended) return nothing;
    this.#isSuspended = false;
    return this.#regain();
  }

  /** As raise(), but the up script has run already. */
  adopt(now: Instant): Grasp {
    this.#goal = "up";
    this.#raisedAt = this.#reckoning.at(now);
    this.#steps = this.resources.length > 0 ? ["hold"] : [];
    return this.#next();
  }

  lower(): Grasp {
    this.#goal = "down";
    if (this.#work === undefined) return this.#begin();
    const isUp =
      this.#work.step === "hold" || this.#work.step === "up" || this.#work.step === "repair";
    if (!isUp || this.resources.length === 0) return nothing;
    this.#isSuspended = true;
    return { ...nothing, effects: [{ do: "suspend", resources: this.resources }] };
  }

  /** Puts addresses back that somebody took away; an up script may run for long, and goes on beside it. */
  repair(): Grasp {
    if (this.#goal === "down") return nothing;
    if (this.#work !== undefined) return this.#regain();
    this.#steps = ["repair"];
    return this.#next();
  }

  /** The job that this grip waits for has ended. */
  result({ job, ok, text, tookMs }: Result, now: Instant): Grasp {
    if (job === this.#regaining) return this.#regained(ok, text);
    this.#reckoning.end(tookMs, now);
    const step = this.#work?.step;
    this.#work = undefined;
    const isDownStep = step === "drop" || step === "down";
    if ((this.#goal === "down") !== isDownStep) return this.#begin();
    if (isDownStep) return this.#stepDown(step, ok ? undefined : text);
    const counts = step !== "up" || !this.#config().likeUcarp;
    return ok || !counts ? this.#next() : this.#failed(step, text);
  }

  #regain(): Grasp {
    this.#regaining = this.#nextJob();
    return { ...nothing, effects: this.#effects("hold", this.#regaining) };
  }

  #regained(ok: boolean, text: string): Grasp {
    this.#regaining = undefined;
    return ok || this.#goal === "down" ? nothing : this.#failed("hold", text);
  }

  #failed(step: Step | undefined, text: string): Grasp {
    return { effects: [], news: ["failed"], text: `${this.#name(step)}: ${text}` };
  }

  #begin(): Grasp {
    this.#isSuspended = false;
    const { upScript, downScript } = this.#config();
    const holds = this.resources.length > 0;
    const steps: [boolean, Step][] =
      this.#goal === "up"
        ? [
            [holds, "hold"],
            [scriptOf(upScript) !== undefined, "up"],
          ]
        : [
            [holds, "drop"],
            [scriptOf(downScript) !== undefined, "down"],
          ];
    this.#steps = steps.filter(([isNeeded]) => isNeeded).map(([, step]) => step);
    return this.#next();
  }

  #next(): Grasp {
    const step = this.#steps.shift();
    if (step === undefined) {
      const news: GripNews[] = this.#goal === "up" ? ["up"] : ["released", "down"];
      return { effects: [], news, text: "" };
    }
    const job = this.#nextJob();
    this.#reckoning.begin();
    this.#work = { job, step };
    return { effects: this.#effects(step, job), news: [], text: "" };
  }

  #stepDown(step: Step, failure: string | undefined): Grasp {
    const next = this.#next();
    const isOff = step === "drop" && !next.news.includes("released");
    const text = `${this.#name(step)}: ${failure}`;
    const told: Effect[] =
      failure === undefined || this.#config().likeUcarp
        ? []
        : [{ do: "log", level: "error", topic: "carp", text: `${this.#config().name}: ${text}` }];
    return {
      effects: [...told, ...next.effects],
      news: [...(isOff ? (["released"] as const) : []), ...next.news],
      text: "",
    };
  }

  #effects(step: Step, job: number): Effect[] {
    const { resources } = this;
    switch (step) {
      case "hold":
      case "repair":
        return [{ do: "hold", job, resources }];
      case "drop":
        return [{ do: "drop", job, resources }];
      case "up":
        return this.#call(job, this.#config().upScript ?? "");
      case "down":
        return this.#call(job, this.#config().downScript ?? "");
    }
  }

  /** ucarp's words for it, and its arguments (carp.md 12). */
  #call(job: number, path: string): Effect[] {
    const { name, device, addresses, xparam, scriptTimeoutMs, likeUcarp } = this.#config();
    const args = [device, addresses.map(({ address }) => address).join(",")];
    if (xparam !== undefined) args.push(xparam);
    const text = `Spawning [${[path, ...args].join(" ")}]`;
    return [
      likeUcarp
        ? { do: "log", level: "warn", topic: "carp", text }
        : { do: "log", level: "info", topic: "carp", text: `${name}: ${text}` },
      { do: "call", job, router: name, path, args, timeoutMs: scriptTimeoutMs },
    ];
  }

  #name(step: Step | undefined): string {
    switch (step) {
      case "up":
        return `up script ${this.#config().upScript} failed`;
      case "down":
        return `down script ${this.#config().downScript} failed`;
      case "drop":
        return "cannot take the addresses down";
      default:
        return "cannot put the addresses up";
    }
  }
}

const nothing: Grasp = { effects: [], news: [], text: "" };

/** The addresses of a router as the pulse holds them. A blank in the word: no word of haresources has one. */
export function resourcesOf(router: RouterConfig): AddressResource[] {
  return router.addresses.map(({ family, address, prefix, label }) => ({
    kind: "address",
    word: `${router.name} ${address}`,
    agent: family === 4 ? "IPaddr2" : "IPv6addr",
    family,
    address,
    device: router.device,
    router: router.name,
    ...(prefix === undefined ? {} : { prefix }),
    ...(label === undefined ? {} : { label }),
  }));
}

/** An empty path is none (carp.md 12). */
function scriptOf(path: string | undefined): string | undefined {
  return path === "" ? undefined : path;
}
