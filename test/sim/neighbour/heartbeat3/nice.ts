// Who holds what with auto_failback on and off ("nice_failback" inside Heartbeat 3): the events of
// heartbeat-resources 4, its defects included.

import { after, type Instant } from "../../../../src/core/instant.ts";
import { Books } from "./books.ts";
import type { Estate } from "./estate.ts";
import { ALL, minus, NONE, plus, told, wordOf } from "./holding.ts";
import type { Fields, Master } from "./master.ts";
import { machDown, reqOurResources } from "./rcd.ts";
import { givegroup } from "./resourcemanager.ts";
import { pause, type Script, SHELL_MS } from "./shell.ts";
import { Standby } from "./standby.ts";

const LOCAL_TAKEOVER_MS = 10_000;
const FAILBACK_AGAIN_MS = 1_000;

export class Nice implements Estate {
  readonly #master: Master;
  readonly #books: Books;
  readonly #standby: Standby;
  #localTakeoverAt: Instant | undefined;

  constructor(master: Master) {
    this.#master = master;
    this.#books = new Books(master);
    this.#standby = new Standby(master, this.#books, {
      report: (isStable, info) => this.#report(isStable, info),
    });
  }

  get isStable(): boolean {
    return this.#books.isStable;
  }

  commUp(): void {
    this.#books.phase = "STARTING";
    this.#master.say({ t: "starting" });
  }

  hear(fields: Fields): void {
    this.#standby.expire();
    const isMine = fields.src === this.#master.config.self;
    switch (fields.t) {
      case "starting":
        if (!isMine) this.#starting();
        return;
      case "resource":
        if (isMine) this.#own(fields);
        else this.#resource(fields);
        this.#books.audit();
        return;
      case "ask_resources":
        this.#standby.hear(fields);
        return;
      default:
        return;
    }
  }

  died(node: string, wasHeard: boolean): void {
    const books = this.#books;
    if (this.#master.isLeaving) return;
    this.#standby.cancel();
    books.needsFailback = true;
    if (!wasHeard || books.otherHolds.local || books.otherHolds.foreign) {
      this.#master.log("warn", "No STONITH device configured.");
      this.#master.log("warn", "Shared disks are not protected.");
      this.#master.say({ t: "stonith", node, result: "n_stnth" });
      this.#takeOver(node);
      return;
    }
    this.#master.log("info", `Dead node ${node} gave up resources.`);
    this.#master.say({ t: "stonith", node, result: "unneeded" });
    if (!books.iHold.foreign) this.#takeOver(node);
    else if (!books.iHold.local) this.#acquireLocal(true);
    else books.otherStable = true;
  }

  left(node: string): void {
    const books = this.#books;
    books.otherHolds = NONE;
    if (!this.#master.isLeaving) this.#standby.takeAlone(minus(ALL, books.iHold));
    this.#takeOver(node);
  }

  restarted(): void {}

  /** Ten seconds have passed: noticed when the daemon wakes, after whatever it reads then. */
  awake(): void {
    this.#standby.expire();
    const takeoverAt = this.#localTakeoverAt;
    if (takeoverAt === undefined || this.#master.now < takeoverAt) return;
    this.#localTakeoverAt = undefined;
    if (this.#books.phase !== "RSCRCVD") return;
    this.#settle();
    this.#master.log("info", "local resource transition completed.");
  }

  failBack(): void {
    this.#tryFailback();
  }

  leave(): void {
    const books = this.#books;
    books.iHold = NONE;
    books.phase = "SHUTDOWN";
    this.#report(false, "shutdown");
    this.#master.fork(givingAllUp(this.#master));
  }

  #starting(): void {
    const books = this.#books;
    if (books.phase === "INIT" || books.phase === "BOTHSTARTING") {
      this.#master.log("error", `Received 'starting' message in state ${books.phaseNumber}`);
      return;
    }
    if (books.phase === "STARTING") books.phase = "BOTHSTARTING";
    books.otherStable = false;
    this.#report(books.phase === "STABLE");
  }

  /** This node's own report, heard back. */
  #own({ rsc_hold = "none", rtype, info }: Fields): void {
    const books = this.#books;
    this.#received();
    books.iHold = told(books.iHold, rsc_hold, rtype === "full");
    if (info !== "mach_down") return;
    this.#master.log("info", "mach_down takeover complete.");
    books.takeoverInProgress = false;
    books.needsFailback = true;
    books.otherStable = true;
  }

  #resource({ rsc_hold = "none", rtype, isstable }: Fields): void {
    const books = this.#books;
    if (books.phase === "INIT") {
      this.#master.log("error", "Received 'resource' message in state 0");
      return;
    }
    this.#received();
    books.otherHolds = told(books.otherHolds, rsc_hold, rtype === "full");
    if (isstable === "0") books.otherStable = false;
    if (isstable !== "1") return;
    if (!books.otherStable) {
      this.#master.log("info", "remote resource transition completed.");
      books.otherStable = true;
      this.#report(books.phase === "STABLE");
      this.#tryFailback();
    }
    if (books.phase !== "STABLE" && books.phase !== "SHUTDOWN") {
      this.#master.log("info", "remote resource transition completed.");
      this.#settle();
      this.#tryFailback();
    }
  }

  /** Any `resource` counts, its own as well: whoever starts alone settles ten seconds later. */
  #received(): void {
    const books = this.#books;
    if (books.phase !== "STARTING" && books.phase !== "BOTHSTARTING") return;
    books.phase = "RSCRCVD";
    // The daemon wakes twice a second: whether this is over at the wake of that very moment or at the
    // next one, a clock of 10 ms decides.
    const tickMs = this.#master.chance.below(2);
    this.#localTakeoverAt = after(this.#master.now, LOCAL_TAKEOVER_MS + tickMs);
  }

  #settle(): void {
    this.#acquireLocal(false);
    this.#books.phase = "STABLE";
    this.#report(true);
  }

  #acquireLocal(isForced: boolean): void {
    const books = this.#books;
    const isIdle = books.standby === "NOT" && (books.otherHolds.foreign || books.iHold.local);
    if (!isForced && isIdle) {
      this.#master.log("info", "Local Resource acquisition completed. (none)");
      return;
    }
    books.iHold = plus(books.iHold, { local: true, foreign: false });
    const ended = () => this.#report(true, "req_our_resources()");
    this.#master.fork(reqOurResources(this.#master, true, ended));
  }

  #takeOver(node: string): void {
    const books = this.#books;
    if (this.#master.isLeaving) {
      this.#master.log("info", "Resource takeover cancelled - shutdown in progress.");
      return;
    }
    this.#master.log("info", `Resources being acquired from ${node}.`);
    this.#master.notify(() => machDown(this.#master, node));
    books.iHold = plus(books.iHold, { local: false, foreign: true });
    books.otherHolds = NONE;
    books.otherStable = true;
    books.takeoverInProgress = true;
    this.#acquireLocal(true);
  }

  #tryFailback(): void {
    const books = this.#books;
    const { config, isLeaving, timers, now } = this.#master;
    const isWanted = config.autoFailback === "on" && books.needsFailback && books.iHold.foreign;
    if (!isWanted || isLeaving) return;
    if (books.standby !== "NOT" || !books.otherStable || books.phase !== "STABLE") {
      timers.set("failback", after(now, FAILBACK_AGAIN_MS));
      return;
    }
    books.needsFailback = false;
    this.#master.say({ t: "ask_resources", rsc_hold: "foreign", info: "me" });
  }

  #report(isStable: boolean, info?: string): void {
    const comment = info === undefined ? {} : { info };
    this.#master.say({
      t: "resource",
      rsc_hold: wordOf(this.#books.iHold),
      rtype: "full",
      isstable: isStable ? "1" : "0",
      ...comment,
    });
  }
}

/** The end of every run: all groups of haresources are stopped, whether they run or not. */
export function* givingAllUp(master: Master): Script {
  yield pause(SHELL_MS);
  master.log("info", "Giving up all HA resources.");
  for (const group of master.config.groups) yield* givegroup(master, group);
  master.log("info", "All HA resources relinquished.");
  master.say({ t: "shutdone", st: "dead" });
}
