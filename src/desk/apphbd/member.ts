// `use_apphbd on`: the agent as a program that an application-heartbeat server watches, by the name that 3.0.6 has
// there and with its intervals.
//
// It beats when the pulse gave a sign of life that the desk took: silence means that one of the two hangs.

import type { Timing } from "../../config/cluster.ts";
import type { Log } from "../log.ts";
import { ApphbBeat } from "./beat.ts";
import { apphbdPlaces } from "./place.ts";

const app = "heartbeat";
const instance = "master_control_process";
/** The desk is no process in real time: below this it would be missed on a busy host that is well. */
const intervalMsMin = 2_000;
const againMs = 5_000;

type Wanted = Pick<Timing, "keepaliveMs" | "warntimeMs" | "deadtimeMs">;

export class ApphbMember {
  readonly #path: string;
  readonly #log: Log;
  #timing: Wanted | undefined;
  #beat: ApphbBeat | undefined;
  #beatenAt = Number.NEGATIVE_INFINITY;

  constructor(run: string, log: Log) {
    this.#path = apphbdPlaces(run).socket;
    this.#log = log;
  }

  /** As the configuration says from now on. */
  use(isWanted: boolean, { keepaliveMs, warntimeMs, deadtimeMs }: Wanted): void {
    const timing = isWanted ? { keepaliveMs, warntimeMs, deadtimeMs } : undefined;
    if (JSON.stringify(timing) === JSON.stringify(this.#timing)) return;
    this.end();
    this.#timing = timing;
    if (timing === undefined) return;
    this.#beat = new ApphbBeat({
      path: this.#path,
      app,
      instance,
      intervalMs: Math.max(deadtimeMs, intervalMsMin),
      warnMs: Math.max(warntimeMs, intervalMsMin / 2),
      againMs,
      told: (isRegistered, why) => this.#tell(isRegistered, why),
    });
  }

  /** Both processes are well; at most once in a keepalive it is passed on. */
  beat(): void {
    if (this.#timing === undefined) return;
    const now = performance.now();
    if (now - this.#beatenAt < this.#timing.keepaliveMs) return;
    this.#beatenAt = now;
    this.#beat?.beat();
  }

  end(): void {
    this.#beat?.end();
    this.#beat = undefined;
    this.#timing = undefined;
  }

  #tell(isRegistered: boolean, why: string) {
    if (isRegistered) this.#log.info(`Registered with apphbd as ${app}/${instance}.`, "apphbd");
    else this.#log.warn(`Not registered with apphbd at ${this.#path}: ${why}`, "apphbd");
  }
}
