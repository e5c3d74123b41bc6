// Law 1: an address never has two holders among nodes that can hear each other, longer than the time
// one message needs.
//
// Judged in two ways, both among live nodes that are in contact (contact.ts):
//
// * Release comes before take. While another node has an address, runs a service or is busy with its
//   script, a node that is in contact with it neither puts that address up nor starts that service.
//   No tolerance: whoever takes has been told that it is free.
// * Two that have the same address when they come into contact (after a cut, a nap, a start) are one
//   within the time of a message: 5 ms, and what the weather may add to a message.
//
// Exceptions:
// * A service whose stop was tried in vain on the other node (on_stop_failure is "ignore": it goes on).
// * A service or address that an earlier life of the other agent left up, and which this life has not
//   touched: with its memory lost or stale it does not know of it, and stops it when it learns that
//   somebody else is the holder (docs/design.md, "Adoption").
// * Hosts whose files differ in who is a member or in what a group is made of: they do not speak of the
//   same thing. They are judged again once they read the same files.

import type { Sight } from "../../../src/sim/sight.ts";
import type { Contact } from "./contact.ts";
import type { Law, Report } from "./law.ts";
import { isAlive, type Picture, type Seen } from "./picture.ts";

const messageMs = 5;

export class Single implements Law {
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #report: Report;
  /** Addresses that are up on several hosts. */
  readonly #doubled = new Set<string>();
  readonly #told = new Set<string>();
  #jitterMs = 0;

  constructor(picture: Picture, contact: Contact, report: Report) {
    this.#picture = picture;
    this.#contact = contact;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act" && sight.act.act === "weather") {
      this.#jitterMs = Math.max(this.#jitterMs, sight.act.weather.jitterMs ?? 0);
    }
    if (sight.saw === "address") this.#address(sight, now);
    if (sight.saw === "script" && sight.phase === "begins" && sight.action === "start") {
      this.#take(sight.node, sight.word, "starts", now);
    }
    for (const word of this.#doubled) this.#judge(word, now);
  }

  #address(
    { node, word, up }: { readonly node: string; readonly word: string; readonly up: boolean },
    now: number,
  ): void {
    const holders = this.#picture.all.filter((host) => host.up.has(word));
    if (up) this.#take(node, word, "puts up", now);
    if (holders.length > 1) this.#doubled.add(word);
    else this.#doubled.delete(word);
    if (holders.length < 2)
      for (const told of this.#told) if (told.startsWith(`${word} `)) this.#told.delete(told);
  }

  #take(node: string, word: string, verb: string, now: number): void {
    const taker = this.#picture.host(node);
    for (const other of this.#picture.alive) {
      if (other.name === node || !this.#has(other, word)) continue;
      if (this.#contact.since(node, other.name, now) === undefined) continue;
      if (!sameView(taker, other, word)) continue;
      this.#told.add(`${word} ${[node, other.name].sort().join(" ")}`);
      this.#report("1", `${node} ${verb} ${word}, which ${other.name} still has`);
    }
  }

  /** It is up there by this life's doing, or its script is at work. */
  #has(host: Seen, word: string): boolean {
    if (host.stuck.has(word) || !host.touched.has(word)) return false;
    const running = host.running.get(word);
    return host.up.has(word) || (running !== undefined && running.action !== "status");
  }

  #judge(word: string, now: number): void {
    const holders = this.#picture.all.filter((host) => isAlive(host) && host.up.has(word));
    for (const [n, one] of holders.entries()) {
      for (const two of holders.slice(n + 1)) {
        const since = this.#contact.since(one.name, two.name, now);
        if (since === undefined || !sameView(one, two, word)) continue;
        if (!one.touched.has(word) || !two.touched.has(word)) continue;
        const from = Math.max(since, one.up.get(word) ?? now, two.up.get(word) ?? now);
        const lengthMs = now - Math.max(from, one.thawedAt, two.thawedAt);
        const key = `${word} ${[one.name, two.name].sort().join(" ")}`;
        if (lengthMs <= messageMs + 2 * this.#jitterMs || this.#told.has(key)) continue;
        this.#told.add(key);
        const names = `${one.name} and ${two.name}`;
        this.#report("1", `${names} have both had ${word} for ${lengthMs.toFixed(1)} ms`);
      }
    }
  }
}

/** Both know the same members and the same group. */
export function sameView(one: Seen, two: Seen, word: string): boolean {
  const group = ({ config }: Seen) =>
    config.groups.find(({ resources }) => resources.some((resource) => resource.word === word));
  return (
    JSON.stringify(group(one)) === JSON.stringify(group(two)) &&
    JSON.stringify(one.config.nodes) === JSON.stringify(two.config.nodes)
  );
}
