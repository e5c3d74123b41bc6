// Takes addresses off this host when nobody holds them any more: what an agent that died for good left
// on the interfaces (hb release). The address book's own hands, without a loop around them.

import { bootMs } from "../../ffi/clock.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Level } from "../core/effect.ts";
import { at } from "../core/instant.ts";
import { AddressBook } from "./addressbook.ts";
import type { Resources } from "./held.ts";
import { Interfaces } from "./interfaces.ts";
import { Watch } from "./watch.ts";

const JOB = 0;

export class TakeOff {
  readonly #interfaces = new Interfaces();
  readonly #book: AddressBook;
  #failure: string | undefined;

  /** Macvlans that virtual routers of this configuration left are removed at once. */
  constructor(config: ClusterConfig, log: (level: Level, text: string, topic: string) => void) {
    this.#book = new AddressBook(config, {
      watch: new Watch(),
      interfaces: this.#interfaces,
      now: () => at(bootMs()),
      log,
      refresh: () => this.#interfaces.pump(),
      deliver: (input) => {
        if (input.on === "result" && !input.ok) this.#failure = input.text;
      },
    });
  }

  /** Takes them off now; what fails is logged. */
  suspend(resources: Resources): void {
    this.#interfaces.pump();
    this.#book.suspend(resources);
  }

  /** Takes them off; why that failed. What is not up is no failure. */
  drop(resources: Resources): string | undefined {
    this.#failure = undefined;
    this.#book.drop(JOB, resources);
    return this.#failure;
  }

  close(): void {
    this.#book.close();
    this.#interfaces.close();
  }
}
