// Law 5: start and stop of one resource never overlap; groups start in order and stop in reverse.
//
// On each host, no script of a resource begins while another one of the same resource is at work. When a
// start begins, everything that stands before it on its line of haresources is up; when a stop begins,
// everything that stands behind it is down.
//
// Exceptions:
// * What a status lied about: it counts as up or down as it said, until its script is asked or told anew.
// * What stands behind and could not be stopped (on_stop_failure is "ignore").
// * An address that was taken away from outside, until it is back.
// * A line that changed while this agent ran: it stops by the old line and starts by the new one. One that is new
//   has no old one, and may take a word from another only when that has stopped it.
// * Addresses may leave before services stop: whoever is not the holder any more lets go of them at once.

import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import { countsAsLeft, countsAsUp, type Picture } from "./picture.ts";

export class Order implements Law {
  readonly ignoresPackets = true;
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #busy = new Map<string, string>();
  /** Lines that changed in this life of an agent, and addresses that were taken away. */
  readonly #excused = new Set<string>();
  readonly #lines = new Map<string, string>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
    for (const host of picture.all) {
      for (const group of host.config.groups) this.#noteLine(host.name, group);
    }
  }

  see(sight: Sight): void {
    if (sight.saw === "act") this.#act(sight.act);
    if (sight.saw === "address" && sight.up) this.#excused.delete(`${sight.node} ${sight.word}`);
    if (sight.saw === "script") this.#script(sight);
    if (sight.saw === "process" && !sight.alive && sight.process === "desk") {
      // Its scripts are nobody's now; the next desk waits for them or ends them.
    }
  }

  #act(act: Extract<Sight, { readonly saw: "act" }>["act"]): void {
    if (act.act === "address-lost") this.#excused.add(`${act.node} ${act.word}`);
    if (act.act === "kill") {
      for (const key of this.#busy.keys())
        if (key.startsWith(`${act.node} `)) this.#busy.delete(key);
    }
    if (act.act !== "reload") return;
    const keys = new Set(act.config.groups.map(({ key }) => key));
    for (const group of act.config.groups) {
      const line = this.#lines.get(`${act.node} ${group.key}`) ?? JSON.stringify(group);
      if (line !== JSON.stringify(group)) this.#excused.add(`${act.node} line ${group.key}`);
      this.#noteLine(act.node, group);
    }
    for (const name of this.#lines.keys()) {
      const [node, key = ""] = name.split(" ");
      if (node === act.node && !keys.has(key)) this.#excused.add(`${act.node} line ${key}`);
    }
  }

  #noteLine(node: string, group: GroupSpec): void {
    this.#lines.set(`${node} ${group.key}`, JSON.stringify(group));
  }

  #script({ node, word, action, phase }: Extract<Sight, { readonly saw: "script" }>): void {
    const key = `${node} ${word}`;
    if (phase !== "begins") {
      this.#busy.delete(key);
      return;
    }
    const other = this.#busy.get(key);
    if (other !== undefined)
      this.#report("5", `${action} of ${word} begins on ${node} during its ${other}`);
    this.#busy.set(key, action);
    if (action === "start") this.#starts(node, word);
    if (action === "stop") this.#stops(node, word);
  }

  #starts(node: string, word: string): void {
    const host = this.#picture.host(node);
    const missing = this.#around(node, word).before.filter((each) => !countsAsUp(host, each));
    if (missing.length === 0) return;
    this.#report("5", `${node} starts ${word} although ${missing.join(" ")} is not up`);
  }

  #stops(node: string, word: string): void {
    const host = this.#picture.host(node);
    const left = this.#around(node, word).behind.filter((each) => countsAsLeft(host, each));
    if (left.length === 0) return;
    this.#report("5", `${node} stops ${word} although ${left.join(" ")} is still up`);
  }

  /** What stands on its line, without what is excused. */
  #around(node: string, word: string): { before: string[]; behind: string[] } {
    const host = this.#picture.host(node);
    const group = host.config.groups.find(({ resources }) =>
      resources.some((each) => each.word === word),
    );
    if (group === undefined || this.#excused.has(`${node} line ${group.key}`)) {
      return { before: [], behind: [] };
    }
    const words = group.resources.map((resource) => resource.word);
    const at = words.indexOf(word);
    const counts = (each: string) => !this.#excused.has(`${node} ${each}`) && !host.stuck.has(each);
    return {
      before: words.slice(0, at).filter(counts),
      behind: words.slice(at + 1).filter(counts),
    };
  }
}
