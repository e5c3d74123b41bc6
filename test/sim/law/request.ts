// Law 4: a request (standby, takeover, shutdown) is carried out or refused with a reason, never
// forgotten.
//
// Each request is answered exactly once, within the time that the longest group may need to stop on one
// node and to start on another, script by script, and two deadtimes; a node that leaves may have to try
// each stop eleven times. What stands still in between (a frozen node) does not count. An answer "no" has
// a reason. When the answer says that groups moved, they are up where it says, as the files there have
// them, unless something else was done to the cluster in the last two seconds.
//
// Exceptions:
// * The desk died before it could answer; the operator sees that the connection broke. A pulse that dies is
//   no excuse: the desk answers for it.
// * A service that does not run although its status said so when it was to be started counts as moved, even
//   if its script has ceased to lie by the time of the answer: nobody asks it again.

import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import { countsAsUp, type Picture } from "./picture.ts";

const stopTries = 11;
const slackMs = 10_000;

interface Open {
  readonly node: string;
  readonly what: string;
  readonly at: number;
}

export class Request implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #open = new Map<number, Open>();
  #nextLook = 0;

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "asked":
        this.#open.set(sight.request, { node: sight.node, what: sight.what, at: now });
        break;
      case "answered":
        this.#answered(sight, now);
        break;
      case "process":
        if (sight.alive || sight.process === "pulse") break;
        for (const [request, { node }] of this.#open) {
          if (node === sight.node) this.#open.delete(request);
        }
        break;
      default:
        break;
    }
    if (now < this.#nextLook) return;
    this.#nextLook = now + 1_000;
    for (const [request, open] of this.#open) this.#judge(request, open, now);
  }

  verdict(): void {
    for (const { node, what, at } of this.#open.values()) {
      this.#report("4", `"${what}" to ${node} at ${(at / 1_000).toFixed(3)} s was never answered`);
    }
  }

  #answered(
    { node, request, ok, text }: Extract<Sight, { readonly saw: "answered" }>,
    now: number,
  ): void {
    const open = this.#open.get(request);
    this.#open.delete(request);
    if (open === undefined || open.node !== node) {
      this.#report("4", `${node} answers request ${request}, which nobody waits for: ${text}`);
      return;
    }
    if (!ok && text.trim() === "")
      this.#report("4", `${node} refuses "${open.what}" without a reason`);
    if (ok) this.#believe(open, text, now);
  }

  /** "Moved in 5 ms: KEY from A to B, …". */
  #believe({ node, what, at }: Open, text: string, now: number): void {
    const { disturbedAt } = this.#picture;
    if (disturbedAt > at && now - disturbedAt < 2_000) return;
    for (const [, key = "", to = ""] of text.matchAll(/(\S+) from \S+ to (\w+)/g)) {
      const host = this.#picture.hosts.get(to);
      const lines = [...(host?.config.groups ?? []), ...this.#picture.groups];
      const group = lines.find((each) => each.key === key);
      const missing = group?.resources.filter(({ word }) => {
        return host === undefined || !countsAsUp(host, word);
      });
      if (missing === undefined || missing.length === 0) continue;
      const words = missing.map(({ word }) => word).join(" ");
      this.#report(
        "4",
        `${node} says of "${what}" that ${key} moved to ${to}, which has no ${words}`,
      );
    }
  }

  #judge(request: number, { node, what, at }: Open, now: number): void {
    const { frozen, thawedAt, config } = this.#picture.host(node);
    if (frozen) return;
    const { resourceTimeoutMs, timing, groups } = config;
    const longest = Math.max(1, ...groups.map(({ resources }) => resources.length));
    const moveMs = 2 * timing.deadtimeMs + 2 * (longest + 1) * resourceTimeoutMs;
    const leaveMs = stopTries * longest * (resourceTimeoutMs + 1_000);
    const limitMs = moveMs + (what.includes("leave") ? leaveMs : 0) + slackMs;
    if (now - Math.max(at, thawedAt) <= limitMs) return;
    this.#open.delete(request);
    this.#report("4", `"${what}" to ${node} has had no answer for ${limitMs} ms`);
  }
}
