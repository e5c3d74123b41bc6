// How the links and interfaces of a made-up host are, as its mind is told: at the start, after a reload, and
// at every change.

import type { ClusterConfig } from "../../config/cluster.ts";
import { linkOf } from "../../config/medium.ts";
import type { Input } from "../../core/input.ts";
import { isPing } from "../network/wiring.ts";
import type { Host } from "./host.ts";

export class Standing {
  readonly #host: Host;
  readonly #tell: (input: Input) => void;
  #config: ClusterConfig;
  readonly #links = new Map<string, boolean>();
  readonly #devices = new Map<string, string>();

  constructor(host: Host, config: ClusterConfig, tell: (input: Input) => void) {
    this.#host = host;
    this.#config = config;
    this.#tell = tell;
  }

  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    // A router that is new on a known interface was not told how that is.
    this.#devices.clear();
    this.look();
  }

  /** Tells what is not as it was told last. */
  look(): void {
    const { kernel, traits } = this.#host;
    for (const medium of traits.watchesLinks ? this.#config.media : []) {
      const link = linkOf(medium);
      const ok = isPing(medium) || kernel.carries(link);
      if (this.#links.get(link) === ok) continue;
      this.#links.set(link, ok);
      const reason = ok ? "open" : `"${link}" is down or has no carrier`;
      this.#tell({ on: "link", link, ok, reason });
    }
    for (const device of devicesOf(this.#config)) {
      const state = kernel.stateOf(device);
      if (this.#devices.get(device) === state) continue;
      this.#devices.set(device, state);
      this.#tell({ on: "interface", device, state, address: this.#host.address });
    }
  }
}

/** Interfaces that virtual routers stand on or track. */
function devicesOf({ routers }: ClusterConfig): ReadonlySet<string> {
  return new Set(
    routers.flatMap(({ device, track }) => [
      device,
      ...track.flatMap((one) => (one.kind === "interface" ? [one.device] : [])),
    ]),
  );
}
