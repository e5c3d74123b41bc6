// What virtual routers need of the desk, in the agent and in `hb carp` alike: their scripts and checks,
// the numbers of their seals, and who was master when a pulse died.

import { reasonOf } from "../../../ffi/error.ts";
import type { RouterConfig } from "../../config/router.ts";
import type { RouterMemory } from "../../core/boot.ts";
import type { FromDesk, SealGrant } from "../../core/channel.ts";
import type { Input } from "../../core/input.ts";
import type { Instant } from "../../core/instant.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import type { Log } from "../log.ts";
import { type CallEffect, Calls } from "./call.ts";
import { freshSender, SealBook } from "./sealbook.ts";
import { aheadUs, unwrittenGrant } from "./sealgrant.ts";
import { Tracks } from "./track.ts";

export interface RouterDeskOptions {
  readonly log: Log;
  /** Where output is kept until it is logged; it exists. */
  readonly directory: string;
  /** Scripts write where we do, as ucarp's. */
  readonly inherits: boolean;
  /** Where the next process finds the scripts that run now; absent: nowhere. */
  readonly running?: string;
  /** Where the seal's sender and number are written down. */
  readonly seal: string;
  /** Gives the core an input; `life`: only if that pulse still lives. */
  input(input: Input, life?: number): void;
  tell(message: FromDesk): void;
}

export class RouterDesk {
  readonly #options: RouterDeskOptions;
  readonly #calls: Calls;
  readonly #tracks: Tracks;
  readonly #book: SealBook;
  /** The pulse has numbers, or there is nothing to seal for it. */
  #isGranted = false;
  /** Its numbers could not be written down. */
  #isUnwritten = false;
  /** No number beyond this one was granted here. */
  #until = 0;
  #extending: ReturnType<typeof setInterval> | undefined;
  #routers: readonly RouterConfig[];
  #masters: Pick<RouterMemory, "routers" | "demoted"> = { routers: [] };
  #aliveAt: Instant | undefined;

  constructor(routers: readonly RouterConfig[], options: RouterDeskOptions) {
    const { log, directory, inherits, running, seal } = options;
    this.#options = options;
    this.#routers = routers;
    this.#calls = new Calls({
      log,
      ...(inherits ? {} : { directory }),
      ...(running === undefined ? {} : { running }),
    });
    this.#tracks = new Tracks({
      log,
      directory,
      tell: (path, ok) => options.input({ on: "track", path, ok }),
    });
    this.#book = new SealBook(seal);
  }

  /** Begins to run the check commands. */
  start(): void {
    this.#tracks.adopt(this.#routers);
  }

  adopt(routers: readonly RouterConfig[]): void {
    this.#routers = routers;
    this.#tracks.adopt(routers);
    // The first router that seals may have come just now.
    const grant = this.#isGranted ? undefined : this.grant();
    if (grant !== undefined) this.#options.tell({ say: "seals", grant });
  }

  /** Which routers were master in the pulse that died, and until when that is known to be true. */
  get masters(): RouterMemory | undefined {
    if (this.#aliveAt === undefined || this.#masters.routers.length === 0) return undefined;
    return { at: this.#aliveAt, ...this.#masters };
  }

  /** The numbers for the seals of a pulse; undefined when none of its routers seals. */
  grant(): SealGrant | undefined {
    this.#isGranted = this.#routers.some(({ seal }) => seal !== "off");
    if (!this.#isGranted) return undefined;
    this.#extending ??= setInterval(() => this.#extend(), SealBook.everyMs);
    try {
      const grant = this.#book.grant();
      this.#isUnwritten = false;
      this.#until = Math.max(this.#until, grant.until);
      return grant;
    } catch (error) {
      return this.#fallBack(error);
    }
  }

  /** A new pulse is ready to be told. */
  ready(): void {
    this.#tracks.retell();
  }

  alive(at: Instant): void {
    this.#aliveAt = at;
  }

  published({ routers }: Snapshot): void {
    const masters = routers.filter(({ state }) => state === "master");
    const names = (some: typeof masters) => some.map(({ name }) => name);
    const demoted = masters.filter((router) => router.demoted.length > 0);
    this.#masters = { routers: names(masters), demoted: names(demoted) };
  }

  call(effect: CallEffect, life: number): void {
    this.#calls.run(effect, (report) => {
      this.#options.input({ on: "result", ...report }, life);
    });
  }

  /** When the scripts that run have been reported; undefined: none runs. */
  get called(): Promise<unknown> | undefined {
    return this.#calls.ended;
  }

  /** Ends the scripts that run: the operator does not want to wait. */
  hurry(why: string): void {
    this.#calls.killAll(why);
  }

  /** Everything was released: there is nothing to adopt. */
  forget(): void {
    this.#masters = { routers: [] };
  }

  end(): void {
    clearInterval(this.#extending);
    this.#tracks.end();
  }

  #extend() {
    if (this.#isUnwritten || !this.#isGranted) return;
    try {
      const until = this.#book.extend();
      this.#until = Math.max(this.#until, until);
      this.#options.tell({ say: "seal", until });
    } catch (error) {
      this.#options.tell({ say: "seals", grant: this.#fallBack(error) });
    }
  }

  /** Numbers above all that were granted here, of a sender that ends with this process: peers refuse
   *  adverts without a seal, and low numbers as well. */
  #fallBack(error: unknown): SealGrant {
    const text = `Adverts are sealed by a sender that ends with this process: ${reasonOf(error)}`;
    this.#options.log.warn(text, "seal");
    this.#isUnwritten = true;
    const grant = unwrittenGrant(freshSender(), Date.now(), this.#until + 1);
    // No life says more than that before the clock does.
    this.#until = grant.from + aheadUs;
    return grant;
  }
}
