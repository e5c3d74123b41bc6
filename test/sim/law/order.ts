// Law 5: start and stop of one resource never overlap; groups start in order and stop in reverse.
//
// On each host, no script of a resource begins while another one of the same resource is at work. When a
// start begins, everything that stands before it on its line of haresources is up; when a stop begins,
// everything that stands behind it is down.
//
// Exceptions:
// * What a status lies about: it counts as up or down as it says.
// * What stands behind and could not be stopped (on_stop_failure is "ignore").
// * An address that was taken away from outside, until it is back.
// * A line that changed while this agent ran: it stops by the old line and starts by the new one. One that is new
//   has no old one, and may take a word from another only when that has stopped it.
// * Addresses may leave before services stop: whoever is not the holder any more lets go of them at once.

import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import { isAddress, type Picture } from "./picture.ts";

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

  see(sight: Sight, now: number): void {
    if (sight.saw === "act") this.#act(sight.act);
    if (sight.saw === "address" && sight.up) this.#excused.delete(`${sight.node} ${sight.word}`);
    if (sight.saw === "script") this.#script(sight, now);
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

  #script({ node, word, action, phase }: Extract<Sight, { readonly saw: "script" }>, now: number) {
    const key = `${node} ${word}`;
    if (phase !== "begins") {
      this.#busy.delete(key);
      return;
    }
    const other = this.#busy.get(key);
    if (other !== undefined)
      this.#report("5", `${action} of ${word} begins on ${node} during its ${other}`);
    this.#busy.set(key, action);
    if (action === "start") this.#starts(node, word, now);
    if (action === "stop") this.#stops(node, word);
  }

  #starts(node: string, word: string, _now: number): void {
    const { before } = this.#around(node, word);
    const missing = before.filter((each) => !this.#counts(node, each, true));
    if (missing.length === 0) return;
    this.#report("5", `${node} starts ${word} although ${missing.join(" ")} is not up`);
  }

  #stops(node: string, word: string): void {
    const { behind } = this.#around(node, word);
    const left = behind.filter((each) => this.#counts(node, each, false));
    if (left.length === 0) return;
    this.#report("5", `${node} stops ${word} although ${left.join(" ")} is still up`);
  }

  /** The word counts as up; where nobody can tell, as `unsure` does. */
  #counts(node: string, word: string, unsure: boolean): boolean {
    const host = this.#picture.host(node);
    if (this.#excused.has(`${node} ${word}`) || host.stuck.has(word)) return unsure;
    if (!isAddress(word) && host.tempers.get(word)?.statusLies === true) return unsure;
    return host.up.has(word) || (!unsure && host.running.has(word));
  }

  #around(node: string, word: string): { before: string[]; behind: string[] } {
    const group = this.#picture
      .host(node)
      .config.groups.find(({ resources }) => resources.some((each) => each.word === word));
    if (group === undefined || this.#excused.has(`${node} line ${group.key}`)) {
      return { before: [], behind: [] };
    }
    const words = group.resources.map((resource) => resource.word);
    const at = words.indexOf(word);
    return { before: words.slice(0, at), behind: words.slice(at + 1) };
  }
}
