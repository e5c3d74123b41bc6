// Where programs hear of the membership with consensus: the socket of Heartbeat's `ccm` (ccm 7), which cib, crmd,
// ccm_testclient and cl_status know. They are told and say nothing.
//
// It is open while there is a `ccm` in the core. Whoever comes is told what holds, or as soon as something does; a
// program that does not read is let go, and keeps nobody waiting. With the pulse, what was agreed on is gone: as
// when a real `ccm` ends, everybody sees the end, for the next one may count from below.

import { chownSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";
import type { ConsensusNews } from "../../core/ccm/effect.ts";
import { ccmEvicted, ccmInflux, ccmMembership } from "../../wire/ipc/ccm.ts";
import { accountNumber } from "../account.ts";
import type { Connection } from "../ipc/connection.ts";
import { IpcServer } from "../ipc/server.ts";
import type { Log } from "../log.ts";

/** What the real one keeps for a client. */
const queueMax = 1024;

export interface CcmDoorOptions {
  readonly path: string;
  readonly self: string;
  readonly log: Log;
}

export class CcmDoor {
  readonly #options: CcmDoorOptions;
  #server: IpcServer | undefined;
  #membership: readonly Uint8Array[] | undefined;
  #isWanted = false;
  #isOpening = false;

  constructor(options: CcmDoorOptions) {
    this.#options = options;
  }

  /** Opens or closes it, as the configuration says from now on. */
  use(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (!isWanted) this.end();
    else if (this.#server === undefined && !this.#isOpening) void this.#open();
  }

  /** The core tells; absent news: it has no membership any longer. */
  tell(news: ConsensusNews | undefined): void {
    if (news === undefined) {
      this.forget();
    } else if (news.say === "membership") {
      this.#membership = ccmMembership({ ...news, self: this.#options.self });
      this.#say(...this.#membership);
    } else {
      if (news.say === "evicted") this.#membership = undefined;
      this.#say(news.say === "influx" ? ccmInflux() : ccmEvicted());
    }
  }

  /** What was agreed on is gone, and so is everybody who was told of it. */
  forget(): void {
    this.#membership = undefined;
    for (const connection of [...(this.#server?.connections ?? [])]) connection.end();
  }

  end(): void {
    this.#membership = undefined;
    this.#server?.close();
    this.#server = undefined;
  }

  #say(...bodies: readonly Uint8Array[]) {
    for (const connection of [...(this.#server?.connections ?? [])]) this.#give(connection, bodies);
  }

  #give(connection: Connection, bodies: readonly Uint8Array[]) {
    if (connection.send(...bodies)) return;
    const text = `A program that does not read what it is told of the membership is let go`;
    this.#options.log.warn(`${text}: pid ${connection.peer.pid}`, "consensus");
    connection.sendAway();
  }

  async #open() {
    const { path, log } = this.#options;
    this.#isOpening = true;
    try {
      await prepare(dirname(path));
      if (!this.#isWanted) return;
      this.#server = new IpcServer({ path, welcome: (connection) => this.#welcome(connection) });
    } catch (error) {
      const text = `Cannot tell programs of the membership at ${path}: ${reasonOf(error)}`;
      log.error(text, "consensus");
    } finally {
      this.#isOpening = false;
    }
  }

  #welcome(connection: Connection) {
    connection.queueMax = queueMax;
    if (this.#membership !== undefined) this.#give(connection, this.#membership);
    return { said: () => {}, left: () => {} };
  }
}

/** Who may enter is said by the directory: hacluster and haclient, where this host has them. One that is there
 *  stays as it is. */
async function prepare(directory: string): Promise<void> {
  if (mkdirSync(directory, { recursive: true, mode: 0o750 }) === undefined) return;
  const user = await accountNumber("user", "hacluster");
  const group = await accountNumber("group", "haclient");
  if (process.getuid?.() !== 0 || user === undefined || group === undefined) return;
  chownSync(directory, user, group);
}
