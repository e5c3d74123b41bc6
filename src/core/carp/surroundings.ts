// What is known of interfaces and of tracked commands, so that a router that comes later learns it.

import type { RouterConfig } from "../../config/router.ts";
import type { Standing } from "./footing.ts";

export class Surroundings {
  readonly #standings = new Map<string, Standing>();
  readonly #checks = new Map<string, boolean>();

  stand(standing: Standing): void {
    this.#standings.set(standing.device, standing);
  }

  check(path: string, ok: boolean): void {
    this.#checks.set(path, ok);
  }

  standing(device: string): Standing | undefined {
    return this.#standings.get(device);
  }

  /** What is wrong with a tracked thing; what is not known yet is not wrong. */
  fault(track: string): string | undefined {
    const [kind, ...words] = track.split(" ");
    const name = words.join(" ");
    if (kind === "script") return this.#checks.get(name) === false ? `${name} fails` : undefined;
    const state = this.#standings.get(name)?.state;
    if (state === undefined || state === "up") return undefined;
    return state === "no-carrier" ? `${name} has no carrier` : `${name} is ${state}`;
  }
}

/** What a router's tracks are called here: "interface eth1", "script /etc/check". */
export function tracksOf({ track }: RouterConfig): string[] {
  return track.map((each) =>
    each.kind === "interface" ? `interface ${each.device}` : `script ${each.path}`,
  );
}
