// Who holds what with auto_failback legacy: owners ask for their groups, the other node answers
// (heartbeat-resources 6). Nothing is repeated, nothing is remembered.

import type { Estate } from "./estate.ts";
import type { Fields, Master } from "./master.ts";
import { givingAllUp } from "./nice.ts";
import { machDown, reqOurResources } from "./rcd.ts";

export class Plain implements Estate {
  readonly #master: Master;
  readonly #gaveUp = new Set<string>();

  constructor(master: Master) {
    this.#master = master;
  }

  get isStable(): boolean {
    return this.#master.jobs === 0;
  }

  commUp(): void {
    this.#acquire();
  }

  hear(fields: Fields): void {
    if (fields.t !== "ask_resources") return;
    this.#master.log("info", "Standby mode only implemented when nice_failback on");
  }

  died(node: string, wasHeard: boolean): void {
    if (this.#master.isLeaving) return;
    if (wasHeard && this.#gaveUp.has(node)) {
      this.#master.log("info", `Dead node ${node} gave up resources.`);
    } else {
      this.#master.log("warn", "No STONITH device configured.");
      this.#master.log("warn", "Shared disks are not protected.");
      this.#master.say({ t: "stonith", node, result: "n_stnth" });
    }
    this.#takeOver(node);
  }

  left(node: string): void {
    this.#gaveUp.add(node);
    this.#takeOver(node);
  }

  restarted(node: string): void {
    this.#gaveUp.delete(node);
  }

  awake(): void {}

  failBack(): void {}

  leave(): void {
    this.#master.fork(givingAllUp(this.#master));
  }

  #takeOver(node: string): void {
    if (this.#master.isLeaving) {
      this.#master.log("info", "Resource takeover cancelled - shutdown in progress.");
      return;
    }
    this.#master.log("info", `Resources being acquired from ${node}.`);
    this.#master.notify(() => machDown(this.#master, node));
    this.#acquire();
  }

  #acquire(): void {
    // Whoever is alone need not ask.
    const mayTake = !this.#master.othersActive;
    this.#master.fork(reqOurResources(this.#master, mayTake, () => undefined));
  }
}
