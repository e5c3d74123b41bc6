// When clients may say something: while there is a core, it wants more (its "flow"), and the way to it is free.
//
// The desk hears a client faster than the pulse can send: what it does not hold back would pile up between the two,
// and at some length be lost (desk/pulse.ts).

/** Packets that may wait for the pulse, of sixteen messages each: the kernel has some hundred more for it. */
const backlogMax = 8;
/** It takes one in some milliseconds. */
const lookAgainMs = 5;

export interface PaceOptions {
  /** Packets that wait for the pulse. */
  backlog(): number;
  /** Clients may, or may not, say anything from now on. */
  changed(mayTalk: boolean): void;
  /** Calls this later; absent: in a few milliseconds. */
  later?(look: () => void): void;
}

export class Pace {
  readonly #options: PaceOptions;
  #hasCore = false;
  #isWanted = false;
  #isBehind = false;
  #mayTalk = false;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** There is a core, which hears what is said. */
  get hasCore(): boolean {
    return this.#hasCore;
  }

  get mayTalk(): boolean {
    return this.#mayTalk;
  }

  /** A core begins, and hears; clients may talk when flow() says so. */
  begin(): void {
    this.#hasCore = true;
    this.#isWanted = false;
    this.#settle();
  }

  /** It has ended. */
  end(): void {
    this.#hasCore = false;
    this.#settle();
  }

  /** The core wants more, or not now. */
  flow(open: boolean): void {
    this.#isWanted = open;
    this.#settle();
  }

  /** Something was said. */
  said(): void {
    if (this.#isBehind || this.#options.backlog() <= backlogMax) return;
    this.#isBehind = true;
    this.#settle();
    this.#lookAgain();
  }

  #lookAgain() {
    const look = () => {
      this.#isBehind = this.#options.backlog() > 0;
      this.#settle();
      if (this.#isBehind) this.#lookAgain();
    };
    if (this.#options.later === undefined) setTimeout(look, lookAgainMs);
    else this.#options.later(look);
  }

  #settle() {
    const mayTalk = this.#hasCore && this.#isWanted && !this.#isBehind;
    if (mayTalk === this.#mayTalk) return;
    this.#mayTalk = mayTalk;
    this.#options.changed(mayTalk);
  }
}
