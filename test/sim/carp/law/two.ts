// "two": masters that hear each other are one again within an advert of the slower one and its delivery.
//
// Judged at every advert: who sends one, while another is master that it hears and that hears it for longer
// than that, breaks the law. Lost, late and damaged packets suspend it.
//
// What ucarp's manners make longer, by as much: it hears up to a second late, and nothing while its script
// runs (carp.md 5, 12). After failed writes it says a worse pace than the one by which it has judged others since its
// third good one (carp.md 8): until it says its own, nobody can know. A BSD kernel's interval is rounded up to ticks.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { Law, Report } from "../../law/law.ts";
import type { Contact } from "./contact.ts";
import { isFarewell, type Picture, type Seen, scriptsMs } from "./picture.ts";

const deliveryMs = 3;
const ticksMs = 20;
const ringMs = 1_000;

export class Two implements Law {
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #report: Report;
  /** When a ucarp last said a worse pace than its own. */
  readonly #understatedAt = new Map<string, number>();

  constructor(picture: Picture, contact: Contact, report: Report) {
    this.#picture = picture;
    this.#contact = contact;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw !== "advert" || isFarewell(sight.advert)) return;
    const sender = this.#picture.host(sight.node);
    if (sender.breed === "ucarp" && sight.advert.advskew > sender.router.advskew)
      this.#understatedAt.set(sender.name, now);
    if (!this.#picture.isMaster(sender)) return;
    for (const other of this.#picture.masters) {
      if (other === sender) continue;
      const since = this.#contact.mutualSince(sender, other);
      // ucarp hears nothing while its script runs.
      if (since === undefined || isDeaf(sender) || isDeaf(other)) continue;
      const said = [sender, other].map(({ name }) => this.#understatedAt.get(name) ?? since);
      const from = Math.max(since, sender.masterSince, other.masterSince, ...said);
      // Who gave up did it with its last advert, though its script may still have the addresses.
      if (other.saidAt - from <= patienceMs(sender, other)) continue;
      const length = (now - from).toFixed(1);
      this.#report("two", `${sender.name} and ${other.name} are both master for ${length} ms`);
    }
  }
}

function patienceMs(one: Seen, other: Seen): number {
  return Math.max(one.intervalMs, other.intervalMs) + slowMs(one) + slowMs(other) + deliveryMs;
}

function isDeaf({ breed, busy }: Seen): boolean {
  return breed === "ucarp" && busy;
}

function slowMs(host: Seen): number {
  if (host.breed === "hb") return 0;
  return host.breed === "ucarp" ? ringMs + scriptsMs(host) : ticksMs;
}
