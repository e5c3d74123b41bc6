// The standby protocol (heartbeat-resources 5.3): "me", "other", "done", "done". The one who gives names
// the set; the other one takes its mirror image.

import { after } from "../../../../src/core/instant.ts";
import type { Books } from "./books.ts";
import { ALL, type Holding, holdingOf, minus, mirrored, NONE, plus, wordOf } from "./holding.ts";
import type { Fields, Master } from "./master.ts";
import { givegroup, groupsOf, takegroup } from "./resourcemanager.ts";
import { pause, type Script, SHELL_MS } from "./shell.ts";

const REPLY_MS = 10_000;
const HOUR_MS = 3_600_000;
const STATES = ["NOT", "ME", "OTHER", "DONE"];

export interface Telling {
  /** Sends what this node holds. */
  report(isStable: boolean, info?: string): void;
}

export class Standby {
  readonly #master: Master;
  readonly #books: Books;
  readonly #telling: Telling;
  /** What the last standby was about, in the words of its giver. */
  #set = "all";

  constructor(master: Master, books: Books, telling: Telling) {
    this.#master = master;
    this.#books = books;
    this.#telling = telling;
  }

  hear(fields: Fields): void {
    const books = this.#books;
    if (books.phase === "SHUTDOWN") return;
    const { src = "", info = "", rsc_hold: set = "all" } = fields;
    const isMine = src === this.#master.config.self;
    switch (info) {
      case "me":
        this.#wish(src, set, isMine);
        return;
      case "other":
        if (isMine && books.standby === "OTHER") return;
        if (!isMine && books.standby === "ME") this.#give(src, set);
        else this.#wrong(info, src);
        return;
      case "done":
        this.#done(src, set, isMine);
        return;
      default:
        this.#wrong(info, src);
    }
  }

  /** The time limits are noticed at the next packet. */
  expire(): void {
    const books = this.#books;
    if (books.standbyDeadline === undefined || books.standbyDeadline > this.#master.now) return;
    this.#master.log("warn", "No reply to standby request.  Standby request cancelled.");
    books.otherStable = true;
    this.#end();
  }

  /** The other node died. */
  cancel(): void {
    if (this.#books.standby === "NOT") return;
    this.#master.log("info", "Cancelling pending standby operation");
    this.#end();
  }

  /** The other node left: the path of a taker, for what is not held. It takes the mirror image, as if a
   *  giver had named the set, and so nothing that is missing; mach_down does that. */
  takeAlone(missing: Holding): void {
    if (missing.local || missing.foreign) this.#take(wordOf(missing), this.#set);
  }

  #wish(src: string, set: string, isMine: boolean): void {
    const books = this.#books;
    const { now } = this.#master;
    if (books.standbyDeadline !== undefined) {
      const left = Math.ceil((books.standbyDeadline - now) / 1_000);
      const text = `Standby in progress- new request from ${src} ignored [${left} seconds left]`;
      this.#master.log("warn", text);
      return;
    }
    if (!books.otherStable || books.phase !== "STABLE") {
      const flux = books.otherStable ? "local resources in flux." : "Other side is in flux.";
      this.#master.log("warn", `standby message [me] from ${src} ignored.  ${flux}`);
      return;
    }
    this.#master.log("info", `${src} wants to go standby [${set}]`);
    books.standby = isMine ? "ME" : "OTHER";
    books.standbyDeadline = after(now, isMine ? REPLY_MS : HOUR_MS);
    books.otherStable = false;
    this.#set = set;
    if (!isMine) this.#master.say({ t: "ask_resources", rsc_hold: set, info: "other" });
  }

  #give(src: string, set: string): void {
    const books = this.#books;
    this.#master.log("info", `standby: ${src} can take our ${set} resources`);
    books.standbyDeadline = after(this.#master.now, HOUR_MS);
    const given = this.#decode(set);
    books.iHold = minus(books.iHold, given);
    this.#telling.report(false, "standby");
    this.#master.fork(giving(this.#master, given, set));
  }

  #done(src: string, set: string, isMine: boolean): void {
    const books = this.#books;
    if (isMine && books.standby === "ME") {
      this.#master.log("info", `Local standby process completed [${set}].`);
      books.standby = "DONE";
    } else if (!isMine && books.standby === "OTHER") {
      this.#master.log("info", `standby: acquire [${set}] resources from ${src}`);
      this.#take(set, set);
    } else if (isMine && books.standby === "DONE") {
      this.#master.log("info", `Standby resource acquisition done [${set}].`);
      books.iHold = plus(books.iHold, mirrored(this.#decode(set)));
      this.#end();
      this.#telling.report(true);
    } else if (!isMine && books.standby === "DONE") {
      const text = `Other node completed standby takeover of ${set} resources.`;
      this.#master.log("info", text);
      this.#end();
      this.#telling.report(true);
    } else this.#wrong("done", src);
  }

  #take(given: string, set: string): void {
    this.#books.standby = "DONE";
    this.#master.fork(taking(this.#master, mirrored(this.#decode(given)), set));
  }

  #end(): void {
    this.#books.standby = "NOT";
    this.#books.standbyDeadline = undefined;
  }

  #decode(set: string): Holding {
    const known = holdingOf(set);
    if (known === undefined) {
      this.#master.log("error", `encode_resources: bad resource type [${set}]`);
    }
    return known ?? NONE;
  }

  #wrong(word: string, src: string): void {
    const state = STATES.indexOf(this.#books.standby);
    const text = `Ignored standby message '${word}' from ${src} in state ${state}`;
    this.#master.log("error", text);
  }
}

function* giving(master: Master, given: Holding, set: string): Script {
  yield pause(SHELL_MS);
  if (holdingOf(set) === undefined) {
    // It never says "done": the standby lasts until the hour is over or the other node dies.
    master.log("error", "no resources to give up");
    return;
  }
  master.log("info", `give up ${set} HA resources (standby).`);
  for (const group of ofSet(master, given)) yield* givegroup(master, group);
  master.log("info", `${set} HA resource release completed (standby).`);
  master.say({ t: "ask_resources", rsc_hold: set, info: "done" });
}

function* taking(master: Master, taken: Holding, set: string): Script {
  const word = wordOf(taken);
  yield pause(SHELL_MS);
  master.log("info", `acquire ${word} HA resources (standby).`);
  for (const group of ofSet(master, taken)) yield* takegroup(master, group);
  const all = taken.local && taken.foreign ? wordOf(ALL) : word;
  master.log("info", `${all} HA resource acquisition completed (standby).`);
  master.say({ t: "ask_resources", rsc_hold: set, info: "done" });
}

function ofSet(master: Master, { local, foreign }: Holding) {
  return groupsOf(master, (owner) => (owner === master.config.self ? local : foreign));
}
