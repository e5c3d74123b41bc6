// The routers of a host, found by whatever an input names: its name, interface, track, job or address.
// 255 of them must not cost 255 times as much for one packet.

import type { RouterConfig } from "../../config/router.ts";
import type { Router } from "./router.ts";
import { tracksOf } from "./surroundings.ts";

export class Roll {
  readonly #routers = new Map<string, Router>();
  readonly #byWord = new Map<string, Router>();
  readonly #byDevice = new Map<string, Set<Router>>();
  readonly #byTrack = new Map<string, Set<Router>>();
  readonly #byGroup = new Map<string, Set<Router>>();

  /** In the order in which they came. */
  all(): Router[] {
    return [...this.#routers.values()];
  }

  get size(): number {
    return this.#routers.size;
  }

  named(name: string): Router | undefined {
    return this.#routers.get(name);
  }

  holding(word: string): Router | undefined {
    return this.#byWord.get(word);
  }

  on(device: string): Iterable<Router> {
    return this.#byDevice.get(device) ?? [];
  }

  tracking(track: string): Iterable<Router> {
    return this.#byTrack.get(track) ?? [];
  }

  group(name: string): readonly Router[] {
    return [...(this.#byGroup.get(name) ?? [])];
  }

  add(router: Router): void {
    const { config } = router;
    this.#routers.set(config.name, router);
    for (const word of router.words) this.#byWord.set(word, router);
    put(this.#byDevice, config.device, router);
    for (const track of tracksOf(config)) put(this.#byTrack, track, router);
    if (config.group !== undefined) put(this.#byGroup, config.group, router);
  }

  /** To be called with the configuration that it was added with. */
  remove(router: Router, config: RouterConfig = router.config): void {
    this.#routers.delete(config.name);
    for (const word of router.words) this.#byWord.delete(word);
    this.#byDevice.get(config.device)?.delete(router);
    for (const track of tracksOf(config)) this.#byTrack.get(track)?.delete(router);
    if (config.group !== undefined) this.#byGroup.get(config.group)?.delete(router);
  }
}

function put(map: Map<string, Set<Router>>, key: string, router: Router): void {
  const set = map.get(key) ?? new Set();
  set.add(router);
  map.set(key, set);
}
