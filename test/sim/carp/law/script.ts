// "overlap": scripts of one router never overlap (but where ucarp's manners leave orphans), and none is even asked
// for before the last one has ended: the desk would queue it, and hide the fault. "answer": a command
// is answered, once, and a host that is told to leave is gone when its scripts have ended.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { Law, Report } from "../../law/law.ts";
import { isAlive, isOurs, type Picture, scriptsMs } from "./picture.ts";

const answerMs = 1_000;

export class Overlap implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #running = new Map<string, string>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight): void {
    if (sight.saw === "breach") this.#report("overlap", `${sight.node}: ${sight.text}`);
    if (sight.saw !== "script" || sight.word === "address") return;
    const { node, action, phase } = sight;
    if (phase !== "begins") {
      this.#running.delete(node);
      return;
    }
    const running = this.#running.get(node);
    if (running !== undefined && isOurs(this.#picture.host(node))) {
      this.#report("overlap", `${node}: ${action} begins while ${running} runs`);
    }
    this.#running.set(node, action);
  }
}

export class Answered implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #open = new Map<string, { readonly node: string; readonly what: string; due: number }>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "asked") {
      const { node, request, what } = sight;
      const due = now + answerMs + 2 * scriptsMs(this.#picture.host(node));
      this.#open.set(`${node} ${request}`, { node, what, due });
    } else if (sight.saw === "answered") {
      const key = `${sight.node} ${sight.request}`;
      if (!this.#open.delete(key))
        this.#report("answer", `${sight.node} answers what nobody asked`);
    } else if (sight.saw === "process" || sight.saw === "frozen") this.#changed(sight, now);
  }

  tick(now: number): void {
    for (const [key, { node, what, due }] of this.#open) {
      const host = this.#picture.host(node);
      if (now <= due || !isAlive(host)) continue;
      this.#report("answer", `${node} has not answered "${what}"`);
      this.#open.delete(key);
    }
  }

  /** A dead one answers nothing, a frozen one later. */
  #changed(sight: Extract<Sight, { readonly saw: "process" | "frozen" }>, now: number): void {
    for (const [key, open] of this.#open) {
      if (open.node !== sight.node) continue;
      if (sight.saw === "process") this.#open.delete(key);
      else if (!sight.frozen)
        open.due = now + answerMs + 2 * scriptsMs(this.#picture.host(open.node));
    }
  }
}
