// Since when the nodes that are there have been undisturbed, and whether they have had time to find out how
// things stand.

import type { Sight } from "../../../src/sim/sight.ts";
import { isAlive, type Picture } from "../law/picture.ts";

/** From any disturbance to an agreement. A healed partition takes longest: Heartbeat 3 waits for 2 s before it
 *  gives up, and for 30 s more than its deadtime nobody calls it dead. */
const settlingMs = 20_000;

export class Company {
  readonly #picture: Picture;
  #disturbedAt = 0;
  #isCut = false;
  #isRough = false;

  constructor(picture: Picture) {
    this.#picture = picture;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "process" || sight.saw === "frozen") this.#disturbedAt = now;
    if (sight.saw !== "act") return;
    const { act } = sight;
    switch (act.act) {
      case "command":
      case "leave":
      case "rival":
      case "see":
      case "blind":
        return;
      case "cut":
        this.#isCut = true;
        break;
      case "heal":
        this.#isCut = act.link !== undefined;
        break;
      case "weather":
        this.#isRough = Object.keys(act.weather).length > 0;
        break;
      default:
        break;
    }
    this.#disturbedAt = now;
  }

  /** Everybody who is there hears all others, and has had time to settle. A host that stands still, or
   *  half an agent, is neither here nor away. */
  isSettled(now: number): boolean {
    const isClear = this.#picture.all.every((host) => isAlive(host) || !(host.desk || host.pulse));
    if (this.#isCut || this.#isRough || !isClear) return false;
    return now - this.#disturbedAt > this.settlingMs;
  }

  get settlingMs(): number {
    const timings = this.#picture.all.map(({ config }) => config.timing);
    const deadMs = Math.max(...timings.map(({ deadtimeMs }) => deadtimeMs));
    const initMs = Math.max(...timings.map(({ initdeadMs }) => initdeadMs));
    return settlingMs + deadMs + initMs;
  }
}
