// Law 8: the membership with consensus (`membership on`), as the programs of the hosts are told of it.
//
// * Two nodes that were told of a membership by the same number and cookie were told the same members.
// * A membership that has quorum has most of all nodes in it (where the rules are only those of a majority), and of
//   nodes that are told that they have quorum, no two are for long in memberships that are not the same: as long
//   as a death may go unnoticed and a round of everybody may take.
// * In the end, everything being mended, all nodes are in one membership.

import type { CcmMembership } from "../../../src/core/ccm/effect.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import type { Picture } from "./picture.ts";

/** A change that nobody confirms, a round of everybody, its result: ccm 3, and once more for what was lost. */
const agreeingKeepalives = 2 * (5 + 5 + 12 + 18);

export class Consensus implements Law {
  readonly ignoresPackets = true;
  readonly #picture: Picture;
  readonly #report: Report;
  /** Members by number and cookie, and who was told first. */
  readonly #told = new Map<string, { readonly list: string; readonly node: string }>();
  /** What the programs of each node know. */
  readonly #known = new Map<string, CcmMembership>();
  /** Memberships that have quorum beside each other, by their cookies, and since when. */
  #rivals = "";
  #rivalsSince = 0;

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  /** Nobody takes part, or all are in one membership. */
  get isSettled(): boolean {
    return this.#unsettled() === undefined;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "process":
        if (!sight.alive) this.#known.delete(sight.node);
        break;
      case "consensus": {
        const { node, news } = sight;
        if (news?.say === "membership") this.#hears(node, news);
        else if (news?.say !== "influx") this.#known.delete(node);
        break;
      }
      case "frozen":
        break;
      default:
        return;
    }
    this.#compare(now);
  }

  verdict(): void {
    const why = this.#unsettled();
    if (why !== undefined) this.#report("8", `in the end ${why}`);
  }

  #hears(node: string, membership: CcmMembership): void {
    this.#known.set(node, membership);
    const { transition, cookie, quorate, members, nodes } = membership;
    const list = listOf(membership);
    const told = this.#told.get(`${transition} ${cookie}`);
    if (told === undefined) this.#told.set(`${transition} ${cookie}`, { list, node });
    else if (told.list !== list) {
      const text = `membership ${transition} is ${list} on ${node}, and ${told.list} on ${told.node}`;
      this.#report("8", text);
    }
    if (quorate && this.#needsMost(node) && members.length * 2 <= nodes.length) {
      this.#report("8", `${node} has quorum with ${list}, of ${nodes.length} nodes`);
    }
  }

  /** A death goes unnoticed for a while, and those who notice it first agree on another membership. */
  #compare(now: number): void {
    const claims = this.#picture.alive.flatMap(({ name }) => {
      const known = this.#known.get(name);
      return known?.quorate === true && this.#needsMost(name) ? [known] : [];
    });
    const cookies = [...new Set(claims.map(({ cookie }) => cookie))].toSorted();
    const rivals = cookies.length > 1 ? cookies.join(" ") : "";
    if (rivals === this.#rivals) return;
    const lasted = now - this.#rivalsSince;
    if (this.#rivals !== "" && lasted > this.#patienceMs()) {
      this.#report(
        "8",
        `two memberships had quorum beside each other for ${Math.round(lasted)} ms`,
      );
    }
    this.#rivals = rivals;
    this.#rivalsSince = now;
  }

  #patienceMs(): number {
    const timings = this.#picture.all.map(({ config }) => config.timing);
    const keepaliveMs = Math.max(...timings.map((timing) => timing.keepaliveMs));
    const deadtimeMs = Math.max(...timings.map((timing) => timing.deadtimeMs));
    return deadtimeMs + agreeingKeepalives * keepaliveMs;
  }

  #needsMost(node: string): boolean {
    const { consensus } = this.#picture.host(node).config;
    return consensus !== undefined && !consensus.rules.includes("twonodes");
  }

  #unsettled(): string | undefined {
    const nodes = this.#picture.all.filter(({ config }) => config.consensus !== undefined);
    const all = nodes
      .map(({ name }) => name)
      .toSorted()
      .join(" ");
    const [first] = nodes;
    if (first === undefined) return undefined;
    for (const host of nodes) {
      const known = this.#known.get(host.name);
      if (known === undefined) return `${host.name} is in no membership`;
      const list = listOf(known);
      if (list !== all) return `${host.name} is in a membership of ${list}`;
      if (known.cookie !== this.#known.get(first.name)?.cookie) {
        return `${host.name} and ${first.name} are in memberships of their own`;
      }
    }
    return undefined;
  }
}

function listOf({ members }: CcmMembership): string {
  return members
    .map(({ name }) => name)
    .toSorted()
    .join(" ");
}
