// harc: runs the scripts of rc.d one after the other, and never beside a resource job
// (heartbeat-resources 7.1).

import type { Fields, Master } from "./master.ts";
import { hbTakeover, ipRequest, ipRequestResp } from "./rcd.ts";
import type { Script } from "./shell.ts";

export class Harc {
  readonly #master: Master;
  readonly #waiting: (() => Script)[] = [];
  #isRunning = false;

  constructor(master: Master) {
    this.#master = master;
  }

  queue(script: () => Script): void {
    this.#waiting.push(script);
  }

  /** Queues what a message runs; false when there is no script of its name. */
  hear(fields: Fields): boolean {
    const { t, src = "" } = fields;
    const master = this.#master;
    const isMine = src === master.config.self;
    switch (t) {
      case "hb_takeover":
        if (!isMine) this.queue(() => hbTakeover(master, fields.rsc_hold ?? "all"));
        return true;
      case "ip-request":
        if (!isMine) this.queue(() => ipRequest(master, fields.ipaddr ?? "", src));
        return true;
      case "ip-request-resp":
        this.queue(() => ipRequestResp(master, fields));
        return true;
      default:
        return false;
    }
  }

  /** Starts the next script when nothing else runs. */
  next(): void {
    while (!this.#isRunning && this.#master.jobs === 0) {
      const script = this.#waiting.shift();
      if (script === undefined) return;
      this.#isRunning = true;
      this.#master.fork(script(), () => {
        this.#isRunning = false;
      });
    }
  }
}
