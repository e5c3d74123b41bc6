// What one order did to a group, from its first step to its last: the record that an administrator reads
// the next morning. It is told once, as the fields of the line that ends the order.

import type { Fields } from "../effect.ts";
import type { Instant } from "../instant.ts";
import { tenths } from "../reckoning.ts";
import type { Result, StepKind } from "./work.ts";

/** resume: it was up and this node was not sure that it is the holder; restart: its line in haresources
 *  changed. */
export type Act = "take" | "resume" | "give" | "restart";

/** How it ended: the state that the group came to, or why it came to none. */
export type End = "held" | "idle" | "failed" | "unsure" | "overtaken" | "rebooting";

type Step = {
  /** "start httpd"; of several addresses that go up or down at once, the first is named. */
  readonly what: string;
  readonly tookMs: number;
  readonly ok: boolean;
  readonly text?: string;
};

/** A group of a thousand scripts is told in part. */
const stepsMax = 64;
/** What a script said is in the log as a whole. */
const textMax = 200;

export class Account {
  readonly act: Act;
  readonly #cause: string;
  readonly #begunAt: Instant;
  readonly #steps: Step[] = [];
  #stepCount = 0;
  #isTold = false;

  constructor(act: Act, cause: string, now: Instant) {
    this.act = act;
    this.#cause = cause;
    this.#begunAt = now;
  }

  /** The order has not come to its end. */
  get isOpen(): boolean {
    return !this.#isTold;
  }

  /** A job of the group has ended. */
  step(at: StepKind, resource: string, { ok, text, tookMs }: Result): void {
    const verb = verbs[at];
    this.#stepCount += 1;
    if (this.#steps.length >= stepsMax) return;
    const what = `${verb} ${resource}`;
    const length = tenths(tookMs);
    if (verb === "status") {
      // Both answers are answers.
      const told = ok ? "runs" : "does not run";
      this.#steps.push({ what, tookMs: length, ok: true, text: told });
      return;
    }
    const said = text === "" ? {} : { text: text.slice(0, textMax) };
    this.#steps.push({ what, tookMs: length, ok, ...said });
  }

  /** Ends the account: what it says of this group. */
  tell(group: string, outcome: End, now: Instant): Fields {
    this.#isTold = true;
    const untold = this.#stepCount - this.#steps.length;
    return {
      group,
      act: this.act,
      cause: this.#cause,
      outcome,
      tookMs: tenths(now - this.#begunAt),
      steps: this.#steps,
      ...(untold > 0 && { untold }),
    };
  }
}

const verbs: Readonly<Record<StepKind, "start" | "status" | "stop">> = {
  asking: "status",
  checking: "status",
  starting: "start",
  stopping: "stop",
};
